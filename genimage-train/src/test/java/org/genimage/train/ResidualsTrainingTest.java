package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class ResidualsTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.residuals();
  }

  @Override
  public String folder() {
    return "residuals";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.NEWER;
  }
}
