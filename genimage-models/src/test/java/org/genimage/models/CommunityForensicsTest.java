package org.genimage.models;

class CommunityForensicsTest implements PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.communityForensics();
  }

  @Override
  public String folder() {
    return "commfor";
  }

  @Override
  public String place(String feature) {
    return "vit." + feature;
  }
}
