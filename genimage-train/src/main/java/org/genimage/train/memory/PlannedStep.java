package org.genimage.train.memory;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A training step as far as its memory is concerned.
 *
 * @param network its name, for messages
 * @param samples of the step in this process
 * @param parts into which the recipe divides the step
 * @param smallest the fewest samples that can be computed together
 * @param roughBytes a rough number of bytes per sample, from the shapes of the graph
 * @param largestBytes those of the largest of its arrays, per sample
 * @param gradientBytes what a step in several parts holds besides: the sums of the gradients
 * @param divisible whether more parts change the result by rounding alone
 */
public record PlannedStep(
    String network,
    int samples,
    int parts,
    int smallest,
    long roughBytes,
    long largestBytes,
    long gradientBytes,
    boolean divisible) {

  /** Checks the numbers. */
  public PlannedStep {
    checkArgument(
        smallest > 0 && samples >= smallest && parts > 0 && roughBytes > 0,
        "a step needs samples, parts and bytes, got %s samples, %s parts and %s bytes",
        samples,
        parts,
        roughBytes);
  }

  /** Returns the samples that are computed together. */
  int together() {
    return together(parts);
  }

  /** Returns the samples that are computed together, with another number of parts. */
  int together(int count) {
    return (samples + count - 1) / count;
  }
}
