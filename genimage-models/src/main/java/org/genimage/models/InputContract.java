package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Floats;
import java.util.List;
import java.util.SplittableRandom;
import org.genimage.data.Filter;
import org.genimage.data.Image;
import org.genimage.data.Transform;
import org.genimage.data.Transforms;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * How an image becomes a network's input; it travels with the weights, since weights without it are
 * worth nothing. First, outside the graph and in 8 bits: resize and centre crop. Then, in the graph
 * and differentiable: values in [0, 1], less the mean, over the standard deviation, channel by
 * channel.
 *
 * @param resize what happens to the size before the crop
 * @param side height and width of the input in pixels
 * @param mean red, green and blue
 * @param std red, green and blue
 */
public record InputContract(Resize resize, int side, List<Float> mean, List<Float> std) {

  private static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the side is not positive or there are not three channels
   */
  public InputContract {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    checkArgument(side > 0, "input side must be positive, got %s", side);
    checkArgument(
        mean.size() == 3 && std.size() == 3,
        "mean and standard deviation need three channels, got %s and %s",
        mean,
        std);
  }

  /** Returns the contract of networks in ImageNet's tradition. */
  public static InputContract imagenet(int resize, Filter filter, int crop) {
    return new InputContract(
        new Resize.ShorterSide(resize, filter), crop, IMAGENET_MEAN, IMAGENET_STD);
  }

  /** Returns a contract that only crops, normalised as ImageNet's networks do. */
  public static InputContract crop(int side) {
    return new InputContract(new Resize.None(), side, IMAGENET_MEAN, IMAGENET_STD);
  }

  /** Returns the 8-bit part: resize and centre crop. It draws no random numbers. */
  public Transform evaluation() {
    return resize.transform().then(Transforms.centerCrop(side));
  }

  /** Returns the image as {@link Detector#score(org.genimage.data.ImageBatch)} wants it. */
  public Image prepare(Image image) {
    return evaluation().apply(image, new SplittableRandom(0));
  }

  /**
   * Adds the graph part.
   *
   * @param pixels {@code [N, side, side, 3]}, RGB in [0, 1]
   * @return the same shape, normalised
   */
  public Operand<TFloat32> normalise(Ops tf, Operand<TFloat32> pixels) {
    return tf.math.div(
        tf.math.sub(pixels, tf.constant(Floats.toArray(mean))), tf.constant(Floats.toArray(std)));
  }
}
