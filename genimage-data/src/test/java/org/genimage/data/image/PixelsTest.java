package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PixelsTest {

  @Test
  void toImages_betweenLevels_roundsAndClips() {
    Pixels pixels =
        Pixels.of(
            1, 1, 2, new float[] {-0.2f, 1.7f, 10.4f / 255, 10.6f / 255, 254.4f / 255, Float.NaN});

    assertThat(pixels.toImages().toArray()).containsExactly(0, 255, 10, 11, 254, 0);
  }

  @Test
  void toImages_halfway_roundsToEven() {
    Pixels pixels = Pixels.of(1, 1, 1, new float[] {0.5f, 0, 1}); // 127.5 in levels

    assertThat(pixels.toImages().toArray()).containsExactly(128, 0, 255);
  }

  @Test
  void toPixels_everyLevel_comesBackUnchanged() {
    byte[] levels = new byte[2 * 3 * 128];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) i;
    }
    ImageBatch batch =
        ImageBatch.of(
            List.of(
                Image.of(128, 1, Arrays.copyOf(levels, 384)),
                Image.of(128, 1, Arrays.copyOfRange(levels, 384, 768))));

    Pixels pixels = batch.toPixels();

    assertThat(List.of(pixels.count(), pixels.height(), pixels.width())).containsExactly(2, 1, 128);
    assertThat(pixels.toArray()[255]).isEqualTo(1f);
    assertThat(pixels.toArray()[51]).isEqualTo(0.2f);
    assertThat(pixels.toImages().toArray()).isEqualTo(levels);
  }

  @Test
  void of_array_isCopiedInAndOut() {
    float[] values = {0, 0.5f, 1};
    Pixels pixels = Pixels.of(1, 1, 1, values);

    values[0] = 9;
    pixels.toArray()[1] = 9;

    assertThat(pixels.toArray()).containsExactly(0, 0.5f, 1);
  }

  @Test
  void of_wrongLength_saysTheShape() {
    assertThatThrownBy(() -> Pixels.of(2, 1, 1, new float[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pixels of shape [2, 1, 1, 3] need as many values, got 5");
  }
}
