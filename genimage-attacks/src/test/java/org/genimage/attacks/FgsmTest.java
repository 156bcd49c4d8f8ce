package org.genimage.attacks;

import org.genimage.models.DifferentiableDetector;

class FgsmTest implements AttackContract {

  @Override
  public Attack<DifferentiableDetector> attack(double size) {
    return Attacks.fgsm(Budget.linf(size));
  }
}
