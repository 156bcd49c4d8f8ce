package org.genimage.data;

import java.util.List;
import org.genimage.data.image.ImageBatch;

/**
 * A step's worth of samples.
 *
 * @param images the inputs, split-major: all samples' first split, then all samples' second, …
 * @param samples what they were made of, one per image of a split
 * @param positions each sample's position in the dataset; of an image that an epoch takes several
 *     times, plus the dataset's size for each time before
 * @param splits the number of inputs made of each sample
 */
public record Batch(ImageBatch images, List<Sample> samples, List<Integer> positions, int splits) {

  /** Copies the lists. */
  public Batch {
    samples = List.copyOf(samples);
    positions = List.copyOf(positions);
  }

  /** Returns the samples' labels. */
  public List<Label> labels() {
    return samples.stream().map(Sample::label).toList();
  }
}
