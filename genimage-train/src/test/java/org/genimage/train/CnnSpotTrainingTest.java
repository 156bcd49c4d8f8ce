package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class CnnSpotTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.cnnSpot();
  }

  @Override
  public String folder() {
    return "cnnspot";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.RELU;
  }
}
