package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.genimage.data.image.Decoding;

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
    return of(samples, "");
  }

  /**
   * Returns the dataset of these samples in this order.
   *
   * @param selection how they were chosen, in words, for {@link #selection()}
   */
  static ImageDataset of(List<Sample> samples, String selection) {
    return new ListDataset(ImmutableList.copyOf(samples), selection);
  }

  /**
   * Returns the images of two folders and of all folders in them, natural images first, each in the
   * order of their paths.
   *
   * @param generator the subset that they belong to
   * @throws DatasetException if one is not a folder or has no {@code .png}, {@code .jpg} or {@code
   *     .jpeg} file
   */
  static ImageDataset ofFolders(Path nature, Path ai, Generator generator) {
    return union(
        FolderImages.below(nature, Label.NATURE, generator),
        FolderImages.below(ai, Label.AI, generator));
  }

  /**
   * Reads a list of your own images. The file is CSV with a header, or JSON lines if its name ends
   * in {@code .jsonl} or {@code .ndjson}. The columns or keys, in any order, are {@code path},
   * {@code label} and, if you like, {@code generator}; others are ignored. Relative paths start at
   * the list's folder. The label is {@code nature}, {@code real} or {@code 0}, or {@code ai},
   * {@code fake} or {@code 1}. Without a generator, the list's file name is used. The images need
   * not exist yet.
   *
   * @throws DatasetException if a line is malformed; the message gives the line number
   * @throws UncheckedIOException if the file cannot be read
   */
  static ImageDataset ofManifest(Path file) {
    return Manifest.read(file);
  }

  /** Returns one dataset with the samples of several, one after the other. */
  static ImageDataset union(ImageDataset... parts) {
    return new UnionDataset(
        ImmutableList.copyOf(parts),
        Arrays.stream(parts).mapToInt(ImageDataset::size).reduce(0, Math::addExact),
        Arrays.stream(parts)
            .map(ImageDataset::selection)
            .filter(selection -> !selection.isEmpty())
            .distinct()
            .collect(Collectors.joining("; ")));
  }

  /**
   * Returns how the samples were chosen and prepared, in words, for the provenance of scores and
   * weights. Empty if they are all images of a folder, without preparation.
   */
  default String selection() {
    return "";
  }

  /**
   * Returns the same samples with other options of decoding, such as upright by EXIF.
   *
   * @param decoding for all samples
   */
  default ImageDataset decoding(Decoding decoding) {
    return new DecodedDataset(this, decoding);
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
    return new SelectedDataset(
        this,
        ImmutableIntArray.copyOf(IntStream.range(0, size()).filter(i -> condition.test(sample(i)))),
        selection());
  }

  /**
   * Returns at most {@code count} samples, drawn without replacement and in the order of this
   * dataset. Both labels get half each, unless one has too few images. A dataset that is not larger
   * is returned as it is.
   *
   * @param seed of the random numbers
   * @throws IllegalArgumentException if the count is not positive
   */
  default ImageDataset draw(int count, long seed) {
    checkArgument(count > 0, "number of samples to draw must be positive, got %s", count);
    return count >= size() ? this : SelectedDataset.draw(this, count, Seed.of(seed));
  }
}
