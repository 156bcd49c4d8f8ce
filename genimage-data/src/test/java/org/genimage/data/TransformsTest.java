package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TransformsTest {

  private final RandomGenerator random = Seed.of(7).random();

  @ParameterizedTest
  @EnumSource
  void resize_toItsOwnSize_changesNothing(Filter filter) {
    Image image = noise(19, 13);
    Image resized = Transforms.resize(19, 13, filter).apply(image, random);
    assertThat(resized.rgb()).isEqualTo(image.rgb());
  }

  @ParameterizedTest
  @EnumSource
  void resize_onePixel_fillsWithIt(Filter filter) {
    Image resized = Transforms.resize(5, 4, filter).apply(Image.of(1, 1, bytes(9, 8, 250)), random);
    assertThat(resized.value(4, 3, 0)).isEqualTo(9);
    assertThat(resized.value(0, 2, 2)).isEqualTo(250);
  }

  @Test
  void resize_sideOfZero_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.resize(3, 0, Filter.BILINEAR))
        .withMessage("sides to resize to must be positive, got 3x0");
  }

  @Test
  void resizeShorterSide_imageThatFits_isLeftAlone() {
    Image image = noise(9, 6);
    Transform resize = Transforms.resizeShorterSide(6, Filter.BICUBIC);
    assertThat(resize.apply(image, random)).isSameAs(image);
  }

  @ParameterizedTest
  @CsvSource({"50, 37", "37, 50", "20, 20", "10, 61", "23, 11"})
  void resizeShorterSide_thenCrop_equalsBothApart(int width, int height) {
    Image image = noise(width, height);
    for (int size = 1; size <= 24; size++) {
      Transform resize = Transforms.resizeShorterSide(20, Filter.BICUBIC);
      Transform crop = Transforms.centerCrop(size);
      Image apart = crop.apply(resize.apply(image, random), random);
      assertThat(resize.then(crop).apply(image, random).rgb()).isEqualTo(apart.rgb());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "5, 2, 2", // 1.5 goes to the even 2
    "7, 2, 2", // 2.5, too
    "6, 2, 2", "4, 4, 0"
  })
  void centerCrop_oddRest_startsHalfToEven(int side, int size, int start) {
    Image crop = Transforms.centerCrop(size).apply(noise(side, side), random);
    assertThat(crop.value(0, 0, 1)).isEqualTo(noise(side, side).value(start, start, 1));
  }

  @ParameterizedTest
  @CsvSource({"150, 37, 37", "201, 11, 12"})
  void centerCrop_smallerImage_isPaddedWithBlack(int side, int before, int after) {
    Image image = Image.of(side, side, filled(3 * side * side, 200));
    Image crop = Transforms.centerCrop(224).apply(image, random);
    assertThat(crop.width()).isEqualTo(224);
    assertThat(crop.value(before - 1, 100, 0)).isZero();
    assertThat(crop.value(before, 100, 0)).isEqualTo(200);
    assertThat(crop.value(223 - after, 100, 0)).isEqualTo(200);
    assertThat(crop.value(224 - after, 100, 0)).isZero();
    assertThat(crop.value(100, before - 1, 2)).isZero();
    assertThat(crop.value(100, 224 - after, 2)).isZero();
  }

  private static Image noise(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    Seed.of(3).random().nextBytes(rgb);
    return Image.of(width, height, rgb);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
