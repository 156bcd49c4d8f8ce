package org.genimage.models;

import java.util.Map;

/** What both sizes of FerretNet owe to the official networks. */
interface FerretNetContract extends WholeImagesContract {

  /** The places of the features that the authors' modules name after their containers. */
  Map<String, String> PLACES =
      Map.of(
          "feature.0.0.layers.0", "feature.0.0.layers.0.conv3",
          "feature.0.0.layers.3", "feature.0.0.layers.3.point_wise");

  @Override
  default String place(String feature) {
    return PLACES.getOrDefault(feature, feature);
  }

  @Override
  default InputContract whole() {
    return blueprint().input().resize(new Resize.Whole(1));
  }
}
