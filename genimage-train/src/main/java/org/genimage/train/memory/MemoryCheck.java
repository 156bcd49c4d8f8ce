package org.genimage.train.memory;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.genimage.data.internal.PeakMemory;

/**
 * Whether a training step fits into memory, decided before the first one: the system ends a process
 * that takes too much without a word.
 *
 * <p>A rough number from the graph's shapes says whether it is worth to measure at all. If it is,
 * small steps are run, and the peak of the process's memory is taken as linear in the number of
 * samples. What an earlier training left to TensorFlow's allocator would hide a small step, so the
 * steps grow until they raise the peak.
 */
public final class MemoryCheck {

  private static final System.Logger LOGGER = System.getLogger(MemoryCheck.class.getName());

  /** The share of the limit below which a rough number says that the step fits. */
  private static final double SMALL = 0.25;

  /** Samples of the first measured step. */
  private static final int FIRST = 4;

  /**
   * How many times as many samples the next one has, where they surely fit. What the Java heap
   * takes meanwhile errs the line; the wider the pair, the less.
   */
  private static final int WIDER = 4;

  /** Of the rough bytes, what a step must add to the peak to be seen. */
  private static final double SEEN = 1 / 16.0;

  /** What estimates add for the error of the line, and for the Java heap, which may grow. */
  static final double MARGIN = 0.1;

  private final PlannedStep step;
  private final MemoryLimit limit;

  /** Creates the check of a step. */
  public MemoryCheck(PlannedStep step, MemoryLimit limit) {
    this.step = step;
    this.limit = limit;
  }

  /** Returns whether the step is so large that it must be measured. */
  public boolean isNeeded() {
    return (double) step.roughBytes() * step.together() >= SMALL * limit.bytes();
  }

  /**
   * Returns the number of parts with which the step fits: the recipe's, or more where they change
   * the result by rounding alone. Where nothing can be measured, it is the recipe's.
   *
   * @param trial runs a step of so many samples
   * @throws IllegalStateException if it does not fit
   */
  public int parts(IntConsumer trial) {
    PeakMemory memory = PeakMemory.ofThisProcess();
    return partsBy(samples -> memory.of(() -> trial.accept(samples)));
  }

  /** The peak of a step of so many samples, in bytes. */
  interface Peaks {
    long of(int samples) throws IOException;
  }

  /** Returns the parts as above, from measured peaks. */
  int partsBy(Peaks peaks) {
    return measured(peaks)
        .map(found -> found.isSeen() ? parts(found.line()) : partsAtMost(found))
        .orElse(step.parts());
  }

  /**
   * What the small steps showed.
   *
   * @param samples of the largest of them
   * @param isSeen whether the peak rose; else the line goes through that step's and rises roughly
   */
  private record Measured(MemoryLine line, int samples, boolean isSeen) {}

  /** A network may refuse so few samples, which says nothing of its training. */
  private Optional<Measured> measured(Peaks peaks) {
    try {
      return Optional.of(line(logged(peaks)));
    } catch (IOException | RuntimeException e) {
      LOGGER.log(Level.DEBUG, "the memory of a step is not known", e);
      return Optional.empty();
    }
  }

  private static Peaks logged(Peaks peaks) {
    return samples -> {
      long peak = peaks.of(samples);
      LOGGER.log(Level.DEBUG, "{0} samples at once took {1} MB", samples, peak / 1_000_000);
      return peak;
    };
  }

  private Measured line(Peaks peaks) throws IOException {
    long before = peaks.of(step.smallest()); // also prepares the graph
    int few = first();
    long less = peaks.of(few);
    Optional<MemoryLine> line = Optional.empty();
    boolean seen = false;
    while (!seen && few < step.together() && (line.isEmpty() || hasRoom(less, few))) {
      int many = next(few, less);
      long more = peaks.of(many);
      line = Optional.of(MemoryLine.through(few, less, many, more));
      seen = less - before >= SEEN * step.roughBytes() * (few - step.smallest());
      few = many;
      less = more;
    }
    if (few == step.together()) {
      return new Measured(line.orElse(new MemoryLine(less, 0)), few, true);
    }
    double rough = step.roughBytes();
    return seen
        ? new Measured(line.orElseThrow(), few, true)
        : new Measured(new MemoryLine(less - rough * few, rough), few, false);
  }

  /**
   * Returns parts for a line that rises by a rough number, which often is too much: enough to
   * divide a step, where that changes nothing but rounding, and too little to refuse one.
   */
  private int partsAtMost(Measured found) {
    double needed = needed(found.line(), step.parts());
    if (needed <= limit.bytes() || !step.divisible()) {
      LOGGER.log(Level.DEBUG, "the memory of a step is not known: small ones do not show it");
      return step.parts();
    }
    int measured = (step.samples() + found.samples() - 1) / found.samples();
    int parts = Math.min(fitting(found.line()).orElse(measured), measured);
    divided(parts, needed, "at most");
    return parts;
  }

  /** Returns the fewest parts that fit, of more than the recipe's. */
  private OptionalInt fitting(MemoryLine line) {
    return IntStream.rangeClosed(step.parts() + 1, step.samples() / step.smallest())
        .filter(parts -> needed(line, parts) <= limit.bytes())
        .findFirst();
  }

  private void divided(int parts, double needed, String accuracy) {
    LOGGER.log(
        Level.INFO,
        "a step of {0} samples is computed in {1} parts: it needs {2} {3}, and {4} {5}",
        step.samples(),
        parts,
        accuracy,
        gigabytes(needed),
        limit.source(),
        gigabytes(limit.bytes()));
  }

  /** Returns so few samples that they and twice as many surely fit, if there can be so few. */
  private int first() {
    double fitting = SMALL * limit.bytes() / step.roughBytes();
    int most = Math.min(FIRST * step.smallest(), step.together() / 2);
    return (int) Math.max(step.smallest(), Math.min(most, fitting));
  }

  /** Returns the samples of the step after one of a few: twice as many, or more if they fit. */
  private int next(int few, long peak) {
    int many = WIDER * few;
    while (many > 2 * few && !hasRoom(peak, many - few)) {
      many -= few;
    }
    return Math.min(many, step.together());
  }

  private boolean hasRoom(long peak, int more) {
    return peak + (double) more * step.roughBytes() < limit.bytes();
  }

  private int parts(MemoryLine line) {
    double needed = needed(line, step.parts());
    LOGGER.log(
        Level.DEBUG,
        "{0} samples at once need about {1}; {2} {3}",
        step.together(),
        gigabytes(needed),
        limit.source(),
        gigabytes(limit.bytes()));
    if (needed <= limit.bytes()) {
      return step.parts();
    }
    OptionalInt fitting = fitting(line);
    if (fitting.isPresent() && step.divisible()) {
      divided(fitting.getAsInt(), needed, "about");
      return fitting.getAsInt();
    }
    throw new IllegalStateException(
        "training %s with %s samples per step%s needs about %s of memory, but %s %s; %s"
            .formatted(
                step.network(),
                step.samples(),
                step.parts() > 1 ? " in " + step.parts() + " parts" : "",
                gigabytes(needed),
                limit.source(),
                gigabytes(limit.bytes()),
                fitting.isPresent() ? remedy(line, fitting.getAsInt()) : noRemedy(line)));
  }

  private String remedy(MemoryLine line, int parts) {
    return "set the recipe's parts to %s, which needs about %s, or make the batch smaller"
        .formatted(parts, gigabytes(needed(line, parts)));
  }

  private String noRemedy(MemoryLine line) {
    int most = step.samples() / step.smallest();
    return "even with parts set to %s it needs about %s: use a machine with more memory"
        .formatted(most, gigabytes(needed(line, most)));
  }

  private double needed(MemoryLine line, int parts) {
    long sums = step.parts() == 1 && parts > 1 ? step.gradientBytes() : 0;
    return (1 + MARGIN) * (line.bytes(step.together(parts)) + sums);
  }

  private static String gigabytes(double bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
