package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import com.google.common.io.Resources;
import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.genimage.data.fuzz.Allocations;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A part of a file is decoded to the pixels that it has in the whole. */
class ImageFileTest {

  static List<Transform> transforms() {
    return List.of(
        Transforms.centerCrop(20),
        Transforms.flooredCenterCrop(41),
        Transforms.centerCrop(300),
        Transforms.centerCropShare(0.3),
        Transforms.randomCrop(17),
        Transforms.randomPaddedCrop(90),
        Transforms.randomResizedCrop(24, 0.08, 1, Filter.BILINEAR, Filter.BICUBIC),
        Transforms.randomResizedCrop(80, 0.01, 0.2, Filter.LANCZOS),
        Transforms.resizeShorterSide(40, Filter.BICUBIC).then(Transforms.centerCrop(32)),
        Transforms.resizeShorterSide(90, Filter.BILINEAR).then(Transforms.flooredCenterCrop(33)),
        Transforms.tile(16).then(Transforms.randomCrop(16)),
        Transforms.tile(150).then(Transforms.centerCrop(140)).then(Transforms.horizontalFlip(0.5)),
        Transforms.randomCrop(30).then(Transforms.horizontalFlip(0.5)).then(Transforms.grey()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jpeg_420_q30",
        "jpeg_420_q75",
        "jpeg_422_q95",
        "jpeg_444_q95",
        "jpeg_grey_q75",
        "jpeg_optimized_422_q75",
        "jpeg_progressive_420_q75",
        "jpeg_restart_markers",
        "jpeg_rgb_adobe_q95",
        "jpeg_ycck_adobe_q95",
        "jpeg_exif_orientation6"
      })
  void apply_partOfAJpegFile_givesTheSameAsTheWhole(String name) {
    assertSame(ReferenceData.bytes("images/" + name + ".jpg"), Decoding.PILLOW, 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg_411.jpg", "jpeg_rgb_equal_ids.jpg", "png"})
  void apply_otherFiles_givesTheSameAsTheWhole(String name) throws IOException {
    byte[] file =
        name.endsWith(".jpg")
            ? Resources.toByteArray(Resources.getResource("formats/" + name))
            : picture(61, 47).toPng();
    assertSame(file, Decoding.PILLOW, 2);
  }

  @Test
  void apply_everySizeAndPlace_givesTheSameAsTheWhole() {
    RandomGenerator random = new SplittableRandom(3);
    for (int i = 0; i < 60; i++) {
      Image picture = picture(1 + random.nextInt(90), 1 + random.nextInt(90));
      byte[] file = picture.toJpeg(1 + random.nextInt(100));
      Image whole = Image.read("a", ByteSource.wrap(file));
      for (int k = 0; k < 30; k++) {
        int x = random.nextInt(whole.width());
        int y = random.nextInt(whole.height());
        Box box =
            new Box(
                x,
                y,
                1 + random.nextInt(whole.width() - x),
                1 + random.nextInt(whole.height() - y));
        Transform crop = (WindowTransform) (w, h, r) -> Crop.window(w, h, box);
        assertThat(open(file, Decoding.PILLOW).apply(crop, random).rgb())
            .as("%s of %sx%s", box, whole.width(), whole.height())
            .isEqualTo(Crop.of(whole, box).rgb());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("decodings")
  void apply_otherDecoding_givesTheSameAsTheWhole(Decoding decoding) {
    assertSame(ReferenceData.bytes("images/jpeg_exif_orientation6.jpg"), decoding, 1);
  }

  static List<Decoding> decodings() {
    return List.of(
        Decoding.PILLOW.orientation(Decoding.Orientation.APPLIED),
        Decoding.PILLOW.truncated(Decoding.Truncated.PADDED),
        Decoding.PILLOW.reduced(16));
  }

  /** Refused although the part above is there: whether it is read must not hang on the crop. */
  @Test
  void apply_cutFile_isRefusedWhateverIsRead() {
    byte[] file = picture(160, 160).toJpeg(90);
    Transform top = (WindowTransform) (w, h, r) -> Crop.window(w, h, new Box(0, 0, 8, 8));
    for (int length = file.length / 2; length < file.length; length += 97) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> open(cut, Decoding.PILLOW).apply(top, new SplittableRandom(1)))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith("a: expected a complete JPEG image");
    }
  }

  @Test
  void apply_changedBits_isRefusedOrTheSameAsTheWhole() {
    byte[] file = picture(96, 80).toJpeg(60);
    RandomGenerator random = new SplittableRandom(5);
    int same = 0;
    for (int i = 0; i < 400; i++) {
      byte[] changed = file.clone();
      changed[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
      same += isReadAlike("change " + i, changed, Transforms.randomCrop(24)) ? 1 : 0;
    }
    assertThat(same).isBetween(200, 399);
  }

  /** What libjpeg finds below a window may make it refuse the file, which the window must do. */
  @Test
  void apply_markerInTheCodedData_isRefusedOrTheSameAsTheWhole() throws IOException {
    byte[] restarts = ReferenceData.bytes("images/jpeg_restart_markers.jpg");
    Transform top = (WindowTransform) (w, h, r) -> Crop.window(w, h, new Box(0, 0, 8, 8));
    int same = 0;
    int refused = 0;
    for (byte[] file : List.of(picture(96, 80).toJpeg(60), restarts)) {
      for (int marker = 1; marker <= 0xff; marker++) {
        byte[] inserted = {(byte) 0xff, (byte) marker, 0, 2, 0};
        for (int at : List.of(file.length * 3 / 4, file.length - 2)) {
          byte[] changed =
              Bytes.concat(
                  Arrays.copyOf(file, at), inserted, Arrays.copyOfRange(file, at, file.length));
          boolean read = isReadAlike("marker %x at %s".formatted(marker, at), changed, top);
          same += read ? 1 : 0;
          refused += read ? 0 : 1;
        }
      }
    }
    assertThat(same).isGreaterThan(100);
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  void apply_bytesAfterTheEnd_stillDecodesAWindow() {
    byte[] file = Bytes.concat(picture(800, 900).toJpeg(60), new byte[] {1, 2, 3, 0, 0});

    assertThat(allocated(file, Transforms.centerCrop(32))).isLessThan(800 * 900);
  }

  @Test
  void then_identityBeforeOrAfterAWindow_decodesTheWindowAlone() {
    byte[] file = picture(800, 900).toJpeg(60);
    Transform crop = Transforms.centerCrop(32);
    Transform resized = Transforms.resizeShorterSide(40, Filter.BICUBIC);

    assertThat(Transform.IDENTITY.then(crop)).isSameAs(crop);
    assertThat(crop.then(Transform.IDENTITY)).isSameAs(crop);
    assertThat(resized.then(Transform.IDENTITY)).isSameAs(resized);
    assertThat(allocated(file, crop.then(Transform.IDENTITY).then(Transforms.grey())))
        .isLessThan(800 * 900);
    assertThat(allocated(file, Transforms.tile(200).then(crop))).isLessThan(800 * 900);
    assertThat(allocated(file, Transforms.grey().then(crop))).isGreaterThan(3 * 800 * 900);
  }

  /** Returns the bytes of heap that decoding and transforming takes. */
  private static long allocated(byte[] file, Transform transform) {
    ImageFile opened = open(file, Decoding.PILLOW);
    opened.apply(transform, new SplittableRandom(1));
    return Allocations.during(() -> opened.apply(transform, new SplittableRandom(1)));
  }

  /** Returns whether the file is read, and fails unless the crop is read alike. */
  private static boolean isReadAlike(String name, byte[] file, Transform crop) {
    Image whole;
    try {
      whole = open(file, Decoding.PILLOW).decode();
    } catch (UnreadableImageException e) {
      assertThatThrownBy(() -> open(file, Decoding.PILLOW).apply(crop, new SplittableRandom(1)))
          .as(name)
          .isInstanceOf(UnreadableImageException.class);
      return false;
    }
    assertThat(open(file, Decoding.PILLOW).apply(crop, new SplittableRandom(1)).rgb())
        .as(name)
        .isEqualTo(crop.apply(whole, new SplittableRandom(1)).rgb());
    return true;
  }

  @Test
  void apply_refusedByTheTransform_namesTheImage() {
    Transform picky =
        (image, random) -> {
          throw new UnreadableImageException("expected another image");
        };
    byte[] file = picture(20, 20).toJpeg(60);
    for (Transform transform : List.of(picky, Transforms.centerCrop(8).then(picky))) {
      assertThatThrownBy(
              () -> open(file, Decoding.PILLOW).apply(transform, new SplittableRandom(1)))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessage("a: expected another image");
    }
  }

  private static void assertSame(byte[] file, Decoding decoding, int seeds) {
    Image whole = open(file, decoding).decode();
    List<Transform> transforms = new ArrayList<>(transforms());
    for (int seed = 0; seed < seeds; seed++) {
      for (Transform transform : transforms) {
        RandomGenerator drawn = new SplittableRandom(seed);
        RandomGenerator again = new SplittableRandom(seed);
        Image part = open(file, decoding).apply(transform, drawn);
        Image expected = transform.apply(whole, again);
        assertThat(part.rgb()).isEqualTo(expected.rgb());
        assertThat(part.width()).isEqualTo(expected.width());
        assertThat(drawn.nextLong()).isEqualTo(again.nextLong());
      }
    }
  }

  private static ImageFile open(byte[] file, Decoding decoding) {
    return ImageFile.read("a", ByteSource.wrap(file), decoding);
  }

  private static Image picture(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    RandomGenerator random = new SplittableRandom(width);
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (128 + 80 * Math.sin(i / 3 % width / 5.0 + i) + random.nextInt(40));
    }
    return Image.wrap(width, height, rgb);
  }
}
