package org.genimage.models.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.BiFunction;

/**
 * A type of number in a file, by its name in safetensors. All floats become 32-bit ones, as PyTorch
 * rounds them when it copies into a float32 network; all integers become 64-bit ones.
 */
enum NumberType {
  F32(4, (FloatReader) ByteBuffer::getFloat),
  F16(2, (FloatReader) bytes -> half(bytes.getShort())),
  BF16(2, (FloatReader) bytes -> Float.intBitsToFloat(bytes.getShort() << 16)),
  F64(8, (FloatReader) bytes -> (float) bytes.getDouble()),
  I64(8, (LongReader) ByteBuffer::getLong),
  I32(4, (LongReader) ByteBuffer::getInt),
  I16(2, (LongReader) ByteBuffer::getShort),
  I8(1, (LongReader) ByteBuffer::get),
  U8(1, (LongReader) bytes -> bytes.get() & 0xff),
  BOOL(1, (LongReader) ByteBuffer::get);

  private interface FloatReader {
    float next(ByteBuffer bytes);
  }

  private interface LongReader {
    long next(ByteBuffer bytes);
  }

  private final int size;
  private final BiFunction<List<Integer>, ByteBuffer, WeightArray> decoder;

  NumberType(int size, FloatReader reader) {
    this.size = size;
    this.decoder =
        (shape, bytes) -> {
          float[] values = new float[bytes.remaining() / size];
          for (int i = 0; i < values.length; i++) {
            values[i] = reader.next(bytes);
          }
          return WeightArray.of(shape, values);
        };
  }

  NumberType(int size, LongReader reader) {
    this.size = size;
    this.decoder =
        (shape, bytes) -> {
          long[] values = new long[bytes.remaining() / size];
          for (int i = 0; i < values.length; i++) {
            values[i] = reader.next(bytes);
          }
          return WeightArray.of(shape, values);
        };
  }

  /** Returns the number of bytes of one value in a file. */
  int size() {
    return size;
  }

  static NumberType of(WeightArray array) {
    return array.isInteger() ? I64 : F32;
  }

  WeightArray decode(List<Integer> shape, ByteBuffer bytes) {
    return decoder.apply(shape, bytes);
  }

  long bytes(List<Integer> shape) {
    return shape.stream().mapToLong(side -> side).reduce(size, Math::multiplyExact);
  }

  ByteBuffer encode(WeightArray array) {
    ByteBuffer bytes =
        ByteBuffer.allocate((int) bytes(array.shape())).order(ByteOrder.LITTLE_ENDIAN);
    if (array.isInteger()) {
      bytes.asLongBuffer().put(array.toLongs());
    } else {
      bytes.asFloatBuffer().put(array.floats());
    }
    return bytes;
  }

  /** IEEE 754 binary16; JDK 17 has no conversion of its own. */
  private static float half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int mantissa = bits & 0x3ff;
    float magnitude =
        switch (exponent) {
          case 0 -> mantissa * 0x1p-24f;
          case 31 -> mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Math.scalb(1 + mantissa * 0x1p-10f, exponent - 15);
        };
    return bits < 0 ? -magnitude : magnitude;
  }
}
