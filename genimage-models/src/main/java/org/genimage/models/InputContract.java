package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Floats;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageFile;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * How an image becomes a network's input; it travels with the weights, since weights without it are
 * worth nothing. First, outside the graph and in 8 bits: resize and centre crop. Then, in the graph
 * and differentiable: values in [0, 1], less the mean, over the standard deviation, channel by
 * channel, and last the network's order of channels.
 *
 * @param resize what happens to the size before the crop
 * @param side height and width of the input in pixels; of whole images ({@link Resize.Whole}),
 *     which have sizes of their own, only what training takes
 * @param channels the order in which the network wants them
 * @param mean red, green and blue
 * @param std red, green and blue
 */
public record InputContract(
    Resize resize, int side, ChannelOrder channels, List<Float> mean, List<Float> std) {

  /** The largest side of an input, and of what an image is resized to, in pixels. */
  public static final int MAX_SIDE = 4096;

  private static final float MAX_MEAN = 1000;
  private static final float MIN_STD = 1e-6f;
  private static final float MAX_STD = 1000;
  private static final List<Float> IMAGENET_MEAN = List.of(0.485f, 0.456f, 0.406f);
  private static final List<Float> IMAGENET_STD = List.of(0.229f, 0.224f, 0.225f);
  private static final List<Float> CLIP_MEAN = List.of(0.48145466f, 0.4578275f, 0.40821073f);
  private static final List<Float> CLIP_STD = List.of(0.26862954f, 0.26130258f, 0.27577711f);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the side is not from 1 to {@link #MAX_SIDE}, there are not
   *     three channels, a mean is not from -1000 to 1000 or a deviation is not from 1e-6 to 1000
   */
  public InputContract {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    checkSide("input side", side);
    checkArgument(
        mean.size() == 3 && std.size() == 3,
        "mean and standard deviation need three channels, got %s and %s",
        mean,
        std);
    // Written so that NaN is refused, too.
    checkArgument(
        mean.stream().allMatch(value -> Math.abs(value) <= MAX_MEAN),
        "mean must be from -1000 to 1000, got %s",
        mean);
    checkArgument(
        std.stream().allMatch(value -> value >= MIN_STD && value <= MAX_STD),
        "standard deviation must be from 1e-6 to 1000, got %s",
        std);
  }

  static void checkSide(String what, int side) {
    checkArgument(
        side >= 1 && side <= MAX_SIDE, "%s must be from 1 to %s, got %s", what, MAX_SIDE, side);
  }

  /** Returns a contract whose network sees RGB values in [0, 1]. */
  public static InputContract of(Resize resize, int side) {
    return new InputContract(
        resize, side, ChannelOrder.RGB, Collections.nCopies(3, 0f), Collections.nCopies(3, 1f));
  }

  /** Returns a contract whose network sees RGB values less ImageNet's mean, over its deviation. */
  public static InputContract imagenet(Resize resize, int side) {
    return of(resize, side).normalised(IMAGENET_MEAN, IMAGENET_STD);
  }

  /** Returns a contract whose network sees RGB values less CLIP's mean, over its deviation. */
  public static InputContract clip(Resize resize, int side) {
    return of(resize, side).normalised(CLIP_MEAN, CLIP_STD);
  }

  /** Returns the contract of networks in ImageNet's tradition. */
  public static InputContract imagenet(int resize, Filter filter, int crop) {
    return imagenet(new Resize.ShorterSide(resize, filter), crop);
  }

  /** Returns a contract that only crops, normalised as ImageNet's networks do. */
  public static InputContract crop(int side) {
    return imagenet(new Resize.None(), side);
  }

  /** Returns the same contract with another resize. */
  public InputContract resize(Resize before) {
    return new InputContract(before, side, channels, mean, std);
  }

  /** Returns the same contract with another height and width of the input. */
  public InputContract side(int pixels) {
    return new InputContract(resize, pixels, channels, mean, std);
  }

  /** Returns the same contract for a network that wants its channels in this order. */
  public InputContract channels(ChannelOrder order) {
    return new InputContract(resize, side, order, mean, std);
  }

  /**
   * Returns the same contract with other statistics, of values in [0, 1].
   *
   * @param newMean red, green and blue
   * @param newStd red, green and blue
   */
  public InputContract normalised(List<Float> newMean, List<Float> newStd) {
    return new InputContract(resize, side, channels, newMean, newStd);
  }

  /**
   * Returns the same contract for a network that sees black as {@code low} and full colour as
   * {@code high}, such as -1 and 1 or 0 and 255.
   *
   * @throws IllegalArgumentException if {@code low} is not less than {@code high}
   */
  public InputContract range(float low, float high) {
    checkArgument(low < high, "range must go up, got %s to %s", low, high);
    return normalised(
        Collections.nCopies(3, (0 - low) / (high - low)), Collections.nCopies(3, 1 / (high - low)));
  }

  /** Returns the 8-bit part: resize and centre crop. It draws no random numbers. */
  public Transform evaluation() {
    Transform resized = resize.transform();
    return resize.crops() ? resized.then(Transforms.centerCrop(side)) : resized;
  }

  /**
   * Returns how many images can be scored together: the number that is asked for, or 1 if each has
   * a size of its own.
   */
  public int together(int images) {
    return resize.crops() ? images : 1;
  }

  /**
   * Returns whether images of this size can be inputs.
   *
   * @param height in pixels
   * @param width in pixels
   */
  public boolean accepts(int height, int width) {
    return resize.crops() ? height == side && width == side : height > 0 && width > 0;
  }

  /** Returns what {@link #accepts} does in words, such as {@code 224x224 pixels}. */
  String sizes() {
    return resize.crops() ? "%sx%s pixels".formatted(side, side) : "any size";
  }

  /** Returns the shape of a batch, {@code [N, H, W, 3]}; unknown sizes are -1. */
  Shape shape() {
    return resize.crops() ? Shape.of(-1, side, side, 3) : Shape.of(-1, -1, -1, 3);
  }

  /** Returns the image as {@link Detector#score(org.genimage.data.image.ImageBatch)} wants it. */
  public Image prepare(Image image) {
    return evaluation().apply(image, new SplittableRandom(0));
  }

  /**
   * Returns a file's image as {@link Detector#score(org.genimage.data.image.ImageBatch)} wants it;
   * decodes no more of it than that takes.
   *
   * @throws org.genimage.data.image.UnreadableImageException if the file cannot be decoded
   */
  public Image prepare(ImageFile file) {
    return file.apply(evaluation(), new SplittableRandom(0));
  }

  /**
   * Adds the graph part.
   *
   * @param pixels {@code [N, side, side, 3]}, RGB in [0, 1]; {@code [N, H, W, 3]} of whole images
   * @return the same shape, normalised, in the network's order of channels
   */
  public Operand<TFloat32> normalise(Ops tf, Operand<TFloat32> pixels) {
    if (!resize.crops()) {
      Operand<TFloat32> centred = tf.math.sub(pixels, tf.constant(Floats.toArray(mean)));
      return channels.of(tf, tf.math.div(centred, tf.constant(Floats.toArray(std))));
    }
    // TensorFlow is much slower at adding three numbers to each pixel than a row to each row.
    Operand<TFloat32> rows = tf.reshape(pixels, tf.array(-1, side, 3 * side));
    Operand<TFloat32> centred = tf.math.sub(rows, row(tf, mean));
    Operand<TFloat32> scaled = tf.math.div(centred, row(tf, std));
    return channels.of(tf, tf.reshape(scaled, tf.array(-1, side, side, 3)));
  }

  private Operand<TFloat32> row(Ops tf, List<Float> numbers) {
    float[] values = new float[3 * side];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.get(i % 3);
    }
    return tf.constant(values);
  }
}
