package org.genimage.data.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** One array of a reference file. */
public final class ReferenceArray {

  private final String dtype;
  private final List<Integer> shape;
  private final ByteBuffer data;

  private ReferenceArray(String dtype, List<Integer> shape, ByteBuffer data) {
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }

  static ReferenceArray of(JsonNode entry, ByteBuffer file) {
    List<Integer> shape = new ArrayList<>();
    entry.get("shape").forEach(side -> shape.add(side.asInt()));
    int start = entry.get("data_offsets").get(0).asInt();
    int end = entry.get("data_offsets").get(1).asInt();
    return new ReferenceArray(
        entry.get("dtype").asText(), List.copyOf(shape), file.slice(start, end - start));
  }

  /** Returns the sides, outermost first. */
  public List<Integer> shape() {
    return shape;
  }

  /** Returns the values of a U8 array. */
  public byte[] bytes() {
    expect("U8");
    byte[] values = new byte[data.remaining()];
    view().get(values);
    return values;
  }

  /** Returns the values of an F32 array, row-major. */
  public float[] floats() {
    expect("F32");
    float[] values = new float[data.remaining() / 4];
    view().asFloatBuffer().get(values);
    return values;
  }

  /** Returns the values of an F64 array, row-major. */
  public double[] doubles() {
    expect("F64");
    double[] values = new double[data.remaining() / 8];
    view().asDoubleBuffer().get(values);
    return values;
  }

  /** Returns the values of an I64 array, row-major. */
  public long[] longs() {
    expect("I64");
    long[] values = new long[data.remaining() / 8];
    view().asLongBuffer().get(values);
    return values;
  }

  private ByteBuffer view() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  private void expect(String type) {
    if (!dtype.equals(type)) {
      throw new IllegalStateException("array has type " + dtype + ", asked for " + type);
    }
  }
}
