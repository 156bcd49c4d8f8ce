package org.genimage.models;

class DeitTest implements PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.deitSmall();
  }

  @Override
  public String folder() {
    return "deit_s";
  }
}
