package org.genimage.train;

import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;

class CommunityForensicsTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.communityForensics();
  }

  @Override
  public String folder() {
    return "commfor";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.CLIPPED;
  }
}
