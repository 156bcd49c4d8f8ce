package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.stream.IntStream;
import org.genimage.data.Augmentation;
import org.genimage.data.Filter;
import org.genimage.data.RandomErasing;
import org.genimage.data.Transform;
import org.genimage.data.Transforms;
import org.genimage.models.InputContract;

/**
 * How training images vary. Crop and flip are drawn once a sample and shared by its splits; then
 * every split but a clean first one gets RandAugment and random erasing of its own.
 *
 * @param crop how the input's size is reached
 * @param flip probability of mirroring left and right
 * @param randAugment whether timm's {@code rand-m9-mstd0.5-inc1} is applied
 * @param splits inputs made of each sample; with more than one, the first stays clean
 * @param erasing probability of random erasing, by normal noise per pixel
 */
public record ImageRecipe(Crop crop, double flip, boolean randAugment, int splits, double erasing) {

  /** How the input's size is reached. */
  public enum Crop {
    /** A random 8 to 100 % of the area, resized bilinearly or bicubically (timm). */
    RANDOM_RESIZED,
    /** A random window of the input's size, its pixels as they are. */
    RANDOM
  }

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public ImageRecipe {
    checkArgument(flip >= 0 && flip <= 1, "flip probability must be in [0, 1], got %s", flip);
    checkArgument(splits > 0, "number of splits must be positive, got %s", splits);
    checkArgument(
        erasing >= 0 && erasing <= 1, "erasing probability must be in [0, 1], got %s", erasing);
  }

  /**
   * Returns the published ResNet-50 command's: crop, flip, three splits of which two are augmented
   * by {@code rand-m9-mstd0.5-inc1} and erased with probability 0.6.
   */
  public static ImageRecipe augMix() {
    return new ImageRecipe(Crop.RANDOM_RESIZED, 0.5, true, 3, 0.6);
  }

  /** Returns a random window and a flip: no pixel is resampled, so fine traces stay. */
  public static ImageRecipe cropAndFlip() {
    return new ImageRecipe(Crop.RANDOM, 0.5, false, 1, 0);
  }

  /** Returns the 8-bit part, for this input. */
  Augmentation augmentation(InputContract input) {
    Transform cropped =
        switch (crop) {
          case RANDOM_RESIZED ->
              Transforms.randomResizedCrop(input.side(), 0.08, 1, Filter.BILINEAR, Filter.BICUBIC);
          case RANDOM -> Transforms.randomCrop(input.side());
        };
    List<Transform> views =
        IntStream.range(0, splits)
            .mapToObj(split -> augments(split) ? operations() : Transform.IDENTITY)
            .toList();
    return new Augmentation(cropped.then(Transforms.horizontalFlip(flip)), views);
  }

  private Transform operations() {
    return randAugment
        ? Transforms.randAugment(2, 9, 0.5, Filter.BILINEAR, Filter.BICUBIC)
        : Transform.IDENTITY;
  }

  /** Returns whether a split is one of those that get RandAugment and erasing. */
  boolean augments(int split) {
    return splits == 1 || split > 0;
  }

  /** Returns the law of what is erased. */
  RandomErasing randomErasing() {
    return RandomErasing.of(erasing);
  }
}
