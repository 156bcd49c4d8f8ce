package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class ResNetTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.resnet50();
  }

  @Override
  public String folder() {
    return "resnet50";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.RELU;
  }
}
