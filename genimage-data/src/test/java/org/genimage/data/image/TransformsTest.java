package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
  void centerCropShare_ofEachSide_isTheMiddle() {
    Image image = noise(40, 31);
    Image crop = Transforms.centerCropShare(0.9).apply(image, random);
    assertThat(crop.width()).isEqualTo(36);
    assertThat(crop.height()).isEqualTo(28); // 27.9; offsets 2 and 1.5, half to even
    assertThat(crop.value(0, 0, 1)).isEqualTo(image.value(2, 2, 1));
    assertThat(crop.value(35, 27, 2)).isEqualTo(image.value(37, 29, 2));
    assertThat(Transforms.centerCropShare(1).apply(image, random).rgb()).isEqualTo(image.rgb());
    assertThat(Transforms.centerCropShare(0.1).apply(noise(1, 1), random).width()).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.centerCropShare(0))
        .withMessage("share of each side must be in (0, 1], got 0.0");
  }

  @Test
  void shrink_toAShare_isTheResize() {
    Image image = noise(40, 31);
    Image small = Transforms.shrink(0.75, Filter.BICUBIC).apply(image, random);
    assertThat(small.rgb())
        .isEqualTo(Transforms.resize(30, 23, Filter.BICUBIC).apply(image, random).rgb());
    assertThat(Transforms.shrink(0.1, Filter.BILINEAR).apply(noise(2, 2), random).height())
        .isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.shrink(1.5, Filter.BICUBIC))
        .withMessage("share of each side must be in (0, 1], got 1.5");
  }

  @Test
  void toJpeg_decoded_isTheTransform() {
    Image image = noise(33, 18);
    Image decoded = Image.read("jpeg", ByteSource.wrap(image.toJpeg(80)));
    assertThat(decoded.rgb()).isEqualTo(Transforms.jpeg(80).apply(image, random).rgb());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> image.toJpeg(101))
        .withMessage("JPEG quality must be from 1 to 100, got 101");
  }

  /** Of a picture that Python's Pillow 12.3.0 saved as WebP and read again: its SHA-256. */
  @ParameterizedTest
  @CsvSource({
    "0, 09527e3a1245a4a6fee49e34e591aab4c04b435f4ff8a09ab59e4b8347f94433",
    "15, 0ffd9fa08718049c12504c5a5cdf8f41a47e24dc6f65a9b9506fce45e5ce3668",
    "59, 657b77b2a471eed8c234bb2b327bfcef35acd868678aec42fcc78b37d99292f8",
    "100, b06545574a53eaf644e2c884216415fc936cec69332c940537882bb4653a420b"
  })
  void webP_equalsPillow(int quality, String sha256) {
    byte[] rgb = new byte[3 * 61 * 47];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % 61;
      int y = i / 3 / 61;
      int c = i % 3;
      rgb[i] = (byte) (37 * x + 91 * y + 53 * c + x * y * (c + 3) / 7);
    }
    Image image = Image.of(61, 47, rgb);
    Image result = Transforms.webP(quality).apply(image, random);
    assertThat(Hashing.sha256().hashBytes(result.rgb())).hasToString(sha256);
    assertThat(image.rgb()).isEqualTo(rgb);
  }

  @Test
  void webP_sidesAndQualitiesThatTheFormatLacks_areRefused() {
    assertThat(Transforms.webP(50).apply(Image.of(16_383, 1, new byte[3 * 16_383]), random).width())
        .isEqualTo(16_383);
    Image wide = Image.of(16_384, 1, new byte[3 * 16_384]);
    assertThatThrownBy(() -> Transforms.webP(50).apply(wide, random))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(
            "expected an image with sides of at most 16383 pixels to encode as WebP,"
                + " found 16384x1; leave it out");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.webP(101))
        .withMessage("expected a WebP quality from 0 to 100, found 101; choose such a number");
  }

  /** In a process of its own, whose system has no libwebp. */
  @Test
  @Timeout(60)
  void webP_systemWithoutItsLibrary_isNamed() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dos.arch=abacus",
                "-cp",
                System.getProperty("java.class.path"),
                WebPOnce.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.inputReader().lines())
        .singleElement()
        .asString()
        .startsWith("WebP needs libwebp, found that com.github.usefulness:webp-imageio has none")
        .endsWith("(abacus); leave WebP out, or use another system");
    assertThat(process.waitFor()).isZero();
  }

  /** Prints why an image cannot be encoded. */
  static final class WebPOnce {

    private WebPOnce() {}

    public static void main(String[] arguments) {
      try {
        Transforms.webP(50).apply(Image.of(1, 1, new byte[3]), Seed.of(1).random());
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void resizeOpenCv_toItsOwnSize_changesNothing() {
    Image image = noise(19, 13);
    assertThat(Transforms.resizeOpenCv(19, 13).apply(image, random).rgb()).isEqualTo(image.rgb());
  }

  @Test
  void resizeOpenCv_halfTheSize_isTheMeanOfFour() {
    Image image = Image.of(2, 2, bytes(1, 0, 9, 2, 1, 9, 3, 0, 9, 4, 0, 10));
    Image half = Transforms.resizeOpenCv(1, 1).apply(image, random);
    assertThat(half.rgb()).isEqualTo(bytes(3, 0, 9));
  }

  @Test
  void resizeOpenCv_sideOfZero_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.resizeOpenCv(3, 0))
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
  @CsvSource({"5, 2, 1", "7, 2, 2", "6, 2, 2", "9, 2, 3", "4, 4, 0"})
  void flooredCenterCrop_oddRest_startsBelow(int side, int size, int start) {
    Image image = noise(side, side);
    Image crop = Transforms.flooredCenterCrop(size).apply(image, random);
    assertThat(crop.value(0, 0, 1)).isEqualTo(image.value(start, start, 1));
    assertThat(Transforms.flooredCenterCrop(side + 3).apply(image, random).rgb())
        .isEqualTo(Transforms.centerCrop(side + 3).apply(image, random).rgb());
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

  @Test
  void randomCrop_everyPlace_isDrawn() {
    Image image = noise(6, 5);
    Set<String> places = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      Image crop = Transforms.randomCrop(4).apply(image, random);
      for (int x = 0; x < 3; x++) {
        for (int y = 0; y < 2; y++) {
          if (Arrays.equals(crop.rgb(), Crop.of(image, new Box(x, y, 4, 4)).rgb())) {
            places.add(x + "," + y);
          }
        }
      }
    }
    assertThat(places).hasSize(6);
  }

  @Test
  void randomCrop_smallerImage_isPaddedAsACentreCropIs() {
    Image image = noise(6, 7);

    assertThat(Transforms.randomCrop(8).apply(image, random).toArray())
        .isEqualTo(Transforms.centerCrop(8).apply(image, random).toArray());
  }

  @Test
  void horizontalFlip_always_mirrorsRows() {
    Image image = Image.of(2, 2, bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    Image flipped = Transforms.horizontalFlip(1).apply(image, random);
    assertThat(flipped.rgb()).isEqualTo(bytes(4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9));
  }

  @Test
  void quarterTurns_equalNumpysRot90() {
    Image image = Image.of(2, 3, bytes(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6));

    assertThat(Transforms.quarterTurns(image, 0)).isSameAs(image);
    Image once = Transforms.quarterTurns(image, 1);
    assertThat(once.width()).isEqualTo(3);
    assertThat(once.height()).isEqualTo(2);
    assertThat(once.rgb()).isEqualTo(bytes(2, 2, 2, 4, 4, 4, 6, 6, 6, 1, 1, 1, 3, 3, 3, 5, 5, 5));
    assertThat(Transforms.quarterTurns(image, 2).rgb())
        .isEqualTo(bytes(6, 6, 6, 5, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1));
    assertThat(Transforms.quarterTurns(image, 3).rgb())
        .isEqualTo(bytes(5, 5, 5, 3, 3, 3, 1, 1, 1, 6, 6, 6, 4, 4, 4, 2, 2, 2));
  }

  @Test
  void randomQuarterTurn_drawsEveryTurn_equallyOften() {
    Image image = noise(2, 2);
    Transform turn = Transforms.randomQuarterTurn();
    Map<Integer, Long> drawn =
        Stream.generate(() -> turn.apply(image, random))
            .limit(4_000)
            .collect(
                Collectors.groupingBy(
                    found ->
                        IntStream.range(0, 4)
                            .filter(
                                i ->
                                    Arrays.equals(
                                        Transforms.quarterTurns(image, i).rgb(), found.rgb()))
                            .findFirst()
                            .orElseThrow(),
                    Collectors.counting()));
    assertThat(drawn).hasSize(4);
    assertThat(drawn.values()).allSatisfy(count -> assertThat(count).isBetween(850L, 1_150L));
  }

  @Test
  void horizontalFlip_half_flipsEverySecondImage() {
    Image image = noise(2, 1);
    Transform flip = Transforms.horizontalFlip(0.5);
    long kept =
        Stream.generate(() -> flip.apply(image, random))
            .limit(10_000)
            .filter(image::equals)
            .count();
    assertThat(kept).isBetween(4_700L, 5_300L);
    assertThat(Transforms.horizontalFlip(0).apply(image, random)).isSameAs(image);
  }

  @Test
  void randomResizedCrop_pixels_areThoseOfTheCropResized() {
    Image image = noise(40, 30);
    RandomResizedCrop crop = new RandomResizedCrop(16, 0.08, 1, List.of(Filter.BICUBIC));
    for (int i = 0; i < 50; i++) {
      Seed seed = Seed.of(i);
      Image part = Crop.of(image, crop.box(40, 30, seed.random()));
      assertThat(crop.apply(image, seed.random()).rgb())
          .isEqualTo(Resampling.resize(part, 16, 16, Filter.BICUBIC).rgb());
    }
  }

  @Test
  void randomResizedCrop_twoFilters_drawsBoth() {
    Image image = noise(8, 8);
    Transform crop = Transforms.randomResizedCrop(5, 1, 1, Filter.BILINEAR, Filter.BICUBIC);
    Set<Integer> results = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      results.add(Arrays.hashCode(crop.apply(image, random).rgb()));
    }
    for (Filter filter : List.of(Filter.BILINEAR, Filter.BICUBIC)) {
      Image whole = Resampling.resize(image, 5, 5, filter);
      assertThat(results).contains(Arrays.hashCode(whole.rgb()));
    }
  }

  @ParameterizedTest
  @CsvSource({"1000, 10, 493, 0, 13, 10", "10, 1001, 0, 494, 10, 13"})
  void randomResizedCrop_nothingFits_takesTheCenter(
      int width, int height, int x, int y, int boxWidth, int boxHeight) {
    RandomResizedCrop crop = new RandomResizedCrop(4, 1, 1, List.of(Filter.BILINEAR));
    assertThat(crop.box(width, height, random)).isEqualTo(new Box(x, y, boxWidth, boxHeight));
  }

  @Test
  void randomResizedCrop_noFilter_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomResizedCrop(4, 0.08, 1))
        .withMessage("a resized crop needs at least one filter, got none");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "1, 7", "3, 3"})
  void everyTransform_tinyImage_works(int width, int height) {
    Transform all =
        Transforms.randomResizedCrop(4, 0.08, 1, Filter.BICUBIC)
            .then(Transforms.horizontalFlip(0.5));
    Transform augment = Transforms.randAugment(2, 9, 0.5, Filter.BILINEAR, Filter.BICUBIC);
    for (int i = 0; i < 300; i++) {
      Image image = noise(width, height);
      assertThat(all.apply(image, random).width()).isEqualTo(4);
      assertThat(augment.apply(image, random).height()).isEqualTo(height);
    }
  }

  @Test
  void randomTransforms_sameSeed_giveTheSameImage() {
    Image image = noise(30, 20);
    Transform all =
        Transforms.randomResizedCrop(16, 0.08, 1, Filter.BILINEAR, Filter.BICUBIC)
            .then(Transforms.horizontalFlip(0.5))
            .then(Transforms.randAugment(2, 9, 0.5, Filter.BICUBIC))
            .then(Transforms.randomCrop(12));
    for (int i = 0; i < 50; i++) {
      Seed seed = Seed.of(i);
      assertThat(all.apply(image, seed.random()).rgb())
          .isEqualTo(all.apply(image, seed.random()).rgb());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO_CONTRAST", "EQUALIZE", "COLOR_INCREASING", "SHARPNESS_INCREASING"})
  void randAugmentOp_flatGreyImage_staysAsItIs(RandAugmentOp op) {
    Image image = Image.of(5, 4, filled(60, 77));
    Image result = op.apply(image, op.argument(9, 1), Filter.BILINEAR);
    assertThat(result.rgb()).isEqualTo(image.rgb());
  }

  @Test
  void randAugment_lanczos_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randAugment(2, 9, 0.5, Filter.LANCZOS))
        .withMessage("RandAugment resamples bilinear or bicubic, got [LANCZOS]");
  }

  @Test
  void randomErasing_box_liesInsideTheImage() {
    RandomErasing erasing = RandomErasing.of(1);
    for (int i = 0; i < 10_000; i++) {
      erasing
          .box(7, 5, random)
          .ifPresent(
              box -> {
                assertThat(box.x()).isNotNegative();
                assertThat(box.y()).isNotNegative();
                assertThat(box.width()).isLessThan(7);
                assertThat(box.height()).isLessThan(5);
                assertThat(box.x() + box.width()).isLessThanOrEqualTo(7);
                assertThat(box.y() + box.height()).isLessThanOrEqualTo(5);
              });
    }
  }

  @Test
  void randomErasing_nothingFits_erasesNothing() {
    assertThat(RandomErasing.of(1).box(1, 1, random)).isEmpty();
    assertThat(RandomErasing.of(0).box(50, 50, random)).isEmpty();
  }

  @Test
  void randomErasing_emptyRange_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RandomErasing(1, 0.4, 0.3, -1, 1, 10))
        .withMessage("erased area must be a range within (0, 1], got 0.4 to 0.3");
  }

  @Test
  void jpeg_qualityOutOfRange_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.jpeg(0))
        .withMessage("JPEG quality must be from 1 to 100, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomJpeg(0.5, 80, 30))
        .withMessage("JPEG quality must be a range, got 80 to 30");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomJpeg(1.5, 30, 100))
        .withMessage("JPEG probability must be from 0 to 1, got 1.5");
  }

  @Test
  void randomJpeg_everyQualityOfTheRange_isDrawn() {
    Image image = noise(16, 16);
    Set<String> expected =
        Stream.of(30, 31, 32)
            .map(quality -> Transforms.jpeg(quality).apply(image, random))
            .map(result -> ReferenceData.sha256(result.rgb()))
            .collect(Collectors.toSet());
    Transform jpeg = Transforms.randomJpeg(1, 30, 32);

    Set<String> drawn =
        Stream.generate(() -> ReferenceData.sha256(jpeg.apply(image, random).rgb()))
            .limit(200)
            .collect(Collectors.toSet());

    assertThat(drawn).hasSize(3).isEqualTo(expected);
    assertThat(Transforms.randomJpeg(0, 30, 32).apply(image, random)).isSameAs(image);
  }

  @Test
  void gaussianBlur_oneBrightPixel_spreadsAsFarAsTheRadius() {
    Image blurred = Transforms.gaussianBlurRounded(2).apply(dot(41), random);
    assertThat(blurred.value(20, 20, 1)).isEqualTo(10); // 255 / (2 pi 4)
    assertThat(blurred.value(22, 20, 1)).isEqualTo(blurred.value(20, 18, 1)).isEqualTo(6);
    assertThat(blurred.value(20, 29, 1)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 3", "1, 7", "5, 4"})
  void gaussianBlur_widerThanTheImage_mirrorsAgainAndAgain(int width, int height) {
    Image flat = Image.of(width, height, filled(3 * width * height, 200));
    for (int sigma = 1; sigma < 40; sigma += 6) {
      assertThat(Transforms.gaussianBlurRounded(sigma).apply(flat, random).rgb())
          .isEqualTo(flat.rgb());
      assertThat(Transforms.gaussianBlurOpenCv(sigma).apply(flat, random).rgb())
          .isEqualTo(flat.rgb());
    }
  }

  @Test
  void gaussianBlur_sigmaOfLessThanAnEighth_changesNothing() {
    Image image = noise(9, 6);
    assertThat(Transforms.gaussianBlur(0.12).apply(image, random)).isSameAs(image);
    assertThat(Transforms.gaussianBlur(0).apply(image, random)).isSameAs(image);
    assertThat(Transforms.gaussianBlurOpenCv(0).apply(image, random)).isSameAs(image);
  }

  @Test
  void gaussianBlur_sigmaOutOfRange_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.gaussianBlur(-1))
        .withMessage("sigma of a blur must be from 0 to 1000, got -1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.gaussianBlurOpenCv(Double.NaN))
        .withMessage("sigma of a blur must be from 0 to 1000, got NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomGaussianBlur(0.5, 3, 0))
        .withMessage("sigma of a blur must be a range from 0 to 1000, got 3.0 to 0.0");
  }

  @Test
  void randomGaussianBlur_fixedSigma_isThatBlurWithItsProbability() {
    Image image = noise(16, 16);
    Image expected = Transforms.gaussianBlur(1.5).apply(image, random);
    Transform blur = Transforms.randomGaussianBlur(0.5, 1.5, 1.5);
    int blurred = 0;
    for (int i = 0; i < 1000; i++) {
      Image result = blur.apply(image, random);
      if (result != image) {
        assertThat(result.rgb()).isEqualTo(expected.rgb());
        blurred++;
      }
    }
    assertThat(blurred).isBetween(430, 570);
  }

  @Test
  void lowResolution_image_staysSmall() {
    Image image = noise(50, 40);
    Image square = Transforms.lowResolution(10, Filter.BILINEAR).apply(image, random);
    Image shape = Transforms.lowResolutionShorterSide(10, Filter.BILINEAR).apply(image, random);
    assertThat(List.of(square.width(), square.height())).containsExactly(10, 10);
    assertThat(List.of(shape.width(), shape.height())).containsExactly(12, 10);
  }

  @Test
  void randomSquareOpenCv_everySideOfTheRange_isDrawn() {
    Image image = noise(20, 10);
    Transform resize = Transforms.randomSquareOpenCv(3, 6);
    Set<Integer> sides = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      Image result = resize.apply(image, random);
      int side = result.width();
      assertThat(result.rgb())
          .isEqualTo(Transforms.resizeOpenCv(side, side).apply(image, random).rgb());
      sides.add(side);
    }
    assertThat(sides).containsExactlyInAnyOrder(3, 4, 5, 6);
  }

  @Test
  void randomSquareOpenCv_emptyRange_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomSquareOpenCv(7, 6))
        .withMessage("sides to draw from must be a range above 0, got 7 to 6");
  }

  private static Image dot(int side) {
    byte[] rgb = new byte[3 * side * side];
    Arrays.fill(rgb, rgb.length / 2 - 1, rgb.length / 2 + 2, (byte) 255);
    return Image.of(side, side, rgb);
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
