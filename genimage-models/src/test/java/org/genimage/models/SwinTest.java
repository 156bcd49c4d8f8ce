package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.genimage.data.image.Filter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;

class SwinTest implements PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.swinTiny();
  }

  @Override
  public String folder() {
    return "swin_t";
  }

  @Test
  void relativePositionIndex_isTheAuthors() {
    WeightArray index =
        blueprint().initialWeights(1).get("layers.0.blocks.0.attn.relative_position_index");

    assertThat(index.isInteger()).isTrue();
    assertThat(index.toLongs()[1]).isEqualTo(83);
    assertThat(index.toLongs()[8 * 49]).isEqualTo(98);
  }

  @Test
  void weights_withoutFixedEntries_load() {
    Map<String, WeightArray> arrays = new LinkedHashMap<>(blueprint().initialWeights(1).arrays());
    arrays.keySet().removeIf(key -> key.endsWith("_index") || key.endsWith("attn_mask"));

    try (Detector detector = blueprint().load(Weights.of(arrays))) {
      assertThat(detector.name()).isEqualTo("Swin-T");
    }
  }

  @Test
  void input_thatWindowsDoNotDivide_isRefused() {
    Blueprint small = blueprint().input(InputContract.imagenet(64, Filter.BICUBIC, 64));

    assertThatThrownBy(small::entries)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("windows of 7 tokens need a multiple of it in a row, got 16");
  }
}
