package org.genimage.train;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a training will take, measured before it begins: {@link GradientTrainer#plan}.
 *
 * @param images of one epoch, before those that a recipe balances or draws again
 * @param epochs passes over them
 * @param steps of all epochs
 * @param batchSize images of a step
 * @param parts in which a step is computed, one after the other
 * @param step the time of one step, without the loading of its images, which runs meanwhile
 * @param memory the most bytes that this process held during a step; empty where the system does
 *     not tell
 */
public record TrainingPlan(
    int images,
    int epochs,
    long steps,
    int batchSize,
    int parts,
    Duration step,
    OptionalLong memory) {

  private static final double BYTES = 1e9;

  /** Returns the time of all steps. */
  public Duration time() {
    return step.multipliedBy(steps);
  }

  /** Returns how many images are trained in a second. */
  public double imagesPerSecond() {
    return batchSize * 1e9 / Math.max(1, step.toNanos());
  }

  /** Returns the plan in one sentence, in plain words. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d epochs of %d images, %d steps of %d images%s: about %s at %.1f images/s%s",
        epochs,
        images,
        steps,
        batchSize,
        parts > 1 ? " in " + parts + " parts" : "",
        words(time()),
        imagesPerSecond(),
        memory.isPresent()
            ? String.format(Locale.ROOT, ", %.1f GB of memory", memory.getAsLong() / BYTES)
            : "");
  }

  private static String words(Duration time) {
    double minutes = time.toMillis() / 60_000.0;
    return minutes >= 60
        ? String.format(Locale.ROOT, "%.1f hours", minutes / 60)
        : String.format(Locale.ROOT, "%.1f minutes", minutes);
  }
}
