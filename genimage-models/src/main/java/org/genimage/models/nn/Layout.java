package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
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

  /** So many numbers are in the heap while a tensor is filled: 256 KB. */
  private static final int PART = 1 << 16;

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
   * @param numbers row-major in PyTorch's order
   * @param torchShape the shape in PyTorch's order
   */
  public <T extends TNumber> T tensor(
      Class<T> type, FloatSource numbers, List<Integer> torchShape) {
    return tensor(type, numbers, torchShape, new float[Math.min(PART, size(torchShape))]);
  }

  /** Returns an array through which parts of any size pass. */
  public static float[] part() {
    return new float[PART];
  }

  /**
   * Returns a parameter's numbers as {@link #tensor(Class, FloatSource, List)} does.
   *
   * @param part through which they pass, a part at a time; such as {@link #part()}; to be used
   *     again
   */
  public <T extends TNumber> T tensor(
      Class<T> type, FloatSource numbers, List<Integer> torchShape, float[] part) {
    checkArgument(
        type == TFloat32.class || type == TBfloat16.class,
        "parameters are 32-bit floats or bfloat16, got %s",
        type);
    Shape shape = Shape.of(Longs.toArray(toTensorFlow(torchShape)));
    T tensor = Tensor.of(type, shape);
    try {
      fill(TensorNumbers.of(type, tensor), numbers, torchShape, part);
      return tensor;
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  private void fill(
      TensorNumbers tensor, FloatSource numbers, List<Integer> torchShape, float[] part) {
    int size = size(torchShape);
    if (order.isEmpty()) {
      numbers.read(size, part, (values, count, before) -> tensor.set(before, values, count));
      return;
    }
    try (FloatSource.Reader reader = numbers.open()) {
      turn(tensor, reader, torchShape, part);
    }
  }

  /** By blocks of some rows, as wide as the part allows. */
  private void turn(
      TensorNumbers tensor, FloatSource.Reader reader, List<Integer> torchShape, float[] part) {
    int rows = torchShape.get(0);
    int columns = size(torchShape) / Math.max(1, rows);
    int height = Math.max(1, Math.min(BLOCK, part.length / Math.max(1, columns)));
    int width = Math.min(columns, part.length);
    for (int top = 0; top < rows; top += height) {
      int high = Math.min(height, rows - top);
      for (int left = 0; left < columns; left += width) {
        int wide = Math.min(width, columns - left);
        reader.read(part, 0, high * wide);
        for (int i = 0; i < wide; i++) {
          tensor.set((long) row(left + i, torchShape) * rows + top, part, i, wide, high);
        }
      }
    }
  }

  /**
   * Returns the numbers of a tensor in PyTorch's order, to be read as long as it is open.
   *
   * @param tensor in TensorFlow's order
   * @param torchShape the shape in PyTorch's order
   */
  FloatSource source(TFloat32 tensor, List<Integer> torchShape) {
    return () -> {
      FloatDataBuffer numbers = tensor.asRawTensor().data().asFloats();
      return order.isEmpty() ? inOrder(numbers) : new Turned(numbers, torchShape);
    };
  }

  private static FloatSource.Reader inOrder(FloatDataBuffer numbers) {
    long[] next = {0};
    return (into, at, count) -> {
      if (count > 0) {
        numbers.offset(next[0]).read(into, at, count);
        next[0] += count;
      }
    };
  }

  /** Reads by blocks of some rows, whose numbers of a column are side by side in the tensor. */
  private final class Turned implements FloatSource.Reader {

    private final FloatDataBuffer numbers;
    private final List<Integer> torchShape;
    private final int rows;
    private final int columns;
    private int next;
    private float[] begun = {}; // the row of which a part was read

    private Turned(FloatDataBuffer numbers, List<Integer> torchShape) {
      this.numbers = numbers;
      this.torchShape = torchShape;
      this.rows = torchShape.get(0);
      this.columns = size(torchShape) / Math.max(1, rows);
    }

    @Override
    public void read(float[] into, int at, int count) {
      for (int done = 0; done < count; ) {
        int left = count - done;
        int column = next % columns;
        int length;
        if (column == 0 && left >= columns) {
          int high = Math.min(BLOCK, left / columns);
          turn(next / columns, high, into, at + done);
          length = high * columns;
        } else {
          if (column == 0) {
            begun = begun.length == 0 ? new float[columns] : begun;
            turn(next / columns, 1, begun, 0);
          }
          length = Math.min(left, columns - column);
          System.arraycopy(begun, column, into, at + done, length);
        }
        next += length;
        done += length;
      }
    }

    private void turn(int top, int high, float[] into, int at) {
      for (int column = 0; column < columns; column++) {
        long first = (long) row(column, torchShape) * rows + top;
        for (int i = 0; i < high; i++) {
          into[at + i * columns + column] = numbers.getFloat(first + i);
        }
      }
    }
  }

  /**
   * Returns where a column of the matrix {@code [out, rest]} in PyTorch's order is in {@code [rest,
   * out]}, TensorFlow's order: only a convolution's inputs and taps change places.
   */
  private int row(int column, List<Integer> torchShape) {
    if (this != CONV) {
      return column;
    }
    int taps = torchShape.get(2) * torchShape.get(3);
    return column % taps * torchShape.get(1) + column / taps;
  }

  private static int size(List<Integer> shape) {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  /**
   * Reorders values back.
   *
   * @param values row-major in TensorFlow's order; what is behind them is left out if the order
   *     changes
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
    float[] result = new float[size(shape)];
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
    float[] result = new float[rows * columns];
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
