package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class GramNetTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.gramNet();
  }

  @Override
  public String folder() {
    return "gramnet";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.RELU;
  }
}
