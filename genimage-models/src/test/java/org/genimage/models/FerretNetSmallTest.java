package org.genimage.models;

class FerretNetSmallTest implements FerretNetContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.ferretNetSmall();
  }

  @Override
  public String folder() {
    return "ferretnet_s";
  }
}
