package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
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

  @Test
  void builder_anyOrderAndEmptyPlaces_keepsTheOrderOfThePlaces() {
    ImageBatch.Builder builder = ImageBatch.builder(5);
    builder.put(4, pixel(4));
    builder.put(0, pixel(0));
    builder.put(2, pixel(2));

    ImageBatch batch = builder.build();

    assertThat(batch.count()).isEqualTo(3);
    assertThat(batch.toArray()).containsExactly(0, 0, 0, 2, 2, 2, 4, 4, 4);
    assertThatThrownBy(() -> builder.put(1, pixel(1))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void builder_manyThreads_equalsAList() {
    List<Image> images = IntStream.range(0, 200).mapToObj(ImageBatchTest::pixel).toList();
    for (int i = 0; i < 20; i++) {
      ImageBatch.Builder builder = ImageBatch.builder(images.size());
      IntStream.range(0, images.size())
          .parallel()
          .forEach(place -> builder.put(place, images.get(place)));

      assertThat(builder.build().toArray()).isEqualTo(ImageBatch.of(images).toArray());
    }
  }

  /** Whichever image came first, the message counts in the order of the places. */
  @Test
  void builder_otherSizes_namesThemByPlace() {
    for (int[] order : new int[][] {{0, 1, 3}, {3, 1, 0}, {1, 3, 0}}) {
      ImageBatch.Builder builder = ImageBatch.builder(4);
      for (int place : order) {
        builder.put(place, place == 3 ? Image.of(1, 2, new byte[6]) : Image.of(2, 1, new byte[6]));
      }

      assertThatThrownBy(builder::build)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("images of a batch must have one size: image 0 is 2x1, image 2 is 1x2");
    }
  }

  @Test
  void builder_wrongPlace_isRefused() {
    ImageBatch.Builder builder = ImageBatch.builder(2);
    builder.put(1, pixel(0));

    assertThatThrownBy(() -> builder.put(2, pixel(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("place must be from 0 to 1, got 2");
    assertThatThrownBy(() -> builder.put(1, pixel(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("place 1 has an image");
    assertThatThrownBy(() -> ImageBatch.builder(0).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a batch needs at least one image, got none");
  }

  private static Image pixel(int value) {
    byte level = (byte) value;
    return Image.of(1, 1, new byte[] {level, level, level});
  }
}
