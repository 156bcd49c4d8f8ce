package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {

  @Test
  void toString_wholeLevels_areAFraction() {
    for (int levels = 0; levels <= 255; levels++) {
      assertThat(Budget.linf(levels / 255.0)).hasToString(levels + "/255");
    }
  }

  @Test
  void toString_otherSizes_areDecimal() {
    assertThat(Budget.linf(0.007)).hasToString("0.007");
    assertThat(Budget.linf(0.3)).hasToString("0.3");
    assertThat(Budget.linf(0.5 / 255)).hasToString("0.5/255");
    assertThat(Budget.l2(0.5)).hasToString("L2 0.5");
    assertThat(Budget.l2(Double.POSITIVE_INFINITY)).hasToString("L2 without limit");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.001, 1.001, 8, Double.NaN, Double.POSITIVE_INFINITY})
  void linf_outside01_isRefused(double size) {
    assertThatThrownBy(() -> Budget.linf(size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 0 to 1")
        .hasMessageContaining("8 / 255.0")
        .hasMessageEndingWith("got " + size);
  }

  @Test
  void l2_negativeOrNan_isRefused() {
    assertThat(Budget.l2(Double.POSITIVE_INFINITY).size()).isInfinite();
    for (double size : new double[] {-1, Double.NaN}) {
      assertThatThrownBy(() -> Budget.l2(size))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("got " + size);
    }
  }

  @Test
  void distance_ofTwoImages_isTheNorms() {
    float[] a = {9, 0, 0.5f, 1};
    float[] b = {0, 0.375f, 0.5f, 0.5f};

    assertThat(Norm.LINF.distance(a, b, 1, 4)).isEqualTo(0.5);
    assertThat(Norm.L2.distance(a, b, 1, 4)).isEqualTo(0.625);
    assertThat(Norm.LINF.distance(new float[] {Float.NaN, 0}, new float[2], 0, 2)).isNaN();
    assertThat(Norm.L2.distance(new float[] {Float.NaN, 0}, new float[2], 0, 2)).isNaN();
  }
}
