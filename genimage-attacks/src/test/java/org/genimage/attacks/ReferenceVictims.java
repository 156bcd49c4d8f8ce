package org.genimage.attacks;

import org.genimage.data.ImageDataset;
import org.genimage.models.DifferentiableDetector;

/** The fixtures' victim and pictures for tests in other packages. */
public final class ReferenceVictims {

  private ReferenceVictims() {}

  /** Returns the trained victim with two logits, to be closed by the caller. */
  public static DifferentiableDetector trained() {
    return ReferenceVictim.TWO.load();
  }

  /** Returns the few pictures. */
  public static ImageDataset few() {
    return ReferenceVictim.few();
  }
}
