package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;

/**
 * Towards Evaluating the Robustness of Neural Networks, Carlini and Wagner 2017, section VI: the
 * least change in L2 that reaches the goal. It minimises |x' - x|^2 + c * max(margin + kappa, 0)
 * over w, where x' = (tanh(w) + 1) / 2 stays in [0, 1] by itself and the margin is how far the
 * logit of the label to leave lies above the other; a binary search per image finds a small c.
 *
 * <p>An image for which nothing is found, or nothing within the budget, comes back as it was.
 *
 * @param budget the largest change that is of use, in {@link Norm#L2}; infinite in the paper
 * @param searchSteps values of c that are tried, each with a fresh Adam
 * @param steps of Adam for each c
 * @param learningRate of Adam
 * @param constant the first c
 * @param confidence kappa: by how much the wanted logit shall lie above the other
 * @param abort when Adam stops early
 * @param rules whose loss it is
 */
public record CarliniWagner(
    Budget budget,
    int searchSteps,
    int steps,
    double learningRate,
    double constant,
    double confidence,
    Abort abort,
    Rules rules)
    implements Attack<DifferentiableDetector> {

  /** A published c never grows beyond it. */
  private static final double LARGEST_CONSTANT = 1e10;

  /** From so many steps on, the search's last one repeats the best c. */
  private static final int REPEATING_SEARCH = 10;

  /** When Adam stops before its last step. It looks at the loss after every tenth of the steps. */
  public enum Abort {
    /** Never. */
    NONE,
    /** For each image by itself, once its loss falls no more: the result knows no batches. */
    PER_IMAGE,
    /**
     * For all images at once, by the sum of their losses, as the authors' code and Foolbox do: the
     * result depends on which images make a batch.
     */
    SUMMED
  }

  /** Whose reading of the paper. */
  public enum Rules {
    /** The authors' code, which Foolbox follows. */
    ORIGINAL,
    /**
     * torchattacks 3.4.0 and later: both logits count as at least 0, kappa does not decide about
     * success, pixels of exactly 0 and 1 never move, and the best is kept before Adam may stop.
     */
    TORCHATTACKS,
    /** torchattacks up to 3.3.0: as above, but only the other logit counts as at least 0. */
    TORCHATTACKS_LEGACY
  }

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the budget is not in L2, a count, the learning rate or the
   *     constant is not positive, or kappa is negative
   */
  public CarliniWagner {
    checkArgument(budget.norm() == Norm.L2, "CW-L2 needs an L2 budget, got %s", budget);
    checkArgument(
        searchSteps > 0 && steps > 0,
        "CW-L2 needs at least one step of search and of Adam, got %s and %s",
        searchSteps,
        steps);
    checkArgument(
        learningRate > 0 && Double.isFinite(learningRate),
        "learning rate must be positive, got %s",
        learningRate);
    checkArgument(
        constant > 0 && Double.isFinite(constant), "c must be positive, got %s", constant);
    checkArgument(
        confidence >= 0 && Double.isFinite(confidence),
        "confidence must be at least 0, got %s",
        confidence);
  }

  /** Returns this attack with another largest change that is of use. */
  public CarliniWagner budget(Budget budget) {
    return new CarliniWagner(
        budget, searchSteps, steps, learningRate, constant, confidence, abort, rules);
  }

  /** Returns this attack with another number of values of c. */
  public CarliniWagner searchSteps(int searchSteps) {
    return new CarliniWagner(
        budget, searchSteps, steps, learningRate, constant, confidence, abort, rules);
  }

  /** Returns this attack with another number of steps for each c. */
  public CarliniWagner steps(int steps) {
    return new CarliniWagner(
        budget, searchSteps, steps, learningRate, constant, confidence, abort, rules);
  }

  /** Returns this attack with another learning rate. */
  public CarliniWagner learningRate(double learningRate) {
    return new CarliniWagner(
        budget, searchSteps, steps, learningRate, constant, confidence, abort, rules);
  }

  /** Returns this attack with another first c. */
  public CarliniWagner constant(double constant) {
    return new CarliniWagner(
        budget, searchSteps, steps, learningRate, constant, confidence, abort, rules);
  }

  /** Returns this attack with another kappa. */
  public CarliniWagner confidence(double confidence) {
    return new CarliniWagner(
        budget, searchSteps, steps, learningRate, constant, confidence, abort, rules);
  }

  /** Returns this attack with another rule for stopping early. */
  public CarliniWagner abort(Abort abort) {
    return new CarliniWagner(
        budget, searchSteps, steps, learningRate, constant, confidence, abort, rules);
  }

  /** Returns this attack by another reading of the paper. */
  public CarliniWagner rules(Rules rules) {
    return new CarliniWagner(
        budget, searchSteps, steps, learningRate, constant, confidence, abort, rules);
  }

  @Override
  public String name() {
    return "CW-L2";
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("search steps", Integer.toString(searchSteps));
    settings.put("steps", Integer.toString(steps));
    settings.put("learning rate", Double.toString(learningRate));
    settings.put("first c", Double.toString(constant));
    settings.put("kappa", Double.toString(confidence));
    settings.put("early abort", abort.toString());
    settings.put("rules", rules.toString());
    return settings;
  }

  @Override
  public Pixels perturb(DifferentiableDetector victim, Pixels pixels, Goal goal) {
    Inputs.checked(victim, pixels, goal);
    if (budget.size() == 0) {
      return pixels;
    }
    int count = pixels.count();
    double[] constants = new double[count];
    double[] lower = new double[count];
    double[] upper = new double[count];
    Arrays.fill(constants, constant);
    Arrays.fill(upper, Double.POSITIVE_INFINITY);
    try (CarliniWagnerLoop loop = CarliniWagnerLoop.create(this, victim, pixels, goal)) {
      for (int search = 0; search < searchSteps; search++) {
        if (search == searchSteps - 1 && searchSteps >= REPEATING_SEARCH) {
          for (int i = 0; i < count; i++) {
            constants[i] = Math.min(upper[i], LARGEST_CONSTANT);
          }
        }
        boolean[] found = loop.search(constants);
        for (int i = 0; i < count; i++) {
          upper[i] = found[i] ? constants[i] : upper[i];
          lower[i] = found[i] ? lower[i] : constants[i];
          constants[i] =
              Double.isInfinite(upper[i]) ? constants[i] * 10 : (lower[i] + upper[i]) / 2;
        }
      }
      return budget.restored(pixels, loop.best());
    }
  }
}
