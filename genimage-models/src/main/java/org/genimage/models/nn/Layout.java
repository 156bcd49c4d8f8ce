package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** How the axes of a parameter in PyTorch's order become those of TensorFlow's kernels. */
public enum Layout {
  /** Unchanged. */
  SAME(),
  /** A convolution's {@code [out, in, height, width]} becomes {@code [height, width, in, out]}. */
  CONV(2, 3, 1, 0),
  /** A depthwise kernel's {@code [C, 1, height, width]} becomes {@code [height, width, C, 1]}. */
  DEPTHWISE(2, 3, 0, 1),
  /** A linear layer's {@code [out, in]} becomes {@code [in, out]}. */
  LINEAR(1, 0);

  private static final int BLOCK = 32;

  private final List<Integer> order;

  Layout(Integer... order) {
    this.order = List.of(order);
  }

  /** Returns TensorFlow's shape of a parameter that has this shape in PyTorch. */
  public List<Integer> toTensorFlow(List<Integer> torchShape) {
    return order.isEmpty() ? torchShape : order.stream().map(torchShape::get).toList();
  }

  /**
   * Reorders values.
   *
   * @param values row-major in PyTorch's order
   * @param torchShape the shape in PyTorch's order
   * @return row-major in TensorFlow's order
   */
  public float[] toTensorFlow(float[] values, List<Integer> torchShape) {
    return permute(values, torchShape, order);
  }

  /**
   * Returns a parameter's numbers as a tensor in TensorFlow's order, to be closed by the caller.
   *
   * @param type 32-bit floats or bfloat16, to which numbers are rounded: to the nearest, of two
   *     equally near to the even one
   * @param values row-major in PyTorch's order
   * @param torchShape the shape in PyTorch's order
   */
  public <T extends TNumber> T tensor(Class<T> type, float[] values, List<Integer> torchShape) {
    checkArgument(
        type == TFloat32.class || type == TBfloat16.class,
        "parameters are 32-bit floats or bfloat16, got %s",
        type);
    Shape shape = Shape.of(Longs.toArray(toTensorFlow(torchShape)));
    float[] ordered = toTensorFlow(values, torchShape);
    return type.cast(
        type == TFloat32.class
            ? TFloat32.tensorOf(shape, DataBuffers.of(ordered, true, false))
            : Tensor.of(TBfloat16.class, shape, DataBuffers.of(bfloat16(ordered), true, false)));
  }

  private static byte[] bfloat16(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(2, values.length)).order(ByteOrder.nativeOrder());
    for (float value : values) {
      int bits = Float.floatToRawIntBits(value);
      bytes.putShort((short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16));
    }
    return bytes.array();
  }

  /**
   * Reorders values back.
   *
   * @param values row-major in TensorFlow's order
   * @param torchShape the shape in PyTorch's order
   * @return row-major in PyTorch's order
   */
  public float[] toPyTorch(float[] values, List<Integer> torchShape) {
    List<Integer> inverse = IntStream.range(0, order.size()).mapToObj(order::indexOf).toList();
    return permute(values, toTensorFlow(torchShape), inverse);
  }

  private static float[] permute(float[] values, List<Integer> shape, List<Integer> order) {
    if (order.isEmpty()) {
      return values;
    }
    if (order.equals(LINEAR.order)) {
      return transposed(values, shape.get(0), shape.get(1));
    }
    int rank = shape.size();
    int[] strides = new int[rank];
    int stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.get(axis);
    }
    int[] sides = Ints.toArray(order.stream().map(shape::get).toList());
    int[] steps = order.stream().mapToInt(axis -> strides[axis]).toArray();
    float[] result = new float[values.length];
    int[] index = new int[rank];
    int source = 0;
    for (int target = 0; target < result.length; target++) {
      result[target] = values[source];
      for (int axis = rank - 1; axis >= 0; axis--) {
        source += steps[axis];
        if (++index[axis] < sides[axis]) {
          break;
        }
        source -= index[axis] * steps[axis];
        index[axis] = 0;
      }
    }
    return result;
  }

  /** By square blocks, of which rows and columns fit into the processor's cache. */
  private static float[] transposed(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    for (int top = 0; top < rows; top += BLOCK) {
      int bottom = Math.min(top + BLOCK, rows);
      for (int left = 0; left < columns; left += BLOCK) {
        int right = Math.min(left + BLOCK, columns);
        for (int column = left; column < right; column++) {
          for (int row = top; row < bottom; row++) {
            result[column * rows + row] = values[row * columns + column];
          }
        }
      }
    }
    return result;
  }
}
