package org.genimage.models.nn;

import com.google.common.primitives.Ints;
import java.util.List;
import java.util.stream.IntStream;

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
}
