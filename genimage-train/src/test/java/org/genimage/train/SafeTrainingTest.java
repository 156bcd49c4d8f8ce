package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class SafeTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.safe();
  }

  @Override
  public String folder() {
    return "safe";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.NEWER;
  }
}
