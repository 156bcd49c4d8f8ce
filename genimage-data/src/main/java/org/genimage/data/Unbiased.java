package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;

/**
 * The selection of "Fake or JPEG?" (Grommelt et al. 2024, arXiv 2403.17608), which takes GenImage's
 * bias of format and size away, as its code does it:
 *
 * <ul>
 *   <li>Natural images are chosen, from all subsets: JPEG files of one quality, estimated from
 *       their tables, with both sides within bounds. They are not encoded again.
 *   <li>A generator's images are all taken, and encoded as JPEG files of that quality.
 *   <li>Of each ImageNet class as many are drawn from both sides. Where natural images do not tell
 *       their class, as in {@code val}, that holds for all together.
 *   <li>All are cropped from the centre to the lower bound; what is smaller gets black edges.
 * </ul>
 *
 * <p>The paper's bounds for generators of 512 pixels are 450 and 550; for the others it gives none.
 * Which images are drawn follows from the seed and their names; pandas, which the paper's code
 * draws with, would draw others. Given the {@linkplain #qualityOfNature variant} that draws
 * qualities, each image has one drawn for good, where the paper's code draws at every reading.
 *
 * @param minSide the least width and height of a natural image, and the crop's side, in pixels
 * @param maxSide the largest width and height of a natural image, in pixels
 * @param quality of natural images and of the re-encoding, 1 to 100; empty for any, and a
 *     generator's images get qualities drawn as often as natural ones have them
 * @param compressNature whether natural images are encoded again, too
 * @param balanced whether each class is balanced; if not, a generator's images are drawn to be as
 *     many as the natural ones
 * @param seed of what is drawn
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
   * Returns the variant that takes natural JPEG files of any quality and draws each other image's
   * from theirs.
   *
   * @throws IllegalArgumentException if natural images are to be compressed
   */
  public Unbiased qualityOfNature() {
    return new Unbiased(minSide, maxSide, OptionalInt.empty(), compressNature, balanced, seed);
  }

  /** Returns the selection with natural images encoded again, too, or not. */
  public Unbiased compressNature(boolean compress) {
    return new Unbiased(minSide, maxSide, quality, compress, balanced, seed);
  }

  /** Returns the selection with each class balanced, or only the whole. */
  public Unbiased balanced(boolean balanced) {
    return new Unbiased(minSide, maxSide, quality, compressNature, balanced, seed);
  }

  /** Returns the selection with another seed. */
  public Unbiased seed(long seed) {
    return new Unbiased(minSide, maxSide, quality, compressNature, balanced, seed);
  }

  /**
   * What was selected.
   *
   * @param data the images, natural ones first; {@link ImageDataset#selection()} tells how they
   *     were chosen and what was dropped
   * @param dropped how many were left out, by reason
   */
  public record Selection(ImageDataset data, Map<String, Integer> dropped) {}

  /**
   * Reads the headers of all natural images of a split, by as many threads as there are processors,
   * and selects.
   *
   * @param progress hears of every natural image, on the calling thread
   * @param generators whose images are taken, or none for all that are there
   * @throws DatasetException if a generator is not there, or nothing is left
   * @throws CancellationException if this thread is interrupted; it stays so
   */
  public Selection select(GenImage data, Split split, Progress progress, Generator... generators) {
    List<Generator> chosen =
        generators.length == 0 ? data.generators() : ImmutableList.copyOf(generators);
    for (Generator generator : chosen) {
      data.split(split, generator); // or says what is missing
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
