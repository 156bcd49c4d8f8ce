package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.Head;
import org.genimage.models.networks.F3NetVariant;

class F3NetTwoLogitsTrainingTest implements TrainingStepContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.f3Net(F3NetVariant.MIX, Head.NATURE_AI);
  }

  @Override
  public String folder() {
    return "f3net_2";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.F3NET;
  }
}
