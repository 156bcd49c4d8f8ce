package org.genimage.train;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The results of an epoch.
 *
 * @param epoch from 0
 * @param epochs the recipe's number of epochs
 * @param steps done, those of earlier epochs included
 * @param loss mean over the epoch's steps, in nats
 * @param learningRate of the last step
 * @param samples trained on in the epoch
 * @param skipped files that could not be read
 * @param time from the first step to the last, checkpoints and listeners included
 * @param waiting the part of the time in which the network waited for images
 * @param stepping the part of the time in which the network calculated
 * @param validationAccuracy share of the validation images that are classified correctly, from 0 to
 *     1; empty without validation images
 */
public record EpochReport(
    int epoch,
    int epochs,
    long steps,
    double loss,
    double learningRate,
    int samples,
    int skipped,
    Duration time,
    Duration waiting,
    Duration stepping,
    OptionalDouble validationAccuracy) {

  /** Returns the samples trained on per second. */
  public double samplesPerSecond() {
    return samples / (time.toNanos() / 1e9);
  }

  /** Returns the accuracy for a line of text; empty without validation. */
  String accuracyText() {
    return validationAccuracy.isPresent()
        ? String.format(
            Locale.ROOT, ", validation accuracy %.1f %%", 100 * validationAccuracy.getAsDouble())
        : "";
  }

  /** Returns a text about the bottleneck of the epoch: images, the network, or neither. */
  public String bottleneck() {
    double images = share(waiting);
    double network = share(stepping);
    double rest = 1 - images - network;
    String advice =
        images > 0.1
            ? "the bottleneck is reading images"
            : rest > 0.1
                ? "the bottleneck is checkpoints and listeners"
                : "the bottleneck is the network";
    return String.format(
        Locale.ROOT,
        "%.1f %% of the time waiting for images, %.1f %% calculating, %.1f %% other: %s",
        100 * images,
        100 * network,
        100 * rest,
        advice);
  }

  private double share(Duration part) {
    return time.isZero() ? 0 : part.toNanos() / (double) time.toNanos();
  }
}
