package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.genimage.data.image.Filter;
import org.genimage.data.image.RandomStateAugmentation;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.genimage.models.Resize;

/**
 * One step of augmentation, on 8-bit images. A recipe prints the step's name and values, so make a
 * custom step a record.
 */
@FunctionalInterface
public interface ImageStep {

  /**
   * Returns the transform.
   *
   * @param side of the network's input in pixels
   */
  Transform transform(int side);

  /**
   * Returns the side of the images that training takes, if this step is the one that sets it.
   *
   * @param side what it is without this step: that of the network's input
   */
  default int trainingSide(int side) {
    return side;
  }

  /**
   * A random 8 to 100 % of the area, resized to the input's size (Inception's crop).
   *
   * @param filters one is drawn for each image
   */
  record RandomResizedCrop(List<Filter> filters) implements ImageStep {
    /** Copies the list. */
    public RandomResizedCrop {
      filters = List.copyOf(filters);
    }

    @Override
    public Transform transform(int side) {
      return Transforms.randomResizedCrop(side, 0.08, 1, filters.toArray(Filter[]::new));
    }
  }

  /** A random window of the input's size, without resampling. */
  record RandomCrop() implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.randomCrop(side);
    }
  }

  /**
   * A random window of a size of its own, without resampling: training sees smaller images than
   * scoring does. It is never larger than the input.
   *
   * @param side in pixels
   */
  record SmallerCrop(int side) implements ImageStep {

    /**
     * Checks the component.
     *
     * @throws IllegalArgumentException if the side is not positive
     */
    public SmallerCrop {
      checkArgument(side > 0, "side of a crop must be positive, got %s", side);
    }

    @Override
    public Transform transform(int inputSide) {
      return Transforms.randomCrop(trainingSide(inputSide));
    }

    @Override
    public int trainingSide(int inputSide) {
      return Math.min(side, inputSide);
    }
  }

  /**
   * A random window of the input's size, without resampling; a smaller image is padded with black
   * by all that it lacks, on both sides, so that it is found anywhere in the window.
   */
  record PaddedCrop() implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.randomPaddedCrop(side);
    }
  }

  /** The window of the input's size in the centre, without resampling. */
  record CenterCrop() implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.centerCrop(side);
    }
  }

  /**
   * Resizing to another size, the same for every image.
   *
   * @param to the size
   */
  record Resized(Resize to) implements ImageStep {
    @Override
    public Transform transform(int side) {
      return to.transform();
    }
  }

  /**
   * A square of random size, resized as OpenCV does without antialiasing.
   *
   * @param minSide the least side in pixels
   * @param maxSide the largest side in pixels
   */
  record RandomSquare(int minSide, int maxSide) implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.randomSquareOpenCv(minSide, maxSide);
    }
  }

  /**
   * A horizontal flip with a probability.
   *
   * @param probability 0 to 1
   */
  record Flip(double probability) implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.horizontalFlip(probability);
    }
  }

  /** A turn by 0, 90, 180 or 270 degrees, each as likely, without resampling. */
  record QuarterTurn() implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.randomQuarterTurn();
    }
  }

  /**
   * A rotation by a random angle in either direction, without resampling, on black.
   *
   * @param degrees the largest angle, 0 to 180
   */
  record Rotation(double degrees) implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.randomRotation(degrees);
    }
  }

  /**
   * Random changes of brightness, contrast and saturation, in random order (torchvision's {@code
   * ColorJitter}).
   *
   * @param brightness the largest change of its factor, at least 0
   * @param contrast the largest change of its factor, at least 0
   * @param saturation the largest change of its factor, at least 0
   */
  record ColourJitter(double brightness, double contrast, double saturation) implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.colourJitter(brightness, contrast, saturation);
    }
  }

  /**
   * Black squares of a grid with a probability, a random share of the image.
   *
   * @param probability 0 to 1
   * @param maxShare the largest share, 0 to 1
   * @param cell the side of a square in pixels
   */
  record Mask(double probability, double maxShare, int cell) implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.randomMask(probability, maxShare, cell);
    }
  }

  /**
   * Gaussian blur (SciPy's) with a probability and a random sigma.
   *
   * @param probability 0 to 1
   * @param minSigma the least standard deviation in pixels
   * @param maxSigma the largest standard deviation in pixels
   */
  record Blur(double probability, double minSigma, double maxSigma) implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.randomGaussianBlur(probability, minSigma, maxSigma);
    }
  }

  /**
   * JPEG compression with a probability and a random quality.
   *
   * @param probability 0 to 1
   * @param minQuality the least quality, from 1
   * @param maxQuality the largest quality, to 100
   */
  record Jpeg(double probability, int minQuality, int maxQuality) implements ImageStep {
    @Override
    public Transform transform(int side) {
      return Transforms.randomJpeg(probability, minQuality, maxQuality);
    }
  }

  /**
   * The augmentation of Community Forensics: eleven operations, each some times, in random order.
   * Images come with a shorter side of at least the input's, and leave with one.
   *
   * @param operations what they do
   */
  record RandomStates(RandomStateAugmentation operations) implements ImageStep {
    @Override
    public Transform transform(int side) {
      return operations.transform(side);
    }
  }

  /**
   * RandAugment with increasing operations, {@code rand-m<magnitude>-mstd<deviation>-inc1} in timm.
   *
   * @param operations number of operations per image
   * @param magnitude the mean magnitude, 0 to 10
   * @param deviation the magnitude's standard deviation
   * @param filters of the geometric operations; one is drawn for each
   */
  record RandAugment(int operations, double magnitude, double deviation, List<Filter> filters)
      implements ImageStep {
    /** Copies the list. */
    public RandAugment {
      filters = List.copyOf(filters);
    }

    @Override
    public Transform transform(int side) {
      return Transforms.randAugment(
          operations, magnitude, deviation, filters.toArray(Filter[]::new));
    }
  }
}
