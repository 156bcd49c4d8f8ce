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

  /**
   * Twice what PyTorch's own 32-bit floats leave, 1.1e-3. It was 9.5e-4 with AVX-512 and AMX, and
   * 1.05e-3 with AVX-512 alone.
   */
  @Override
  public double statisticsAfterTrajectory() {
    return 2.2e-3;
  }
}
