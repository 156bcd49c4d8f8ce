package org.genimage.train;

import java.lang.reflect.Method;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.nn.Network;

class SpecTrainingTest implements TrainingContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.spec();
  }

  @Override
  public String folder() {
    return "spec";
  }

  @Override
  public Tolerances tolerances() {
    return Tolerances.RELU;
  }

  /** The fixtures' network sees spectra, as the inputs are meant to be. */
  @Override
  public Network network() {
    try {
      Method classifier = blueprint().network().getClass().getDeclaredMethod("classifier");
      classifier.setAccessible(true);
      return (Network) classifier.invoke(blueprint().network());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
