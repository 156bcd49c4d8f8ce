package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class FerretNetTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.ferretNet();
  }

  @Override
  public String folder() {
    return "ferretnet";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.NEWER;
  }

  @Override
  public double logitsAfterTrajectory() {
    return 3e-3;
  }
}
