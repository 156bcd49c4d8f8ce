package org.genimage.train.recipe;

import java.util.List;
import org.genimage.data.image.Filter;
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
