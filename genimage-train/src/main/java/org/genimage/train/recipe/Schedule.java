package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * The learning rate over time, a pure function of the progress of training. So a checkpoint
 * contains the progress, but no state of a schedule.
 */
@FunctionalInterface
public interface Schedule {

  /** Returns the learning rate of a step. */
  double rate(TrainingProgress progress);

  /**
   * Returns whether training ends here, before the recipe's last epoch.
   *
   * @param progress the beginning of an epoch
   */
  default boolean ended(TrainingProgress progress) {
    return false;
  }

  /** How often a rate changes. */
  enum Every {
    /** At the beginning of every epoch. */
    EPOCH,
    /** At every step. */
    STEP
  }

  /**
   * A linear warm-up before a schedule, or in place of its beginning.
   *
   * @param epochs its length
   * @param start the rate at its beginning
   * @param prefix whether the schedule begins after it (timm's {@code warmup_prefix}), or is under
   *     way meanwhile, so that the rate jumps at its end
   */
  record Warmup(int epochs, double start, boolean prefix) {

    /** Nothing. */
    public static final Warmup NONE = new Warmup(0, 0, false);

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public Warmup {
      checkArgument(epochs >= 0, "a warm-up must not have a negative length, got %s", epochs);
      checkArgument(start >= 0, "a warm-up must not start at a negative rate, got %s", start);
    }

    private boolean covers(double time) {
      return time < epochs;
    }

    private double rate(double time, double base) {
      return start + time * (base - start) / epochs;
    }

    private int before() {
      return prefix ? epochs : 0;
    }
  }

  /**
   * A constant rate.
   *
   * @param rate positive
   */
  record Constant(double rate) implements Schedule {

    /**
     * Checks the component.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Constant {
      checkBase(rate);
    }

    @Override
    public double rate(TrainingProgress progress) {
      return rate;
    }
  }

  /**
   * Half a cosine (Loshchilov and Hutter 2017), as in timm; after its end the rate is the minimum.
   *
   * @param base the rate at the cosine's top
   * @param minimum the rate at its end
   * @param epochs when it ends; it begins at 0, or after a warm-up that is a prefix
   * @param warmup at the beginning
   * @param every how often the rate changes
   */
  record Cosine(double base, double minimum, int epochs, Warmup warmup, Every every)
      implements Schedule {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if a rate is negative, or the lengths contradict each other
     */
    public Cosine {
      checkBase(base);
      checkArgument(minimum >= 0, "a cosine's minimum must not be negative, got %s", minimum);
      checkArgument(
          epochs > warmup.before() && epochs >= warmup.epochs(),
          "a cosine needs at least one epoch and no longer warm-up, got %s and %s",
          epochs,
          warmup.epochs());
    }

    @Override
    public double rate(TrainingProgress progress) {
      double time = progress.time(every);
      if (warmup.covers(time)) {
        return warmup.rate(time, base);
      }
      double part = (time - warmup.before()) / (epochs - warmup.before());
      return part < 1 ? minimum + 0.5 * (base - minimum) * (1 + Math.cos(Math.PI * part)) : minimum;
    }
  }

  /**
   * A linear warm-up over a share of training, then half a cosine, both counted in steps, as the
   * script of Community Forensics has it (Park and Owens 2025, {@code train.py}). Of W steps of
   * warm-up, the i-th, counted from 1, has the rate {@code base * (i + 1) / W}. PyTorch's cosine
   * over the other steps begins with the step after; each step moves it, and the end of each epoch
   * moves it once more.
   *
   * @param base the highest rate
   * @param minimum the rate at the cosine's end, and after it
   * @param epochs when the cosine ends; it begins after the warm-up
   * @param warmup the warm-up's share of these epochs, from 0 to less than 1
   */
  record StepCosine(double base, double minimum, int epochs, double warmup) implements Schedule {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public StepCosine {
      checkBase(base);
      checkArgument(minimum >= 0, "a cosine's minimum must not be negative, got %s", minimum);
      checkArgument(epochs > 0, "a cosine needs at least one epoch, got %s", epochs);
      checkArgument(
          warmup >= 0 && warmup < 1, "a warm-up's share must be in [0, 1), got %s", warmup);
    }

    @Override
    public double rate(TrainingProgress progress) {
      int steps = progress.steps();
      long all = (long) epochs * steps;
      long warm = Math.min(all - 1, (long) Math.rint(warmup * all));
      long number = (long) progress.epoch() * steps + progress.step() + 1;
      if (number > all) {
        return minimum;
      }
      if (number < warm) {
        return base * (number + 1) / warm;
      }
      // The warm-up sets the rate again after an epoch's end, but does not move the cosine back.
      long unseen = Math.min(progress.epoch(), Math.max(0, (warm - 2) / steps));
      long moved = Math.max(0, number - warm - 1) + progress.epoch();
      double top = moved <= all - warm ? height(unseen, all - warm) : 1;
      return minimum + (base - minimum) * height(moved, all - warm) / top;
    }

    private static double height(long moved, long length) {
      return (1 + Math.cos(Math.PI * moved / length)) / 2;
    }
  }

  /**
   * A rate that is multiplied by a factor after every so many epochs.
   *
   * @param base the first rate
   * @param epochs between two multiplications
   * @param factor from above 0 to 1
   * @param warmup at the beginning; epochs are counted from 0, or from the end of a prefix
   */
  record Step(double base, int epochs, double factor, Warmup warmup) implements Schedule {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Step {
      checkBase(base);
      checkArgument(epochs > 0, "epochs between two steps must be positive, got %s", epochs);
      checkArgument(factor > 0 && factor <= 1, "factor must be in (0, 1], got %s", factor);
    }

    @Override
    public double rate(TrainingProgress progress) {
      int epoch = progress.epoch();
      return warmup.covers(epoch)
          ? warmup.rate(epoch, base)
          : base * Math.pow(factor, Math.floorDiv(epoch - warmup.before(), epochs));
    }
  }

  /**
   * Another schedule with a delay of one epoch or step, so that its first value is used twice. It
   * equals scripts that call timm's schedulers after an epoch with that epoch's number.
   *
   * @param schedule to be delayed
   * @param by the delay
   */
  record Late(Schedule schedule, Every by) implements Schedule {

    @Override
    public double rate(TrainingProgress progress) {
      return schedule.rate(progress.before(by));
    }

    @Override
    public boolean ended(TrainingProgress progress) {
      return schedule.ended(progress);
    }
  }

  /**
   * Another schedule with all its rates multiplied, minimum and warm-up included.
   *
   * @param schedule to be scaled
   * @param factor positive, for example the batch size over 512
   */
  record Scaled(Schedule schedule, double factor) implements Schedule {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if the factor is not positive
     */
    public Scaled {
      checkArgument(factor > 0, "factor of the rates must be positive, got %s", factor);
    }

    @Override
    public double rate(TrainingProgress progress) {
      return factor * schedule.rate(progress);
    }

    @Override
    public boolean ended(TrainingProgress progress) {
      return schedule.ended(progress);
    }
  }

  /**
   * CNNSpot's rule (Wang et al. 2020, {@code earlystop.py}): after {@code patience} epochs without
   * progress the rate is divided by ten and the best accuracy is reset; training ends when the rate
   * falls below {@code minimum}. An epoch counts as progress if its accuracy is at least the best
   * one plus a gain. Without validation the rate is constant.
   *
   * @param base the first rate
   * @param minimum training ends at a rate below it
   * @param patience epochs without progress until the rate falls
   * @param firstGain the gain that counts as progress until the first drop
   * @param laterGain the gain that counts as progress afterwards
   */
  record Plateau(double base, double minimum, int patience, double firstGain, double laterGain)
      implements Schedule {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Plateau {
      checkBase(base);
      checkArgument(patience > 0, "patience must be positive, got %s epochs", patience);
      checkArgument(
          minimum >= 0 && firstGain >= 0 && laterGain >= 0,
          "a plateau's minimum and gains must not be negative, got %s, %s, %s",
          minimum,
          firstGain,
          laterGain);
    }

    @Override
    public double rate(TrainingProgress progress) {
      return after(progress.accuracies()).rate();
    }

    @Override
    public boolean ended(TrainingProgress progress) {
      return after(progress.accuracies()).rate() < minimum;
    }

    private State after(List<Double> accuracies) {
      State state = State.start(base, firstGain);
      for (double accuracy : accuracies) {
        state = state.after(accuracy, this);
      }
      return state;
    }

    /** The state of the rule; a best accuracy of negative infinity means none yet. */
    private record State(double rate, double gain, double best, int idle) {

      static State start(double rate, double gain) {
        return new State(rate, gain, Double.NEGATIVE_INFINITY, 0);
      }

      State after(double accuracy, Plateau rule) {
        if (accuracy >= best + gain) {
          return new State(rate, gain, accuracy, 0);
        }
        return idle + 1 < rule.patience()
            ? new State(rate, gain, best, idle + 1)
            : start(rate / 10, rule.laterGain());
      }
    }
  }

  private static void checkBase(double rate) {
    checkArgument(rate > 0, "learning rate must be positive, got %s", rate);
  }
}
