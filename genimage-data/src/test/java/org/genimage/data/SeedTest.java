package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeedTest {

  @Test
  void value_ofAPath_isPinned() {
    Seed seed = Seed.of(42);

    assertThat(seed.value()).isEqualTo(-4767286540954276203L);
    assertThat(seed.at("order").value()).isEqualTo(-8273589165574491393L);
    assertThat(seed.at("order").at(3).value()).isEqualTo(-8164333195907703088L);
    assertThat(seed.at("örder").value()).isEqualTo(226972748429449304L);
  }

  @Test
  void random_ofAPlace_isPinned() {
    assertThat(Seed.of(42).at("example").at(0).at(7).random().longs(3))
        .containsExactly(4321754222259293746L, -5779677247764392334L, 359639232233462123L);
  }

  @Test
  void random_calledTwice_startsAnew() {
    Seed seed = Seed.of(1).at("a");

    assertThat(seed.random().nextLong()).isEqualTo(seed.random().nextLong());
  }

  @Test
  void at_differentPaths_areDifferentPlaces() {
    Set<Long> values = new HashSet<>();
    for (long number = -50; number < 50; number++) {
      Seed root = Seed.of(number);
      values.add(root.value());
      values.add(root.at("a").value());
      values.add(root.at("b").value());
      values.add(root.at("a").at("b").value());
      values.add(root.at("b").at("a").value());
      LongStream.range(-5, 5).forEach(child -> values.add(root.at(child).value()));
      LongStream.range(-5, 5).forEach(child -> values.add(root.at(child).at(child).value()));
    }

    assertThat(values).hasSize(100 * 25);
  }

  @Test
  void random_neighbouringPlaces_areIndependent() {
    double sum = 0;
    for (int i = 0; i < 10_000; i++) {
      sum += Seed.of(5).at(i).random().nextDouble();
    }

    assertThat(sum / 10_000).isBetween(0.49, 0.51);
  }
}
