package org.genimage.models;

import org.genimage.data.image.Filter;

class CnnSpotTest implements PixelGradientContract, PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.cnnSpot();
  }

  @Override
  public String folder() {
    return "cnnspot";
  }

  @Override
  public String place(String feature) {
    return feature.equals("stem") ? "act1" : feature;
  }

  @Override
  public InputContract input(String preprocessing) {
    return preprocessing.equals("crop224")
        ? blueprint().input()
        : InputContract.imagenet(256, Filter.BILINEAR, 224);
  }
}
