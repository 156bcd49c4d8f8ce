package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.genimage.data.fuzz.OtherProcess;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;
import org.genimage.data.image.UnreadableImageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedImagesTest {

  private static final Transform SMALL = Transforms.resizeShorterSide(24, Filter.BILINEAR);
  private static final Generator OWN = Generator.named("Painter 2");

  @TempDir Path folder;
  private ImageDataset data;
  private Path file;

  @BeforeEach
  void pack() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      byte[] rgb = new byte[3 * (30 + i) * 33];
      Seed.of(i).random().nextBytes(rgb);
      samples.add(
          new Sample(
              "/images/" + i + ".png",
              ByteSource.wrap(Image.of(30 + i, 33, rgb).toPng()),
              Label.values()[i % 2],
              i < 20 ? Generator.ADM : OWN));
    }
    data = ImageDataset.of(samples, "drawn");
    file = folder.resolve("packed");
    PackedImages.write(file, data, SMALL, "shorter side 24, bilinear", Progress.NONE);
  }

  @Test
  void open_packedImages_areThePreparedOnes() {
    ImageDataset packed = PackedImages.open(file);

    assertThat(packed.size()).isEqualTo(40);
    assertThat(packed.selection()).isEqualTo("drawn; packed: shorter side 24, bilinear");
    for (int i = 0; i < 40; i++) {
      Sample sample = packed.sample(i);
      Sample original = data.sample(i);
      Image expected = SMALL.apply(original.image(), Seed.of(0).random());
      assertThat(sample.image().toArray()).isEqualTo(expected.toArray());
      assertThat(sample.image().width()).isEqualTo(expected.width());
      assertThat(sample.name()).isEqualTo(original.name());
      assertThat(sample.label()).isEqualTo(original.label());
      assertThat(sample.generator()).isEqualTo(original.generator());
    }
    assertThatThrownBy(() -> packed.sample(40)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(files()).containsExactly(file);
  }

  @Test
  void read_manyThreads_getTheSame() {
    ImageDataset packed = PackedImages.open(file);

    assertThat(IntStream.range(0, 4000).parallel().map(i -> i % 40))
        .allMatch(
            i ->
                Arrays.equals(
                    packed.sample(i).image().toArray(),
                    SMALL.apply(data.sample(i).image(), Seed.of(0).random()).toArray()));
  }

  @Test
  void write_onceMore_replacesTheFile() {
    ImageDataset few = data.filter(sample -> sample.label() == Label.AI);

    PackedImages.write(file, few, Transform.IDENTITY, "as they are", Progress.NONE);

    assertThat(PackedImages.open(file).size()).isEqualTo(20);
    assertThat(PackedImages.open(file).sample(1).image().toArray())
        .isEqualTo(few.sample(1).image().toArray());
  }

  /** Others see a PPM file, which decodes to the same. */
  @Test
  void content_image_isAPpmFile() throws IOException {
    Sample sample = PackedImages.open(file).sample(0);
    byte[] ppm = sample.content().read();

    assertThat(sample.content().size()).isEqualTo(ppm.length);
    assertThat(sample.content().openStream()).hasBinaryContent(ppm);
    assertThat(Image.read("ppm", ByteSource.wrap(ppm)).toArray())
        .isEqualTo(sample.image().toArray());
  }

  @Test
  void image_largerThanTheLimit_isRefused() {
    Sample sample = PackedImages.open(file).sample(0).decoding(Decoding.PILLOW.maxPixels(10));

    assertThatThrownBy(sample::image)
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("expected a PPM image of at most 10 pixels");
  }

  @Test
  void read_damagedPixels_areNoticed() throws IOException {
    change(8, 1);

    ImageDataset packed = PackedImages.open(file);

    assertThatThrownBy(() -> packed.sample(0).image())
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("/images/0.png: expected a readable image file")
        .hasMessageContaining("its checksum differs; pack the images again");
    assertThat(packed.sample(1).image().width()).isEqualTo(24);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, another file",
    "7, 3, those of another version of genimage",
    "-1, 1, an incomplete file",
    "-24, 64, an incomplete file",
    "-14, 1, an incomplete file",
    "-30, 1, a damaged file",
    "-9, 1, a damaged file"
  })
  void open_otherContent_isRefused(int position, int change, String found) throws IOException {
    change(position, change);

    assertThatThrownBy(() -> PackedImages.open(file))
        .isInstanceOf(DatasetException.class)
        .hasMessage("%s: expected packed images, found %s; pack them again".formatted(file, found));
  }

  @Test
  void open_cutFile_isRefused() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, 8, 20, 31, 32, 33, 1000, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));

      assertThatThrownBy(() -> PackedImages.open(file)).isInstanceOf(DatasetException.class);
    }
    assertThatThrownBy(() -> PackedImages.open(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("expected packed images, found none that can be read");
  }

  @Test
  void write_unreadableImage_leavesWhatWasThere() throws IOException {
    byte[] before = Files.readAllBytes(file);
    Sample bad = new Sample("bad.png", ByteSource.wrap(new byte[9]), Label.AI, OWN);
    ImageDataset broken = ImageDataset.union(data, ImageDataset.of(List.of(bad)));

    assertThatThrownBy(
            () -> PackedImages.write(file, broken, SMALL, "shorter side 24", Progress.NONE))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("bad.png: ");

    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    assertThat(files()).containsExactly(file);
    assertThatThrownBy(
            () -> PackedImages.write(file, ImageDataset.of(List.of()), SMALL, "", Progress.NONE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void write_fullDisk_leavesNothing() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setMaxSize(32 * 1024).setBlockSize(1024).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path full = disk.getPath("/packed");

      assertThatThrownBy(() -> PackedImages.write(full, data, SMALL, "small", Progress.NONE))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("/packed: packed images cannot be written (")
          .hasMessageEndingWith("); make room or choose another file");

      try (Stream<Path> left = Files.list(disk.getPath("/"))) {
        assertThat(left.filter(path -> path.toString().contains("packed")))
            .allMatch(path -> path.endsWith(".packed.lock"));
      }
    }
  }

  @Test
  void write_whileAnotherWrites_saysSo() {
    List<String> said = new ArrayList<>();
    Progress second =
        (done, all) -> {
          if (done == 1) {
            assertThatThrownBy(() -> PackedImages.write(file, data, SMALL, "small", Progress.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageEndingWith(
                    "%s: another process or thread is packing images into this file; wait for it,"
                            .formatted(file)
                        + " or choose another file")
                .satisfies(e -> said.add(e.getMessage()));
          }
        };

    PackedImages.write(file, data, SMALL, "small", second);

    assertThat(said).hasSize(1);
    assertThat(PackedImages.open(file).size()).isEqualTo(40);
  }

  @Test
  void write_whileAnotherProcessWrites_saysSo_andLeavesTheFile() throws Exception {
    byte[] before = Files.readAllBytes(file);
    try (OtherProcess other = OtherProcess.locking(file)) {
      assertThatThrownBy(() -> PackedImages.write(file, data, SMALL, "small", Progress.NONE))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageEndingWith("into this file; wait for it, or choose another file");
      assertThat(other.finish()).isZero();
    }
    assertThat(file).hasBinaryContent(before);
  }

  @Test
  void write_processKilledInTheMiddle_leavesTheFile_andTheNextWritesIt() throws Exception {
    byte[] before = Files.readAllBytes(file);
    try (OtherProcess other = OtherProcess.started(Killed.class, file)) {
      assertThat(other.exitValue()).isEqualTo(Killed.STATUS);
    }
    assertThat(file).hasBinaryContent(before);

    PackedImages.write(file, data, Transforms.centerCrop(8), "small", Progress.NONE);

    assertThat(PackedImages.open(file).sample(39).image().width()).isEqualTo(8);
  }

  /** Packs images over a file, and ends without a word where the third of four is read. */
  static final class Killed {

    static final int STATUS = 7;

    private Killed() {}

    public static void main(String[] arguments) {
      ByteSource image = ByteSource.wrap(Image.of(2, 1, new byte[6]).toPng());
      ByteSource end =
          new ByteSource() {
            @Override
            public InputStream openStream() {
              Runtime.getRuntime().halt(STATUS);
              throw new AssertionError();
            }
          };
      List<Sample> samples = new ArrayList<>();
      for (ByteSource content : List.of(image, image, end, image)) {
        samples.add(new Sample(samples.size() + "", content, Label.AI, Generator.ADM));
      }
      PackedImages.write(
          Path.of(arguments[0]),
          ImageDataset.of(samples),
          Transform.IDENTITY,
          "as they are",
          Progress.NONE);
    }
  }

  /** Content that a checksum cannot vouch for: the writer was wrong, or hostile. */
  @ParameterizedTest
  @CsvSource({
    "0, -1, place", // position
    "8, 0, size", // width
    "8, 2147483647, size",
    "12, -5, size", // height
    "20, 33554432, label", // label 2
    "20, 2, generator", // generator 2 of 2
    "20, 65535, generator"
  })
  void open_rightChecksumWrongRecord_isRefused(int at, int value, String found) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    int records = (int) bytes.getLong(bytes.limit() - 24);
    bytes.putInt(records + at, value);
    rewriteChecksum(bytes);

    assertThatThrownBy(() -> PackedImages.open(file))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("found a damaged file (image 0 has an ")
        .hasMessageContaining(found);
  }

  private void rewriteChecksum(ByteBuffer bytes) throws IOException {
    int records = (int) bytes.getLong(bytes.limit() - 24);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.array(), records, bytes.limit() - 24 - records);
    bytes.putInt(bytes.limit() - 12, (int) checksum.getValue());
    Files.write(file, bytes.array());
  }

  private void change(int position, int bits) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    int at = position < 0 ? bytes.limit() + position : position;
    Files.write(file, bytes.put(at, (byte) (bytes.get(at) ^ bits)).array());
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(path -> !path.endsWith(".packed.lock")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
