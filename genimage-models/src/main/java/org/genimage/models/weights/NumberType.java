package org.genimage.models.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.genimage.models.nn.FloatSource;

/**
 * A type of number in a file, by its name in safetensors. All floats become 32-bit ones, as PyTorch
 * rounds them when it copies into a float32 network; all integers become 64-bit ones.
 */
enum NumberType {
  F32(4, (FloatDecoder) (bytes, into, at, n) -> bytes.asFloatBuffer().get(into, at, n)),
  F16(2, (FloatReader) bytes -> half(bytes.getShort())),
  BF16(2, (FloatReader) bytes -> Float.intBitsToFloat(bytes.getShort() << 16)),
  F64(8, (FloatReader) bytes -> (float) bytes.getDouble()),
  I64(8, (LongReader) ByteBuffer::getLong),
  I32(4, (LongReader) ByteBuffer::getInt),
  I16(2, (LongReader) ByteBuffer::getShort),
  I8(1, (LongReader) ByteBuffer::get),
  U8(1, (LongReader) bytes -> bytes.get() & 0xff),
  BOOL(1, (LongReader) ByteBuffer::get);

  /** The most numbers that a Java array can hold on every JVM. */
  static final long MAX_COUNT = Integer.MAX_VALUE - 8;

  /** How many bytes of an array are decoded or encoded at a time; a multiple of every size. */
  static final int PART = 1 << 16;

  private interface FloatDecoder {
    void decode(ByteBuffer bytes, float[] into, int at, int count);
  }

  private interface FloatReader extends FloatDecoder {
    float next(ByteBuffer bytes);

    @Override
    default void decode(ByteBuffer bytes, float[] into, int at, int count) {
      for (int i = at; i < at + count; i++) {
        into[i] = next(bytes);
      }
    }
  }

  private interface LongReader {
    long next(ByteBuffer bytes);
  }

  /** Takes an array's bytes, part by part. */
  interface Sink {
    void put(ByteBuffer bytes) throws IOException;
  }

  private final int size;
  private final boolean integer;
  private final FloatDecoder floats;
  private final LongReader longs;

  NumberType(int size, FloatDecoder floats) {
    this(size, false, floats, bytes -> 0);
  }

  NumberType(int size, LongReader longs) {
    this(size, true, (bytes, into, at, count) -> {}, longs);
  }

  NumberType(int size, boolean integer, FloatDecoder floats, LongReader longs) {
    this.size = size;
    this.integer = integer;
    this.floats = floats;
    this.longs = longs;
  }

  /** Returns the number of bytes of one value in a file. */
  int size() {
    return size;
  }

  boolean isInteger() {
    return integer;
  }

  static NumberType of(WeightArray array) {
    return array.isInteger() ? I64 : F32;
  }

  /** Decodes the values that are left in a buffer into an array, from a position on. */
  void decode(ByteBuffer bytes, float[] into, int at) {
    floats.decode(bytes, into, at, bytes.remaining() / size);
  }

  /** Decodes the values that are left in a buffer into an array, from a position on. */
  void decode(ByteBuffer bytes, long[] into, int at) {
    for (int i = at; bytes.hasRemaining(); i++) {
      into[i] = longs.next(bytes);
    }
  }

  /**
   * Returns how many bytes an array of this shape takes.
   *
   * @throws ArithmeticException if they are too many for a long
   */
  long bytes(List<Integer> shape) {
    return Math.multiplyExact(size, count(shape));
  }

  /**
   * Returns how many values an array of this shape has.
   *
   * @throws ArithmeticException if they are too many for a long
   */
  static long count(List<Integer> shape) {
    return shape.stream().mapToLong(side -> side).reduce(1, Math::multiplyExact);
  }

  /** Encodes an array as {@link #of} says, little-endian. */
  static void encode(WeightArray array, Sink sink) throws IOException {
    int bytes = (int) Math.min(PART, of(array).bytes(array.shape()));
    ByteBuffer part = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (array.isInteger()) {
      long[] values = array.toLongs();
      for (int at = 0; at < values.length; at += PART / Long.BYTES) {
        int count = Math.min(PART / Long.BYTES, values.length - at);
        part.clear().asLongBuffer().put(values, at, count);
        sink.put(part.limit(count * Long.BYTES));
      }
    } else {
      long size = count(array.shape());
      float[] values = new float[(int) Math.min(PART / Float.BYTES, size)];
      try (FloatSource.Reader reader = array.source().open()) {
        for (long at = 0; at < size; at += values.length) {
          int count = (int) Math.min(values.length, size - at);
          reader.read(values, 0, count);
          part.clear().asFloatBuffer().put(values, 0, count);
          sink.put(part.limit(count * Float.BYTES));
        }
      }
    }
  }

  /** IEEE 754 binary16; JDK 17 has no conversion of its own. */
  private static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int magnitude = bits & 0x7fff;
    if (magnitude < 0x400) { // zero, or subnormal
      float small = magnitude * 0x1p-24f;
      return sign == 0 ? small : -small;
    }
    if (magnitude > 0x7c00) {
      return Float.NaN;
    }
    // The exponent's bias is 15 in 16 bits and 127 in 32; infinity has the largest exponent.
    int exponents = magnitude == 0x7c00 ? 0x7f800000 : (magnitude << 13) + (112 << 23);
    return Float.intBitsToFloat(sign | exponents);
  }
}
