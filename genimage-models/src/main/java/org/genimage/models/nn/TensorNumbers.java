package org.genimage.models.nn;

import org.tensorflow.RawTensor;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.ndarray.buffer.ShortDataBuffer;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** The memory of a tensor of 32-bit floats or bfloat16 that is being filled. */
sealed interface TensorNumbers {

  static TensorNumbers of(Class<?> type, TNumber tensor) {
    RawTensor raw = tensor.asRawTensor();
    return type == TFloat32.class
        ? new Floats(raw.data().asFloats())
        : new Bfloat16(raw.data().asShorts());
  }

  /** Puts the first numbers of a part one after the other, from an index on. */
  void set(long index, float[] part, int count);

  /** Puts every step-th number of a part, from a first one on. */
  void set(long index, float[] part, int first, int step, int count);

  /** 32-bit floats. */
  record Floats(FloatDataBuffer buffer) implements TensorNumbers {

    @Override
    public void set(long index, float[] part, int count) {
      buffer.offset(index).write(part, 0, count);
    }

    @Override
    public void set(long index, float[] part, int first, int step, int count) {
      for (int i = 0; i < count; i++) {
        buffer.setFloat(part[first + i * step], index + i);
      }
    }
  }

  /** The upper half of 32-bit floats, rounded to the nearest, of two equally near to the even. */
  record Bfloat16(ShortDataBuffer buffer) implements TensorNumbers {

    @Override
    public void set(long index, float[] part, int count) {
      set(index, part, 0, 1, count);
    }

    @Override
    public void set(long index, float[] part, int first, int step, int count) {
      for (int i = 0; i < count; i++) {
        int bits = Float.floatToRawIntBits(part[first + i * step]);
        buffer.setShort((short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16), index + i);
      }
    }
  }
}
