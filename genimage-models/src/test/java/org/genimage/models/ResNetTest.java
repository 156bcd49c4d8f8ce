package org.genimage.models;

class ResNetTest implements NetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.resnet50();
  }

  @Override
  public String folder() {
    return "resnet50";
  }

  @Override
  public String place(String feature) {
    return feature.equals("stem") ? "act1" : feature;
  }
}
