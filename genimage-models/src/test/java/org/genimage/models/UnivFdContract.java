package org.genimage.models;

/** Where the fixtures' features of UnivFD are found. */
interface UnivFdContract extends PublishedNetworkContract {

  @Override
  default String folder() {
    return "univfd";
  }

  @Override
  default String place(String feature) {
    if (feature.equals("features")) {
      return feature;
    }
    return (feature.startsWith("resblocks.") ? "visual.transformer." : "visual.") + feature;
  }

  /** The fixtures have none, since nobody starts a tower from scratch: UnivFdTest has the laws. */
  @Override
  default void initialWeights_followTheLawsOfTheConstructor() {}
}
