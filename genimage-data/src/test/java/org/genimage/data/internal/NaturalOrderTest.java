package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {

  @Test
  void compare_shuffledNames_sortsNumbersByValue() {
    List<String> sorted =
        List.of(
            "",
            "1_adm_2.PNG",
            "2_adm_1.PNG",
            "2_adm_01.png",
            "2_adm_1.png",
            "2_adm_10.png",
            "10_adm_1.PNG",
            "99999999999999999999999.png",
            "100000000000000000000000.png",
            "GLIDE_1000_200_00_010.png",
            "n01440764_9.JPEG",
            "n01440764_10.JPEG");
    List<String> names = new ArrayList<>(sorted);
    Collections.shuffle(names, new Random(1));

    names.sort(NaturalOrder.INSTANCE);

    assertThat(names).isEqualTo(sorted);
  }

  @Test
  void compare_sameNumberWrittenDifferently_isNeverZero() {
    assertThat(NaturalOrder.INSTANCE.compare("1", "01")).isPositive();
    assertThat(NaturalOrder.INSTANCE.compare("01", "1")).isNegative();
    assertThat(NaturalOrder.INSTANCE.compare("a1b", "a1b")).isZero();
  }
}
