package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class DeitTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.deitSmall();
  }

  @Override
  public String folder() {
    return "deit_s";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.SMOOTH;
  }
}
