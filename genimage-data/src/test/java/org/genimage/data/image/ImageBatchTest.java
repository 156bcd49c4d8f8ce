package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ImageBatchTest {

  @Test
  void of_images_stacksThem() {
    Image first = ImageTest.gradient(5, 3);
    Image second = Image.of(5, 3, new byte[45]);

    ImageBatch batch = ImageBatch.of(List.of(first, second));

    assertThat(List.of(batch.count(), batch.height(), batch.width())).containsExactly(2, 3, 5);
    assertThat(batch.toArray()).hasSize(90).startsWith(first.toArray());
    assertThat(batch.image(0).toArray()).isEqualTo(first.toArray());
    assertThat(batch.image(1).toArray()).isEqualTo(second.toArray());
    assertThat(batch.image(1).width()).isEqualTo(5);
  }

  @Test
  void toArray_changed_leavesTheBatchAlone() {
    ImageBatch batch = ImageBatch.of(List.of(Image.of(1, 1, new byte[3])));

    batch.toArray()[0] = 9;

    assertThat(batch.toArray()).containsExactly(0, 0, 0);
  }

  @Test
  void of_noImage_isRefused() {
    assertThatThrownBy(() -> ImageBatch.of(List.of()))
        .hasMessage("a batch needs at least one image, got none");
  }

  @Test
  void of_twoSizes_saysWhich() {
    Image wide = Image.of(2, 1, new byte[6]);
    Image high = Image.of(1, 2, new byte[6]);

    assertThatThrownBy(() -> ImageBatch.of(List.of(wide, wide, high)))
        .hasMessage("images of a batch must have one size: image 0 is 2x1, image 2 is 1x2");
  }

  @Test
  void image_outOfRange_isRefused() {
    ImageBatch batch = ImageBatch.of(List.of(Image.of(1, 1, new byte[3])));

    assertThatThrownBy(() -> batch.image(1)).hasMessage("image index must be from 0 to 0, got 1");
    assertThatThrownBy(() -> batch.image(-1)).hasMessage("image index must be from 0 to 0, got -1");
  }
}
