package org.genimage.data.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteSource;
import java.util.SplittableRandom;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerceptualHashTest {

  private static final String[] DIFFERENT = {
    "jpeg_420_q75.jpg", "jpeg_444_q95.jpg", "jpeg_optimized_422_q75.jpg", "png_bilevel.png"
  };

  /** The expected words were computed with Pillow 12.3 (resize) and NumPy 2.4 (DCT, median). */
  @ParameterizedTest
  @CsvSource({
    "jpeg_420_q75.jpg, 3a0717fbe0d92500, f3138e05c3a35a3c, eacd55b8d8e4d7bc, 4cd629d3a9c220f5",
    "jpeg_444_q95.jpg, dff8b07be3e21f0c, d4471bac2cf9b386, b098f0131b47a71f, b5764813a5400ad8",
    "png_bilevel.png, 1860d23d53858fac, 2899ce89668c98e1, c5ce0c2873eb9d95, c178dfbd8387f0ed"
  })
  void of_anImage_isThatOfPillowAndNumPy(
      String file, String coarse, String fine1, String fine2, String fine3) {
    assertThat(hash(read(file)))
        .isEqualTo(
            new PerceptualHash(
                Long.parseUnsignedLong(coarse, 16),
                Long.parseUnsignedLong(fine1, 16),
                Long.parseUnsignedLong(fine2, 16),
                Long.parseUnsignedLong(fine3, 16)));
  }

  @Test
  void of_anImageSavedAgainOrResized_isNear() {
    Image image = read("jpeg_optimized_422_q75.jpg");
    PerceptualHash hash = hash(image);
    for (Transform change :
        new Transform[] {
          Transforms.jpeg(50),
          Transforms.resize(153, 200, Filter.LANCZOS),
          Transforms.resize(512, 512, Filter.BICUBIC),
          Transforms.resize(153, 200, Filter.BICUBIC).then(Transforms.jpeg(75))
        }) {
      PerceptualHash changed = hash(change.apply(image, new SplittableRandom(0)));

      assertThat(hash.distance(changed)).isLessThanOrEqualTo(PerceptualHash.MAX_DISTANCE);
      assertThat(Long.bitCount(hash.coarse() ^ changed.coarse()))
          .isLessThanOrEqualTo(PerceptualHash.MAX_COARSE);
    }
  }

  @Test
  void of_differentImages_isFar() {
    for (int i = 0; i < DIFFERENT.length; i++) {
      for (int j = 0; j < i; j++) {
        assertThat(hash(read(DIFFERENT[i])).distance(hash(read(DIFFERENT[j])))).isBetween(80, 180);
      }
    }
  }

  @Test
  void of_anImageWithoutContrast_isMissing() {
    byte[] rgb = new byte[3 * 64 * 64];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (100 + i % 5);
    }

    assertThat(PerceptualHash.of(Image.of(64, 64, rgb))).isEmpty();
    assertThat(PerceptualHash.of(Image.of(1, 1, new byte[3]))).isEmpty();
  }

  private static PerceptualHash hash(Image image) {
    return PerceptualHash.of(image).orElseThrow();
  }

  private static Image read(String file) {
    return Image.read(file, ByteSource.wrap(ReferenceData.bytes("images/" + file)));
  }
}
