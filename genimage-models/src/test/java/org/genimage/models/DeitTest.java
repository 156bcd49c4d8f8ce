package org.genimage.models;

class DeitTest implements NetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.deitSmall();
  }

  @Override
  public String folder() {
    return "deit_s";
  }
}
