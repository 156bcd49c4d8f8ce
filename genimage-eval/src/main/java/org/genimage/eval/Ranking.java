package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.genimage.data.Label;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Detector;

/**
 * The distinct scores, from the highest, with the number of AI and of natural images at each: what
 * most metrics are functions of. Equal scores share one place, so ties have no order.
 *
 * <pre>{@code
 * long natural = 0; // the natural images that score higher than every AI image
 * for (int place = 0; place < ranking.places() && ranking.count(place, Label.AI) == 0; place++) {
 *   natural += ranking.count(place, Label.NATURE);
 * }
 * }</pre>
 *
 * <p>In a {@linkplain Bootstrap bootstrap} some places have no image, and a label may be missing.
 */
public final class Ranking {

  private final double[] values; // distinct, falling
  private final long[] ai;
  private final long[] nature;
  private final double threshold;
  private final long allAi;
  private final long allNature;

  /** Of the values alone, so that all rankings of the same values share them. */
  private final Supplier<Losses> losses;

  private final Supplier<MeanLoss> meanLoss = Suppliers.memoize(this::average);
  private final Supplier<Confusion> confusion = Suppliers.memoize(this::decide);
  private final Supplier<ReliabilityCurve> reliability =
      Suppliers.memoize(() -> ReliabilityCurve.of(this, ReliabilityCurve.BINS));

  private Ranking(
      double[] values, long[] ai, long[] nature, double threshold, Supplier<Losses> losses) {
    this.values = values;
    this.ai = ai;
    this.nature = nature;
    this.threshold = threshold;
    this.losses = losses;
    this.allAi = sum(ai, ai.length);
    this.allNature = sum(nature, nature.length);
  }

  private static Ranking of(double[] values, long[] ai, long[] nature) {
    return new Ranking(
        values, ai, nature, Detector.THRESHOLD, Suppliers.memoize(() -> new Losses(values)));
  }

  private static long sum(long[] counts, int places) {
    long sum = 0;
    for (int i = 0; i < places; i++) {
      sum += counts[i];
    }
    return sum;
  }

  /** What an image adds to log loss and squared error, at each place. */
  private static final class Losses {
    private final double[] logOfAi;
    private final double[] logOfNature;
    private final double[] squareOfAi;
    private final double[] squareOfNature;

    Losses(double[] values) {
      logOfAi = each(values, score -> logLoss(score));
      logOfNature = each(values, score -> logLoss(1 - score));
      squareOfAi = each(values, score -> (score - 1) * (score - 1));
      squareOfNature = each(values, score -> score * score);
    }

    private static double[] each(double[] values, DoubleUnaryOperator loss) {
      return Arrays.stream(values).map(loss).toArray();
    }

    private static double logLoss(double truth) {
      double epsilon = Math.ulp(1.0);
      return -Math.log(Math.max(epsilon, Math.min(1 - epsilon, truth)));
    }
  }

  /**
   * Means over the images.
   *
   * @param logarithmic of -ln of the score of the true label, clipped at 2.2e-16
   * @param squared of the squared difference of score and truth
   */
  record MeanLoss(double logarithmic, double squared) {}

  /**
   * Ranks scores, decided at {@link Detector#THRESHOLD}.
   *
   * @param scores probabilities of {@link Label#AI}, in [0, 1]
   * @param labels one per score
   * @throws IllegalArgumentException if there is no score, the numbers of scores and labels differ,
   *     or a score is outside [0, 1] or not a number
   */
  public static Ranking of(double[] scores, List<Label> labels) {
    checkArgument(
        scores.length == labels.size(),
        "scores need as many labels, got %s scores and %s labels",
        scores.length,
        labels.size());
    checkArgument(scores.length > 0, "a ranking needs at least one score, got none");
    for (int i = 0; i < scores.length; i++) {
      checkArgument(
          scores[i] >= 0 && scores[i] <= 1,
          "score %s must be in [0, 1], got %s",
          Integer.toString(i),
          scores[i]);
    }
    int[] order = order(scores);
    double[] values = new double[scores.length];
    long[] ai = new long[scores.length];
    long[] nature = new long[scores.length];
    int places = 0;
    for (int i : order) {
      if (places == 0 || scores[i] < values[places - 1]) {
        values[places++] = scores[i];
      }
      (labels.get(i) == Label.AI ? ai : nature)[places - 1]++;
    }
    return of(
        Arrays.copyOf(values, places), Arrays.copyOf(ai, places), Arrays.copyOf(nature, places));
  }

  /** Returns the positions of these scores from the highest; sorts 64-bit keys, not objects. */
  static int[] order(double[] scores) {
    double[] sorted = scores.clone();
    Arrays.sort(sorted);
    int[] next = new int[scores.length];
    int[] order = new int[scores.length];
    for (int i = 0; i < scores.length; i++) {
      int first = first(sorted, scores[i]);
      order[scores.length - 1 - first - next[first]++] = i;
    }
    return order;
  }

  private static int first(double[] sorted, double value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Returns the same ranking, decided at another threshold.
   *
   * @param newThreshold in [0, 1]; a score counts as AI above it
   * @throws IllegalArgumentException if it is outside [0, 1] or not a number
   */
  public Ranking at(double newThreshold) {
    checkArgument(
        newThreshold >= 0 && newThreshold <= 1,
        "threshold must be in [0, 1], got %s",
        newThreshold);
    return new Ranking(values, ai, nature, newThreshold, losses);
  }

  /** Returns the ranking of the same distinct scores with other counts, some perhaps zero. */
  Ranking counts(long[] newAi, long[] newNature) {
    return new Ranking(values, newAi, newNature, threshold, losses);
  }

  /** Returns a copy of the numbers of a label's images at each place. */
  long[] counts(Label label) {
    return (label == Label.AI ? ai : nature).clone();
  }

  /** Returns the place of a score among the distinct ones. */
  int place(double score) {
    int low = 0;
    int high = values.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (values[middle] > score) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns the number of distinct scores. */
  public int places() {
    return values.length;
  }

  /**
   * Returns a distinct score, in [0, 1].
   *
   * @param place from 0, the highest score, to {@code places() - 1}, the lowest
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public double value(int place) {
    return values[place];
  }

  /**
   * Returns the number of a label's images that have the score at a place.
   *
   * @param place from 0, the highest score, to {@code places() - 1}, the lowest
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public long count(int place, Label label) {
    return (label == Label.AI ? ai : nature)[place];
  }

  MeanLoss meanLoss() {
    return meanLoss.get();
  }

  /** Both at once and without a branch, since a bootstrap does this a thousand times. */
  private MeanLoss average() {
    Losses each = losses.get();
    double logarithmic = 0;
    double squared = 0;
    for (int i = 0; i < values.length; i++) {
      logarithmic += nature[i] * each.logOfNature[i];
      logarithmic += ai[i] * each.logOfAi[i];
      squared += nature[i] * each.squareOfNature[i];
      squared += ai[i] * each.squareOfAi[i];
    }
    return new MeanLoss(logarithmic / size(), squared / size());
  }

  /** Returns the reliability curve with the usual number of bins. */
  ReliabilityCurve reliability() {
    return reliability.get();
  }

  /** Returns the number of images. */
  public long size() {
    return allAi + allNature;
  }

  /** Returns the number of images of a label. */
  public long count(Label label) {
    return label == Label.AI ? allAi : allNature;
  }

  /** Returns the score above which an image counts as AI. */
  public double threshold() {
    return threshold;
  }

  /** Returns how many of the images are decided rightly at the threshold. */
  public Proportion accuracy() {
    Confusion confusion = confusion();
    return new Proportion(confusion.trueAi() + confusion.trueNature(), size());
  }

  /**
   * Returns how many of a label's images are decided rightly at the threshold.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Proportion accuracy(Label label) {
    Confusion confusion = confusion();
    return new Proportion(
        label == Label.AI ? confusion.trueAi() : confusion.trueNature(), count(label));
  }

  /** Returns how many images of each label count as AI and as natural at the threshold. */
  public Confusion confusion() {
    return confusion.get();
  }

  private Confusion decide() {
    int above = place(threshold);
    if (above < values.length && values[above] > threshold) {
      above++;
    }
    long trueAi = sum(ai, above);
    long falseAi = sum(nature, above);
    return new Confusion(trueAi, falseAi, allNature - falseAi, allAi - trueAi);
  }
}
