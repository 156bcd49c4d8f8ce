package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.Filter;
import org.genimage.data.image.RandomErasing;
import org.genimage.data.image.Transform;
import org.genimage.models.InputContract;

/**
 * The augmentation of training images. First come the shared steps, once per sample. Then each
 * split (copy) of the sample gets its own steps and random erasing; of several splits the first
 * stays without these. Last, the samples of a batch are mixed with each other.
 *
 * @param shared steps per sample; they end with the input's size, or with that of a {@link
 *     ImageStep.SmallerCrop}
 * @param augmenting further steps of every split, or of all but the first of several
 * @param splits inputs per sample
 * @param erasing probability of random erasing, by normal noise per pixel
 * @param mixing of samples with each other, if any
 * @param validating steps of validation images, which end with the input's size; if empty, they are
 *     prepared as for scoring
 */
public record ImageRecipe(
    List<ImageStep> shared,
    List<ImageStep> augmenting,
    int splits,
    double erasing,
    Optional<Mixing> mixing,
    List<ImageStep> validating) {

  private static final List<Filter> BICUBIC = List.of(Filter.BICUBIC);
  private static final List<Filter> EITHER = List.of(Filter.BILINEAR, Filter.BICUBIC);

  /**
   * Checks the components and copies the lists.
   *
   * @throws IllegalArgumentException if one is out of its range, or mixing is combined with several
   *     splits
   */
  public ImageRecipe {
    shared = List.copyOf(shared);
    augmenting = List.copyOf(augmenting);
    validating = List.copyOf(validating);
    checkArgument(splits > 0, "number of splits must be positive, got %s", splits);
    checkArgument(
        erasing >= 0 && erasing <= 1, "erasing probability must be in [0, 1], got %s", erasing);
    checkArgument(
        splits == 1 || mixing.isEmpty(),
        "mixing needs one split per sample, got %s splits; use one split or no mixing",
        splits);
  }

  /** Returns steps that make one input of each sample, without erasing and mixing. */
  public static ImageRecipe of(ImageStep... steps) {
    return new ImageRecipe(List.of(steps), List.of(), 1, 0, Optional.empty(), List.of());
  }

  /**
   * Returns the augmentation of the published ResNet-50 command: crop, flip, three splits, two of
   * them with {@code rand-m9-mstd0.5-inc1} and random erasing with probability 0.6.
   */
  public static ImageRecipe augMix() {
    return new ImageRecipe(
        List.of(new ImageStep.RandomResizedCrop(EITHER), new ImageStep.Flip(0.5)),
        List.of(new ImageStep.RandAugment(2, 9, 0.5, EITHER)),
        3,
        0.6,
        Optional.empty(),
        List.of());
  }

  /**
   * Returns the augmentation of DeiT and Swin: crop, flip, {@code rand-m9-mstd0.5-inc1}, erasing
   * with probability 0.25, mixup or CutMix.
   */
  public static ImageRecipe mixed() {
    return new ImageRecipe(
        List.of(new ImageStep.RandomResizedCrop(BICUBIC), new ImageStep.Flip(0.5)),
        List.of(new ImageStep.RandAugment(2, 9, 0.5, BICUBIC)),
        1,
        0.25,
        Optional.of(Mixing.of()),
        List.of());
  }

  /** Returns random crop and flip. No pixel is resampled, so fine traces remain. */
  public static ImageRecipe cropAndFlip() {
    return of(new ImageStep.RandomCrop(), new ImageStep.Flip(0.5));
  }

  /** Returns the same recipe with another probability of random erasing. */
  public ImageRecipe erasing(double probability) {
    return new ImageRecipe(shared, augmenting, splits, probability, mixing, validating);
  }

  /** Returns the same recipe with samples mixed with each other. */
  public ImageRecipe mixing(Mixing law) {
    return new ImageRecipe(shared, augmenting, splits, erasing, Optional.of(law), validating);
  }

  /** Returns the same recipe without mixing. */
  public ImageRecipe withoutMixing() {
    return new ImageRecipe(shared, augmenting, splits, erasing, Optional.empty(), validating);
  }

  /**
   * Returns the same recipe with other steps for validation images. Their random numbers differ in
   * each epoch.
   *
   * @param steps that end with the input's size; if empty, images are prepared as for scoring
   */
  public ImageRecipe validating(List<ImageStep> steps) {
    return new ImageRecipe(shared, augmenting, splits, erasing, mixing, steps);
  }

  /** Returns the steps on 8-bit images, for this input. */
  public Augmentation augmentation(InputContract input) {
    List<Transform> views =
        IntStream.range(0, splits)
            .mapToObj(split -> augments(split) ? joined(augmenting, input) : Transform.IDENTITY)
            .toList();
    return new Augmentation(joined(shared, input), views);
  }

  /** Returns the preparation of validation images, for this input. */
  public Augmentation validation(InputContract input) {
    return Augmentation.of(validating.isEmpty() ? input.evaluation() : joined(validating, input));
  }

  private static Transform joined(List<ImageStep> steps, InputContract input) {
    return steps.stream()
        .map(step -> step.transform(input.side()))
        .reduce(Transform.IDENTITY, Transform::then);
  }

  /**
   * Returns the side of the images that training takes: the input's, unless a step sets another.
   */
  public int trainingSide(InputContract input) {
    int side = input.side();
    for (ImageStep step : shared) {
      side = step.trainingSide(side);
    }
    return side;
  }

  /** Returns whether a split gets its own steps and random erasing. */
  public boolean augments(int split) {
    return splits == 1 || split > 0;
  }

  /** Returns the random erasing. */
  public RandomErasing randomErasing() {
    return RandomErasing.of(erasing);
  }
}
