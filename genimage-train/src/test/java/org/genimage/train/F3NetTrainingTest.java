package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class F3NetTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.f3Net();
  }

  @Override
  public String folder() {
    return "f3net";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.F3NET;
  }
}
