package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The geometry of a convolution or pooling window, square, with PyTorch's symmetric padding.
 *
 * @param kernel side of the window
 * @param stride step of the window
 * @param padding pixels added on every side
 */
public record Conv(int kernel, int stride, int padding) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if kernel or stride is not positive or the padding negative
   */
  public Conv {
    checkArgument(
        kernel > 0 && stride > 0 && padding >= 0,
        "a window needs positive kernel and stride and no negative padding, got %s, %s, %s",
        kernel,
        stride,
        padding);
  }

  /** Returns a window of this side, stride 1, padded by half of it: an odd one keeps the size. */
  public static Conv kernel(int side) {
    return new Conv(side, 1, side / 2);
  }

  /** Returns the same window with another stride. */
  public Conv stride(int step) {
    return new Conv(kernel, step, padding);
  }

  /** Returns the same window with another padding. */
  public Conv padding(int pixels) {
    return new Conv(kernel, stride, pixels);
  }

  /**
   * Returns whether TensorFlow's SAME pads every image as PyTorch does: only for an odd window that
   * moves by one.
   */
  public boolean same() {
    return stride == 1 && kernel == 2 * padding + 1;
  }

  /** Returns whether TensorFlow's SAME pads a side of this length as PyTorch does; -1: unknown. */
  public boolean same(long side) {
    long steps = (side + stride - 1) / stride;
    return side > 0 && (steps - 1) * stride + kernel - side == 2L * padding;
  }

  /** Returns the strides of {@code [N, H, W, C]}. */
  public List<Long> strides() {
    return List.of(1L, (long) stride, (long) stride, 1L);
  }

  /** Returns what is added before and after each axis of {@code [N, H, W, C]}. */
  public List<Long> explicitPadding() {
    long p = padding;
    return List.of(0L, 0L, p, p, p, p, 0L, 0L);
  }

  /**
   * Returns images with this window's padding around them.
   *
   * @param x {@code [N, H, W, C]}
   * @param value of the padded pixels
   */
  public <T extends TNumber> Operand<T> pad(Ops tf, Operand<T> x, float value) {
    int[][] paddings = {{0, 0}, {padding, padding}, {padding, padding}, {0, 0}};
    return tf.pad(x, tf.constant(paddings), Shapes.scalar(tf, value, x.type()));
  }
}
