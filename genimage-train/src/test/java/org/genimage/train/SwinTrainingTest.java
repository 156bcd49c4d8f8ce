package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class SwinTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.swinTiny();
  }

  @Override
  public String folder() {
    return "swin_t";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.SMOOTH;
  }
}
