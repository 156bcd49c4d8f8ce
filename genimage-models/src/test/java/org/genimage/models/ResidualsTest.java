package org.genimage.models;

/** Fixtures come from the network in PyTorch, network.py beside them. */
class ResidualsTest implements PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.residuals();
  }

  @Override
  public String folder() {
    return "residuals";
  }

  @Override
  public String place(String feature) {
    return feature.equals("stem") ? "act1" : feature;
  }
}
