package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;

/**
 * A selection of images without GenImage's bias of format and size, as in the code of "Fake or
 * JPEG?" (Grommelt et al. 2024, arXiv 2403.17608):
 *
 * <ul>
 *   <li>Natural images of all subsets are filtered: JPEG files of one quality, estimated from their
 *       quantisation tables, with both sides within bounds. They are not encoded again.
 *   <li>A generator's images are all encoded as JPEG files of that quality.
 *   <li>The same number of natural and AI images is drawn from each ImageNet class. If the names of
 *       natural images do not contain the class, as in {@code val}, from all classes together.
 *   <li>All images are cropped from the centre to the lower bound; smaller ones get black edges.
 * </ul>
 *
 * <p>The paper's bounds for generators of 512 pixels are 450 and 550; it gives none for the others.
 * The seed and the images' names decide which images are drawn. They differ from those of the
 * paper's code, which draws with pandas. With {@link #qualityOfNature}, each image keeps one drawn
 * quality, where the paper's code draws a new one at each reading.
 *
 * @param minSide the least width and height of a natural image, and the crop's side, in pixels
 * @param maxSide the largest width and height of a natural image, in pixels
 * @param quality of natural images and of the re-encoding, 1 to 100; empty for any quality: then
 *     the qualities of a generator's images follow the distribution of the natural ones
 * @param compressNature whether natural images are encoded again, too
 * @param balanced whether each class is balanced; if not, only the total numbers are
 * @param seed of the random numbers
 */
public record Unbiased(
    int minSide,
    int maxSide,
    OptionalInt quality,
    boolean compressNature,
    boolean balanced,
    long seed) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if a value is out of its range, or natural images are to be
   *     compressed at no given quality
   */
  public Unbiased {
    checkArgument(
        minSide > 0 && minSide <= maxSide,
        "sides must be positive and in order, got %s to %s",
        minSide,
        maxSide);
    checkArgument(
        quality.isEmpty() || (quality.getAsInt() >= 1 && quality.getAsInt() <= 100),
        "JPEG quality must be from 1 to 100, got %s",
        quality);
    checkArgument(
        !compressNature || quality.isPresent(), "compressing natural images needs a JPEG quality");
  }

  /**
   * Returns the paper's selection: quality 96, classes balanced, seed 42.
   *
   * @param minSide in pixels
   * @param maxSide in pixels
   * @throws IllegalArgumentException if the sides are not positive and in order
   */
  public static Unbiased within(int minSide, int maxSide) {
    return new Unbiased(minSide, maxSide, OptionalInt.of(96), false, true, 42);
  }

  /**
   * Returns the selection with another quality.
   *
   * @throws IllegalArgumentException if it is not from 1 to 100
   */
  public Unbiased quality(int quality) {
    return new Unbiased(minSide, maxSide, OptionalInt.of(quality), compressNature, balanced, seed);
  }

  /**
   * Returns the variant that takes natural JPEG files of any quality, and encodes each AI image
   * with a quality drawn from theirs.
   *
   * @throws IllegalArgumentException if natural images are to be compressed
   */
  public Unbiased qualityOfNature() {
    return new Unbiased(minSide, maxSide, OptionalInt.empty(), compressNature, balanced, seed);
  }

  /** Returns the selection with or without a second encoding of natural images. */
  public Unbiased compressNature(boolean compress) {
    return new Unbiased(minSide, maxSide, quality, compress, balanced, seed);
  }

  /** Returns the selection with each class balanced, or only the total numbers. */
  public Unbiased balanced(boolean balanced) {
    return new Unbiased(minSide, maxSide, quality, compressNature, balanced, seed);
  }

  /** Returns the selection with another seed. */
  public Unbiased seed(long seed) {
    return new Unbiased(minSide, maxSide, quality, compressNature, balanced, seed);
  }

  /**
   * The selected images.
   *
   * @param data the images, natural ones first; {@link ImageDataset#selection()} says how they were
   *     chosen and how many were dropped
   * @param dropped the number of dropped images by reason
   */
  public record Selection(ImageDataset data, Map<String, Integer> dropped) {}

  /**
   * Reads the headers of all natural images of a split, with one thread per processor, and selects.
   *
   * @param progress receives the number of natural images read, on the calling thread
   * @param generators whose images are taken; none for all that exist
   * @throws DatasetException if a generator is missing, or no image remains
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  public Selection select(GenImage data, Split split, Progress progress, Generator... generators) {
    List<Generator> chosen =
        generators.length == 0 ? data.generators() : ImmutableList.copyOf(generators);
    for (Generator generator : chosen) {
      if (!data.has(split, generator)) {
        data.split(split, generator); // says what is missing
      }
    }
    List<FolderDataset.Folder> folders =
        data.folders().stream().filter(folder -> folder.split() == split).toList();
    FolderDataset natural =
        FolderDataset.of(
            folders.stream()
                .filter(f -> f.label() == Label.NATURE && data.generators().contains(f.generator()))
                .toList(),
            "");
    FolderDataset fake =
        FolderDataset.of(
            folders.stream()
                .filter(f -> f.label() == Label.AI && chosen.contains(f.generator()))
                .toList(),
            "");
    return new UnbiasedRun(this, split, natural, fake).select(progress);
  }
}
