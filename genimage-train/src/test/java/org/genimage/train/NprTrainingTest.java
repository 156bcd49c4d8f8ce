package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class NprTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.npr();
  }

  @Override
  public String folder() {
    return "npr";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.NEWER;
  }
}
