package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.genimage.data.archive.RawZip;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of entries in all the ways that writers of archives store them. */
class ArchiveNamesTest {

  private static final String STEM = "imagenet_ai_0508_adm";
  private static final Charset GBK = Charset.forName("GBK");

  @TempDir Path root;

  @Test
  void open_backslashes_areSeparators() throws IOException {
    write(layout("\\", "%s\\%s\\%s\\%d.png", 0));

    assertHasTwoImagesPerFolder();
  }

  @Test
  void open_backslashesBehindASlash_areSeparatorsOnWindowsOnly() throws IOException {
    write(layout("\\", "%s/%s\\%s\\%d.png", 0));

    assertHasTwoImagesPerFolder();

    RawZip zip = layout("/", "%s/%s/%s/%d.png", 3);
    zip.add(RawZip.Entry.of(STEM + "/train/ai/a\\b.png"), new byte[] {99});
    write(zip);
    assertThat(contents(GenImage.open(root).train())).containsEntry("a\\b.png", 99).hasSize(5);
  }

  @Test
  void open_dotsAndDoubledSlashes_meanNothing() throws IOException {
    write(layout("/", "./%s/./%s//%s/%d.png", 3));

    assertHasTwoImagesPerFolder();
    assertThat(GenImage.open(root).train().sample(2).name())
        .isEqualTo(root.resolve(STEM + "/train/ai/0.png").toString());
  }

  /** In GBK the second byte of 誠 is a backslash, so it also looks like a hidden file. */
  @Test
  void open_namesInGbk_areAllFoundByTheirBytes() throws IOException {
    List<String> names = List.of("图片一.png", "图片二.png", "图片三.png", "誠.png", "x誠a.png");
    RawZip zip = new RawZip();
    int content = 1;
    for (String folder : folders("/")) {
      for (String name : names) {
        zip.add(
            RawZip.Entry.of((folder + name).getBytes(GBK)).host(0), new byte[] {(byte) content++});
      }
    }
    write(zip);

    GenImage genImage = GenImage.open(root);

    assertThat(genImage.train().size()).isEqualTo(10);
    assertThat(genImage.validation().size()).isEqualTo(10);
    assertThat(contents(genImage.train()))
        .containsEntry("ͼƬһ.png", 1) // by chance the bytes of 图片一 are UTF-8, too
        .containsEntry("\\xCD\\xBC\\xC6\\xAC\\xB6\\xFE.png", 2)
        .hasSize(5 + 5);
  }

  @Test
  void open_namesInGbkWithBackslashes_areFound() throws IOException {
    RawZip zip = new RawZip();
    for (String folder : folders("\\")) {
      zip.add(RawZip.Entry.of((folder + "誠.png").getBytes(GBK)).host(0), new byte[] {1});
      zip.add(RawZip.Entry.of((folder + "中.png").getBytes(GBK)).host(0), new byte[] {2});
    }
    write(zip);

    assertThat(GenImage.open(root).train().samples())
        .extracting(sample -> sample.name().substring(sample.name().lastIndexOf('/') + 1))
        .containsExactly("\\xD5\\x5C.png", "\\xD6\\xD0.png", "\\xD5\\x5C.png", "\\xD6\\xD0.png");
  }

  @Test
  void open_namesOfCodePage437AndUtf8_stayApart() throws IOException {
    RawZip zip = new RawZip();
    for (String folder : folders("/")) {
      byte[] name = (folder + "caf?.png").getBytes(StandardCharsets.US_ASCII);
      for (int b : new int[] {0x82, 0x83, 0x84}) {
        name[name.length - 5] = (byte) b;
        zip.add(RawZip.Entry.of(name), new byte[] {(byte) b});
      }
      zip.add(RawZip.Entry.of(folder + "café.png"), new byte[] {4});
    }
    write(zip);

    assertThat(contents(GenImage.open(root).train()))
        .containsEntry("caf\\x82.png", 0x82)
        .containsEntry("caf\\x83.png", 0x83)
        .containsEntry("caf\\x84.png", 0x84)
        .containsEntry("café.png", 4);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void open_unicodePathField_isUsed(boolean local) throws IOException {
    RawZip zip = new RawZip();
    for (String folder : folders("/")) {
      byte[] stored = (folder + "图.png").getBytes(GBK);
      zip.add(RawZip.Entry.of(stored).unicode(folder + "图.png", local), new byte[] {7});
    }
    write(zip);

    assertThat(contents(GenImage.open(root).train())).containsEntry("图.png", 7);
  }

  @Test
  void open_unicodePathFieldOfAnotherName_isIgnored() throws IOException {
    RawZip zip = new RawZip();
    for (String folder : folders("/")) {
      byte[] field = RawZip.unicodePath(new byte[] {1}, folder + "other.png");
      zip.add(RawZip.Entry.of(folder + "this.png").extra(field), new byte[] {7});
    }
    write(zip);

    assertThat(contents(GenImage.open(root).train())).containsOnlyKeys("this.png", "this.png'");
  }

  @Test
  void open_moreThan65535EntriesWithoutZip64_areAllFound() throws IOException {
    RawZip zip = layout("/", "%s/%s/%s/%d.png", 3);
    for (int i = 2; i < 70_000; i++) {
      zip.add(RawZip.Entry.of(STEM + "/train/ai/" + i + ".png"), new byte[0]);
    }
    write(zip);

    assertThat(GenImage.open(root).train().size()).isEqualTo(70_002);
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 9, 0, 65_535})
  void open_otherNumberOfEntries_isRefused(int stated) throws IOException {
    Files.write(root.resolve(STEM + ".zip"), layout("/", "%s/%s/%s/%d.png", 3).toBytes(stated));

    assertThatThrownBy(() -> GenImage.open(root))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(
            "has 8 entries in its directory, but its end states %d (modulo 65,536); get it again"
                .formatted(stated));
  }

  /** The first entry's 4 GiB, which are a hole in the file, make all later places wrap around. */
  @Test
  void open_moreThan4GibWithoutZip64_isRead() throws IOException {
    RawZip zip = new RawZip().add(RawZip.Entry.of("notes.txt"), new byte[0]);
    int hole = zip.directoryStart();
    int content = 1;
    for (String folder : folders("/")) {
      zip.add(RawZip.Entry.of(folder + "0.png"), new byte[] {(byte) content++});
    }
    ByteBuffer bytes = ByteBuffer.wrap(zip.toBytes()).order(ByteOrder.LITTLE_ENDIAN);
    int size = 0xfffffff0;
    int at = zip.directoryStart();
    bytes.putInt(at + 20, size).putInt(at + 24, size);
    for (int i = 0; i < 4; i++) {
      at += 46 + bytes.getShort(at + 28);
      bytes.putInt(at + 42, bytes.getInt(at + 42) + size);
    }
    bytes.putInt(bytes.limit() - 6, zip.directoryStart() + size);
    try (FileChannel file =
        FileChannel.open(
            root.resolve(STEM + ".zip"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      file.write(bytes.slice(0, hole));
      file.write(bytes.slice(hole, bytes.limit() - hole), hole + Integer.toUnsignedLong(size));
    }

    assertThat(contents(GenImage.open(root).train()))
        .containsExactly(Map.entry("0.png", 1), Map.entry("0.png'", 2));
    assertThat(contents(GenImage.open(root).validation())).containsValues(3, 4);
  }

  @Test
  void open_oneNameTwice_isSaid() throws IOException {
    RawZip zip = layout("/", "%s/%s/%s/%d.png", 3);
    zip.add(RawZip.Entry.of("./" + STEM + "/train/ai/0.png"), new byte[] {99});
    write(zip);

    GenImage genImage = GenImage.open(root);

    assertThat(genImage.missing())
        .contains(
            "archive %s: 1 images have the name of a later one, which is used instead"
                .formatted(root.resolve(STEM)));
    assertThat(genImage.train().sample(2).content().read()).containsExactly(99);
  }

  @Test
  void open_anotherNameInTheLocalHeader_isRefused() throws IOException {
    RawZip zip = layout("/", "%s/%s/%s/%d.png", 3);
    zip.add(
        RawZip.Entry.of(STEM + "/train/ai/5.png").localName(STEM + "/train/ai/4.png"), new byte[9]);
    write(zip);

    assertThatThrownBy(() -> GenImage.open(root))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(
            "archive %s: is damaged: %2$s/train/ai/4.png is called %2$s/train/ai/5.png in its directory; get it again"
                .formatted(root.resolve(STEM), STEM));
  }

  /** Every fifth bit of the directory and the end: so each place in a byte is met. */
  @Test
  void open_oneWrongBit_neverLosesOrRenamesWithoutAWord() throws IOException {
    RawZip zip = new RawZip();
    int content = 1;
    for (String folder : folders("/")) {
      byte[] stored = (folder + "图.png").getBytes(GBK);
      zip.add(
          RawZip.Entry.of(stored).unicode(folder + "图.png", true), new byte[] {(byte) content++});
      zip.add(RawZip.Entry.of(folder + "n0.JPEG"), new byte[] {(byte) content++});
    }
    byte[] good = zip.toBytes();
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path file = disk.getPath("/genimage/" + STEM + ".zip");
      Files.createDirectory(file.getParent());
      Files.write(file, good);
      Map<String, Integer> expected = all(file.getParent());
      List<Integer> silent = new ArrayList<>();
      for (int bit = 8 * zip.directoryStart(); bit < 8 * good.length; bit += 5) {
        byte[] bad = good.clone();
        bad[bit / 8] ^= (byte) (1 << bit % 8);
        Files.write(file, bad);
        try {
          if (!all(file.getParent()).equals(expected)) {
            silent.add(bit);
          }
        } catch (DatasetException | IOException e) {
          assertThat(e).hasMessageNotContaining("null");
        }
      }
      assertThat(expected).hasSize(8);
      assertThat(silent).isEmpty();
    }
  }

  /** In a large archive only headers of odd entries are read at opening, the others later. */
  @Test
  void open_oneWrongBitInALargeArchive_neverLosesOrRenamesWithoutAWord() throws IOException {
    RawZip zip = new RawZip();
    for (String folder : folders("/")) {
      for (int i = 0; i < 1100; i++) {
        zip.add(RawZip.Entry.of(folder + "n" + i + ".png"), new byte[] {(byte) i});
      }
    }
    byte[] good = zip.toBytes();
    Path file = Files.write(root.resolve(STEM + ".zip"), good);
    Set<String> expected = names(GenImage.open(root).train());
    int name =
        indexOf(
            good, "train/ai/n500.png".getBytes(StandardCharsets.US_ASCII), zip.directoryStart());
    for (int bit = 8 * (name - STEM.length() - 1); bit < 8 * (name + 16); bit += 3) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, bad);
      try {
        ImageDataset train = GenImage.open(root).train();
        assertThat(train.size()).as("bit %d", bit).isEqualTo(2200);
        assertThat(train.samples().stream().filter(sample -> !expected.contains(sample.name())))
            .as("bit %d", bit)
            .hasSize(1)
            .noneMatch(ArchiveNamesTest::isReadable);
      } catch (DatasetException e) {
        assertThat(e).hasMessageContaining("archive ");
      }
    }
  }

  private static Set<String> names(ImageDataset data) {
    return data.samples().stream().map(Sample::name).collect(Collectors.toSet());
  }

  private static boolean isReadable(Sample sample) {
    try {
      sample.content().read();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Map<String, Integer> all(Path root) throws IOException {
    GenImage genImage = GenImage.open(root);
    if (genImage.missing().stream().anyMatch(line -> line.startsWith("archive "))) {
      throw new DatasetException("reported");
    }
    Map<String, Integer> all = new TreeMap<>();
    for (ImageDataset data : List.of(genImage.train(), genImage.validation())) {
      for (Sample sample : data.samples()) {
        all.put(sample.name() + sample.label(), (int) sample.content().read()[0]);
      }
    }
    return all;
  }

  private void assertHasTwoImagesPerFolder() throws IOException {
    GenImage genImage = GenImage.open(root);
    assertThat(genImage.generators()).containsExactly(Generator.ADM);
    List<Integer> contents = new ArrayList<>();
    for (ImageDataset data : List.of(genImage.train(), genImage.validation())) {
      for (Sample sample : data.samples()) {
        contents.add((int) sample.content().read()[0]);
      }
    }
    assertThat(contents).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
  }

  private static Map<String, Integer> contents(ImageDataset data) throws IOException {
    Map<String, Integer> contents = new LinkedHashMap<>();
    for (Sample sample : data.samples()) {
      String name = sample.name().substring(sample.name().lastIndexOf('/') + 1);
      contents.put(
          contents.containsKey(name) ? name + "'" : name, sample.content().read()[0] & 0xff);
    }
    return contents;
  }

  private static List<String> folders(String separator) {
    List<String> folders = new ArrayList<>();
    for (String split : List.of("train", "val")) {
      for (String label : List.of("nature", "ai")) {
        folders.add(String.join(separator, STEM, split, label, ""));
      }
    }
    return folders;
  }

  private static RawZip layout(String separator, String pattern, int host) {
    RawZip zip = new RawZip();
    int content = 1;
    for (String folder : folders(separator)) {
      String[] parts = folder.split(Pattern.quote(separator));
      for (int i = 0; i < 2; i++) {
        String name = pattern.formatted(parts[0], parts[1], parts[2], i);
        zip.add(RawZip.Entry.of(name).host(host), new byte[] {(byte) content++});
      }
    }
    return zip;
  }

  private void write(RawZip zip) throws IOException {
    Files.write(root.resolve(STEM + ".zip"), zip.toBytes());
  }

  private static int indexOf(byte[] bytes, byte[] wanted, int from) {
    for (int i = from; i + wanted.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }
}
