package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;

class ImageTest {

  @Test
  void of_array_isCopiedInAndOut() {
    byte[] rgb = {1, 2, 3, 4, 5, -1};
    Image image = Image.of(2, 1, rgb);

    rgb[0] = 99;
    image.toArray()[1] = 99;

    assertThat(image.toArray()).containsExactly(1, 2, 3, 4, 5, -1);
    assertThat(image.value(1, 0, 2)).isEqualTo(255);
  }

  @Test
  void of_wrongLength_saysHowManyBytes() {
    assertThatThrownBy(() -> Image.of(2, 2, new byte[11]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a 2x2 RGB image has 12 bytes, got 11");
  }

  @Test
  void of_sideNotPositive_isRefused() {
    assertThatThrownBy(() -> Image.of(0, 2, new byte[0]))
        .hasMessage("image sides must be positive, got 0x2");
  }

  @Test
  void toPng_readBack_isEqual() {
    Image image = gradient(37, 21);

    Image read = Image.read("a.png", ByteSource.wrap(image.toPng()));

    assertThat(read.width()).isEqualTo(37);
    assertThat(read.height()).isEqualTo(21);
    assertThat(read.toArray()).isEqualTo(image.toArray());
  }

  @Test
  void toBufferedImage_andBack_isEqual() {
    Image image = gradient(37, 21);

    assertThat(Image.of(image.toBufferedImage()).toArray()).isEqualTo(image.toArray());
    assertThat(image.toBufferedImage().getRGB(36, 20) & 0xffffff)
        .isEqualTo(
            image.value(36, 20, 0) << 16 | image.value(36, 20, 1) << 8 | image.value(36, 20, 2));
  }

  @Test
  void of_greyPicture_keepsItsLevels() {
    BufferedImage grey = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage deep = new BufferedImage(256, 1, BufferedImage.TYPE_USHORT_GRAY);
    for (int x = 0; x < 256; x++) {
      grey.getRaster().setSample(x, 0, 0, x);
      deep.getRaster().setSample(x, 0, 0, 256 * x + 7);
    }

    for (int x = 0; x < 256; x++) {
      assertThat(Image.of(grey).value(x, 0, 1)).isEqualTo(x);
      assertThat(Image.of(deep).value(x, 0, 2)).isEqualTo(x);
    }
  }

  @Test
  void of_pictureWithAlpha_dropsAlpha() {
    BufferedImage picture = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
    picture.setRGB(0, 0, 0x01020304);

    assertThat(Image.of(picture).toArray()).containsExactly(2, 3, 4);
  }

  static Image gradient(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        rgb[3 * (y * width + x)] = (byte) (7 * x);
        rgb[3 * (y * width + x) + 1] = (byte) (11 * y);
        rgb[3 * (y * width + x) + 2] = (byte) (x * y);
      }
    }
    return Image.of(width, height, rgb);
  }
}
