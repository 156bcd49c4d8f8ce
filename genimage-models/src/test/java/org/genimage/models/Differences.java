package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;

/** How far numbers are from what they should be. */
public final class Differences {

  private Differences() {}

  /** Returns the root mean square of the differences, relative to that of the expected numbers. */
  public static double relative(float[] found, double[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double difference = 0;
    double size = 0;
    for (int i = 0; i < found.length; i++) {
      difference += Math.pow(found[i] - expected[i], 2);
      size += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / size);
  }

  /** Returns the same, from expected numbers of 32 bits. */
  static double relative(float[] found, float[] expected) {
    return relative(
        found, IntStream.range(0, expected.length).mapToDouble(i -> expected[i]).toArray());
  }
}
