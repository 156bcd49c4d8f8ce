package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.genimage.data.image.UnreadableImageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveTest {

  private static final String STEM = "imagenet_ai_0419_biggan";
  private static final int SMALLEST_VOLUME = 64 * 1024;

  @TempDir Path root;
  private Path archives;
  private final Map<String, byte[]> files = new TreeMap<>();

  @BeforeEach
  void writeContent() throws IOException {
    archives = Files.createDirectory(root.resolve("archives"));
    Random random = new Random(1);
    for (Split split : Split.values()) {
      for (Label label : Label.values()) {
        for (int i = 0; i < 6; i++) {
          byte[] content = new byte[20_000 + random.nextInt(20_000)];
          random.nextBytes(content);
          Arrays.fill(content, 0, 10_000, (byte) i); // something to deflate
          String path = "%s/%s/%s/%d.png".formatted(STEM, split.folder(), label.folder(), i);
          files.put(path, content);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Zip64Mode.class,
      names = {"Never", "Always", "AsNeeded"})
  void open_splitArchive_isAsUnpacked(Zip64Mode mode) throws IOException {
    try (var zip = new ZipArchiveOutputStream(archives.resolve(STEM + ".zip"), SMALLEST_VOLUME)) {
      fill(zip, mode);
    }

    assertThat(volumes()).hasSizeGreaterThan(5).contains(STEM + ".z01", STEM + ".zip");
    assertIsAsUnpacked();
  }

  @ParameterizedTest
  @EnumSource(
      value = Zip64Mode.class,
      names = {"Never", "Always"})
  void open_oneFile_isAsUnpacked(Zip64Mode mode) throws IOException {
    try (var zip = new ZipArchiveOutputStream(archives.resolve(STEM + ".zip"))) {
      fill(zip, mode);
    }

    assertIsAsUnpacked();
  }

  @ParameterizedTest
  @CsvSource({"Never, .z%02d", "Always, .z%02d", "Never, .zip.%03d"})
  void open_fileThatWasCut_isAsUnpacked(Zip64Mode mode, String extension) throws IOException {
    Path whole = root.resolve("whole");
    try (var zip = new ZipArchiveOutputStream(whole)) {
      fill(zip, mode);
    }
    byte[] bytes = Files.readAllBytes(whole);
    int cut = 100_001;
    for (int i = 0; i * cut < bytes.length; i++) {
      boolean last = (i + 1) * cut >= bytes.length && extension.startsWith(".z%");
      Files.write(
          archives.resolve(STEM + (last ? ".zip" : extension.formatted(i + 1))),
          Arrays.copyOfRange(bytes, i * cut, Math.min(bytes.length, (i + 1) * cut)));
    }

    assertIsAsUnpacked();
  }

  @Test
  void open_namesThatDriveChanged_areUnderstood() throws IOException {
    split();
    for (String volume : volumes()) {
      String name = volume.replace(".", "-%03d.".formatted(volume.length()));
      Files.move(archives.resolve(volume), archives.resolve(name));
    }

    assertIsAsUnpacked();
  }

  @Test
  void open_archiveInItsOuterFolder_isFound() throws IOException {
    split();
    Path outer = Files.createDirectories(root.resolve("new/BigGAN"));
    for (String volume : volumes()) {
      Files.move(archives.resolve(volume), outer.resolve(volume));
    }
    GenImage genImage = GenImage.open(root.resolve("new"));

    assertThat(genImage.generators()).containsExactly(Generator.BIGGAN);
    assertThat(genImage.train().sample(0).name())
        .isEqualTo(outer.resolve(STEM + "/train/nature/0.png").toString());
  }

  @Test
  void open_archiveWithoutTopFolder_isCalledAsTheFile() throws IOException {
    try (var zip = new ZipArchiveOutputStream(archives.resolve(STEM + ".zip"))) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        add(zip, file.getKey().substring(STEM.length() + 1), file.getValue());
      }
    }

    assertIsAsUnpacked();
  }

  @Test
  void read_manyThreads_getTheSame() throws IOException {
    split();
    List<Sample> samples = GenImage.open(archives).train().samples();

    assertThat(
            IntStream.range(0, 2000)
                .parallel()
                .allMatch(i -> isRight(samples.get(i % samples.size()))))
        .isTrue();
  }

  @Test
  void read_interruptedThread_leavesTheOthersAlone() throws Exception {
    split();
    List<Sample> samples = GenImage.open(archives).train().samples();
    Thread interrupted =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              try {
                samples.get(0).content().read();
              } catch (IOException e) {
                // as it should
              }
            });
    interrupted.start();
    interrupted.join();

    assertThat(isRight(samples.get(0))).isTrue();
  }

  @Test
  void open_missingVolume_isNamed() throws IOException {
    split();
    Files.delete(archives.resolve(STEM + ".z02"));

    assertThatThrownBy(() -> GenImage.open(archives))
        .isInstanceOf(DatasetException.class)
        .hasMessageEndingWith(
            "archive %s: no volume %s; get it"
                .formatted(archives.resolve(STEM), archives.resolve(STEM + ".z02")));
  }

  @Test
  void open_lastVolumesMissing_isReported() throws IOException {
    split();
    Files.createDirectories(archives.resolve("ADM/train"));
    Files.delete(archives.resolve(STEM + ".zip"));

    assertThat(GenImage.open(archives).missing())
        .anyMatch(line -> line.contains("has no end of a ZIP archive"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x.png", "/x.png", "a/../../x.png", "a\\..\\x.png", "C:/x.png", "a/.."})
  void open_entryThatLeadsOut_isRefused(String name) throws IOException {
    String placeholder = "q".repeat(name.length());
    Path zip = archives.resolve("a.zip");
    try (var out = new ZipArchiveOutputStream(zip)) {
      fill(out, Zip64Mode.Never);
      add(out, placeholder, new byte[9]);
    }
    String bytes = latin(Files.readAllBytes(zip)).replace(placeholder, name);
    Files.write(zip, bytes.getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> GenImage.open(archives))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("has an entry that leads out of its folder, " + name);
  }

  @Test
  void open_overlappingEntries_areRefusedUnlessNamed() throws IOException {
    overlapping("other");

    assertThatThrownBy(() -> GenImage.open(archives))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("has overlapping entries");
    assertThat(
            GenImage.open(
                    archives,
                    OpenOptions.DEFAULT.archives(
                        ArchiveLimits.DEFAULT.overlapping(Set.of("other"))))
                .train()
                .size())
        .isEqualTo(12);
  }

  @Test
  void open_stableDiffusions15_mayOverlap() throws IOException {
    overlapping(Generator.STABLE_DIFFUSION_V1_5.archive());

    assertThat(GenImage.open(archives).train().size()).isEqualTo(12);
  }

  @Test
  void read_bomb_isRefusedBeforeMemoryIsTaken() throws IOException {
    files.put(STEM + "/val/ai/0.png", new byte[3 << 20]);
    split();
    Sample bomb = GenImage.open(archives).validation().sample(6);

    assertThatThrownBy(bomb::image)
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith(bomb.name())
        .hasMessageContaining("more than the limit of 100.0 to one");
    OpenOptions patient =
        OpenOptions.DEFAULT.archives(ArchiveLimits.DEFAULT.ratio(2000).imageBytes(4 << 20));
    assertThat(GenImage.open(archives, patient).validation().sample(6).content().read())
        .hasSize(3 << 20);
    OpenOptions strict = OpenOptions.DEFAULT.archives(ArchiveLimits.DEFAULT.imageBytes(1000));
    assertThatThrownBy(() -> GenImage.open(archives, strict).train().sample(0).content().read())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than the limit of 1000");
  }

  @Test
  void read_entryThatClaimsLess_isRefused() throws IOException {
    Path zip = archives.resolve(STEM + ".zip");
    try (var out = new ZipArchiveOutputStream(zip)) {
      fill(out, Zip64Mode.Never);
    }
    byte[] bytes = Files.readAllBytes(zip);
    int folder = latin(bytes).indexOf("PK\1\2");
    int central = latin(bytes).indexOf("PK\1\2", folder + 1);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(central + 24, 5000);
    Files.write(zip, bytes);

    assertThatThrownBy(() -> GenImage.open(archives).train().sample(6).content().read())
        .isInstanceOf(IOException.class)
        .hasMessage("has another size than " + STEM + " says");
  }

  @Test
  void read_damagedContent_isNoticed() throws IOException {
    split();
    GenImage genImage = GenImage.open(archives);
    Path volume = archives.resolve(STEM + ".z02");
    byte[] bytes = Files.readAllBytes(volume);
    bytes[30_000] ^= 1;
    Files.write(volume, bytes);

    assertThat(
            Stream.concat(
                    genImage.train().samples().stream(), genImage.validation().samples().stream())
                .filter(sample -> !isRight(sample)))
        .hasSize(1);
  }

  @Test
  void open_encrypted_isRefused() throws IOException {
    Path zip = archives.resolve(STEM + ".zip");
    try (var out = new ZipArchiveOutputStream(zip)) {
      fill(out, Zip64Mode.Never);
    }
    byte[] bytes = Files.readAllBytes(zip);
    bytes[latin(bytes).indexOf("PK\1\2") + 8] |= 1;
    Files.write(zip, bytes);

    assertThatThrownBy(() -> GenImage.open(archives)).hasMessageContaining("is encrypted");
  }

  /** A directory that is cut or changed anywhere is read or refused, never a surprise. */
  @Test
  void open_changedDirectory_isReadOrRefused() throws IOException {
    Path zip = archives.resolve(STEM + ".zip");
    try (var out = new ZipArchiveOutputStream(zip)) {
      fill(out, Zip64Mode.Always);
    }
    byte[] good = Files.readAllBytes(zip);
    int directory = latin(good).indexOf("PK\1\2");
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      byte[] bad = good.clone();
      bad[directory + random.nextInt(good.length - directory)] = (byte) random.nextInt(256);
      Files.write(zip, bad);
      try {
        for (Sample sample : GenImage.open(archives).train().samples()) {
          sample.content().read();
        }
      } catch (DatasetException | IOException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  /** The number is where a field of the ZIP64 end or of its locator starts, from the file's end. */
  @ParameterizedTest
  @ValueSource(ints = {-38, -34, -26, -82, -78, -66, -58, -50})
  void open_oddZip64Record_failsNoOtherData(int at) throws IOException {
    Files.createDirectories(archives.resolve("ADM/train"));
    Path zip = archives.resolve(STEM + ".zip");
    try (var out = new ZipArchiveOutputStream(zip)) {
      fill(out, Zip64Mode.Always);
    }
    byte[] good = Files.readAllBytes(zip);
    for (long value : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 0x7fffffffL, 2}) {
      ByteBuffer bytes = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putLong(good.length + at, value);
      Files.write(zip, bytes.array());

      assertThat(GenImage.open(archives).generators()).contains(Generator.ADM);
    }
  }

  private void split() throws IOException {
    try (var zip = new ZipArchiveOutputStream(archives.resolve(STEM + ".zip"), SMALLEST_VOLUME)) {
      fill(zip, Zip64Mode.AsNeeded);
    }
  }

  /** Makes the second entry of the directory reach into the third one. */
  private void overlapping(String name) throws IOException {
    Path zip = archives.resolve(name + ".zip");
    try (var out = new ZipArchiveOutputStream(zip)) {
      fill(out, Zip64Mode.Never);
    }
    byte[] bytes = Files.readAllBytes(zip);
    String text = latin(bytes);
    int first = text.indexOf("PK\1\2");
    int second = text.indexOf("PK\1\2", first + 1);
    ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    fields.putInt(second + 20, fields.getInt(second + 20) + 100);
    Files.write(zip, bytes);
  }

  private void fill(ZipArchiveOutputStream zip, Zip64Mode mode) throws IOException {
    zip.setUseZip64(mode);
    add(zip, STEM + "/", new byte[0]);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      add(zip, file.getKey(), file.getValue());
    }
    add(zip, STEM + "/.DS_Store", new byte[9]);
    add(zip, "__MACOSX/" + STEM + "/train/ai/._0.png", new byte[9]);
  }

  private static void add(ZipArchiveOutputStream zip, String name, byte[] content)
      throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    if (name.contains("nature")) {
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      CRC32 crc = new CRC32();
      crc.update(content);
      entry.setCrc(crc.getValue());
    }
    zip.putArchiveEntry(entry);
    zip.write(content);
    zip.closeArchiveEntry();
  }

  private void assertIsAsUnpacked() throws IOException {
    GenImage genImage = GenImage.open(archives);
    List<Sample> archived =
        new ArrayList<>(ImageDataset.union(genImage.train(), genImage.validation()).samples());

    assertThat(genImage.generators()).containsExactly(Generator.BIGGAN);
    assertThat(genImage.missing()).hasSize(7);
    assertThat(archived).hasSize(24).allMatch(this::isRight);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = archives.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    GenImage unpacked = GenImage.open(archives);
    assertThat(ImageDataset.union(unpacked.train(), unpacked.validation()).samples())
        .extracting(Sample::name, Sample::label, Sample::generator)
        .isEqualTo(archived.stream().map(s -> tuple(s.name(), s.label(), s.generator())).toList());
  }

  private boolean isRight(Sample sample) {
    String path = archives.relativize(Path.of(sample.name())).toString();
    try {
      return Arrays.equals(sample.content().read(), files.get(path));
    } catch (IOException e) {
      return false;
    }
  }

  private List<String> volumes() throws IOException {
    try (Stream<Path> list = Files.list(archives)) {
      return list.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
