package org.genimage.attacks;

import java.util.List;
import org.genimage.attacks.CarliniWagner.Abort;
import org.genimage.attacks.CarliniWagner.Rules;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;

/** The attacks of genimage. Settings of papers and other libraries are in {@link Preset}. */
public final class Attacks {

  private Attacks() {}

  /**
   * Returns the fast gradient sign method (Goodfellow et al. 2015): one step of the budget's size
   * on every value, in the direction in which the loss of the true label grows.
   *
   * @param budget in the norm {@link Norm#LINF}; torchattacks' default is {@code 8 / 255.0}
   * @throws IllegalArgumentException if the budget has another norm
   */
  public static Attack<DifferentiableDetector> fgsm(Budget budget) {
    return new Fgsm(budget);
  }

  /**
   * Returns the basic iterative method (Kurakin et al. 2017): small steps from the image itself,
   * each by the sign of the gradient (L-inf) or along it (L2), kept within the budget.
   *
   * @param budget in either norm
   * @param stepSize in the same norm
   * @throws IllegalArgumentException if the budget is infinite or a number is not positive
   */
  public static Attack<DifferentiableDetector> bim(Budget budget, double stepSize, int steps) {
    return new Pgd(budget, stepSize, steps, false, 0);
  }

  /**
   * Returns projected gradient descent (Madry et al. 2018): as {@link #bim}, but from a random
   * place in the budget.
   *
   * @param budget in either norm
   * @param stepSize in the same norm; torchattacks' default is {@code 2 / 255.0}, in 10 steps
   * @param seed decides the place, together with the image
   * @throws IllegalArgumentException if the budget is infinite or a number is not positive
   */
  public static Attack<DifferentiableDetector> pgd(
      Budget budget, double stepSize, int steps, long seed) {
    return new Pgd(budget, stepSize, steps, true, seed);
  }

  /**
   * Returns FGSM in steps with momentum (Dong et al. 2018), whose results other detectors are
   * fooled by more often.
   *
   * @param budget in the norm {@link Norm#LINF}
   * @param stepSize where values are in [0, 1]; the paper's is the budget over the steps
   * @param decay what stays of the sum of gradients at each step; 1 in the paper
   * @throws IllegalArgumentException if the budget has another norm, size or steps are not
   *     positive, or the decay is negative
   */
  public static Attack<DifferentiableDetector> miFgsm(
      Budget budget, double stepSize, int steps, double decay) {
    return new MiFgsm(budget, stepSize, steps, decay);
  }

  /**
   * Returns the attack of Carlini and Wagner 2017 in L2 with its authors' settings: 9 values of c
   * from 0.001, 10,000 steps of Adam each, at 0.01, kappa 0. Each image stops early by itself.
   */
  public static CarliniWagner cwL2() {
    return new CarliniWagner(
        Budget.l2(Double.POSITIVE_INFINITY),
        9,
        10_000,
        0.01,
        0.001,
        0,
        Abort.PER_IMAGE,
        Rules.ORIGINAL);
  }

  /**
   * Returns DeepFool (Moosavi-Dezfooli et al. 2016) in L2 with Foolbox's settings, 50 steps and an
   * overshoot of 0.02: steps to where a linear detector would change its mind.
   */
  public static Attack<DifferentiableDetector> deepFool() {
    return deepFool(Budget.l2(Double.POSITIVE_INFINITY), 50, 0.02);
  }

  /**
   * Returns DeepFool (Moosavi-Dezfooli et al. 2016) in L2.
   *
   * @param budget in the norm {@link Norm#L2}; infinite in the paper. An image that needs a larger
   *     change comes back as it was
   * @param steps the most steps
   * @param overshoot by what share the change exceeds what a linear detector would need
   * @throws IllegalArgumentException if the budget has another norm, there are no steps, or the
   *     overshoot is negative
   */
  public static Attack<DifferentiableDetector> deepFool(
      Budget budget, int steps, double overshoot) {
    return new DeepFool(budget, steps, overshoot);
  }

  /**
   * Returns Square (Andriushchenko et al. 2020), which asks for scores alone: it works on every
   * detector, and where it does more than an attack with gradients, those are masked.
   *
   * @param budget in the norm {@link Norm#LINF}; less than half a level of 8 bits changes nothing
   * @param queries tries per image; 10,000 in the paper
   * @param seed decides the tries, together with the image
   * @throws IllegalArgumentException if the budget has another norm or there are no queries
   */
  public static Attack<Detector> square(Budget budget, int queries, long seed) {
    return new Square(budget, queries, seed);
  }

  /** Returns every attack that this class offers, each with usual settings. */
  public static List<Attack<? super DifferentiableDetector>> all() {
    Budget budget = Budget.linf(8 / 255.0);
    return List.of(
        fgsm(budget),
        bim(budget, 2 / 255.0, 10),
        pgd(budget, 2 / 255.0, 10, 0),
        miFgsm(budget, 0.8 / 255, 10, 1),
        cwL2(),
        deepFool(),
        square(budget, 5_000, 0));
  }
}
