package org.genimage.attacks;

import java.util.List;
import org.genimage.models.DifferentiableDetector;

/** The attacks of genimage. */
public final class Attacks {

  private Attacks() {}

  /**
   * Returns the fast gradient sign method (Goodfellow et al. 2015), untargeted: one step of the
   * budget's size on every value, in the direction in which the loss of the true label grows.
   *
   * @param budget in the norm {@link Norm#LINF}; torchattacks' default is {@code 8 / 255.0}
   * @throws IllegalArgumentException if the budget has another norm
   */
  public static Attack<DifferentiableDetector> fgsm(Budget budget) {
    return new Fgsm(budget);
  }

  /** Returns every attack that this class offers, each with a usual budget. */
  public static List<Attack<? super DifferentiableDetector>> all() {
    return List.of(fgsm(Budget.linf(8 / 255.0)));
  }
}
