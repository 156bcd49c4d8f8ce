package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/** Compares a sample with the 101 quantiles, from 0 % to 100 %, of a reference sample. */
final class Quantiles {

  /** Two samples of 10,000 from one law are closer with probability 0.999. */
  static final double DISTANCE = 0.028;

  private Quantiles() {}

  /**
   * Asserts that the distribution functions are close at every quantile. A quantile may be a value
   * that occurs many times: it then lies between the shares below and up to it.
   */
  static void assertSameLaw(String name, double[] sample, JsonNode summary) {
    JsonNode quantiles = summary.get("quantiles_0_to_100");
    assertThat(sample).as(name).isNotEmpty();
    for (int i = 0; i < quantiles.size(); i++) {
      double value = quantiles.get(i).asDouble();
      double share = (double) i / (quantiles.size() - 1);
      double below = share(sample, value - 1e-9);
      double upTo = share(sample, value + 1e-9);
      String place = name + " at quantile " + share;
      assertThat(below).as(place).isLessThanOrEqualTo(share + DISTANCE);
      assertThat(upTo).as(place).isGreaterThanOrEqualTo(share - DISTANCE);
    }
  }

  private static double share(double[] sample, double limit) {
    return Arrays.stream(sample).filter(value -> value <= limit).count() / (double) sample.length;
  }
}
