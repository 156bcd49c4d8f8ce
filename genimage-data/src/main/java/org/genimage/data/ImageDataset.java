package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * A sized, repeatable sequence of labelled images, not yet read. Sample {@code i} is the same at
 * every call, in every run.
 */
public interface ImageDataset {

  /** Returns the number of samples. */
  int size();

  /**
   * Returns a sample.
   *
   * @param index from 0 to {@code size() - 1}
   * @throws IndexOutOfBoundsException if there is no such sample
   */
  Sample sample(int index);

  /** Returns the dataset of these samples in this order. */
  static ImageDataset of(List<Sample> samples) {
    return new ListDataset(ImmutableList.copyOf(samples));
  }

  /** Returns one dataset with the samples of several, one after the other. */
  static ImageDataset union(ImageDataset... parts) {
    return of(Arrays.stream(parts).flatMap(part -> part.samples().stream()).toList());
  }

  /** Returns all samples in order. */
  default List<Sample> samples() {
    var samples = ImmutableList.<Sample>builderWithExpectedSize(size());
    for (int i = 0; i < size(); i++) {
      samples.add(sample(i));
    }
    return samples.build();
  }

  /** Returns the samples that a condition holds for, in order. */
  default ImageDataset filter(Predicate<Sample> condition) {
    return of(samples().stream().filter(condition).toList());
  }

  /**
   * Returns a dataset of at most {@code count} samples drawn without replacement, as evenly from
   * both labels as they allow; all of it, in order, if it is no larger.
   *
   * @throws IllegalArgumentException if the count is not positive
   */
  default ImageDataset draw(int count, long seed) {
    checkArgument(count > 0, "number of samples to draw must be positive, got %s", count);
    return count >= size() ? this : of(ListDataset.draw(this, count, Seed.of(seed)));
  }
}
