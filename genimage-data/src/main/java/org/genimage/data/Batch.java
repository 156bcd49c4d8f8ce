package org.genimage.data;

import java.util.List;
import org.genimage.data.image.ImageBatch;

/**
 * The samples of one training step, ready for the network.
 *
 * @param images the inputs, {@code [splits * samples, height, width, 3]}: the first split of all
 *     samples, then the second split of all samples, and so on
 * @param samples the samples that the inputs were made from
 * @param positions each sample's position in the dataset. If an epoch takes an image several times,
 *     each repetition adds the dataset's size
 * @param splits the number of inputs per sample
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
