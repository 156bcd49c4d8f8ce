package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.fuzz.OtherProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuarantineTest {

  private static final String PLACE = "imagenet_ai_0419_biggan/train/ai/116_biggan_00081.png";

  @TempDir Path folder;

  @Test
  void read_whatWasWritten_isTheSame() {
    Quarantine quarantine =
        new Quarantine(Map.of(PLACE, "truncated", "mine/val/nature/a b.jpg", ""));

    quarantine.writeTo(folder.resolve("list"));

    assertThat(Quarantine.read(folder.resolve("list"))).isEqualTo(quarantine);
  }

  @Test
  void writeTo_whatWasWrittenBefore_isReplaced() {
    Path file = folder.resolve("a/b/list");
    new Quarantine(Map.of(PLACE, "truncated")).writeTo(file);

    new Quarantine(Map.of("mine/val/nature/1.png", "")).writeTo(file);

    assertThat(file)
        .hasContent(
            "# genimage quarantine, version 1: 1 images, CRC32C %s\nmine/val/nature/1.png\n"
                .formatted(crc32c("mine/val/nature/1.png\n")));
  }

  private static String crc32c(String text) {
    return Hashing.crc32c()
        .hashString(text, StandardCharsets.UTF_8)
        .toString()
        .replaceAll("(..)(..)(..)(..)", "$4$3$2$1"); // Guava prints the lowest byte first
  }

  @Test
  void read_namesWithControlCharacters_areTheSame() throws IOException {
    Map<String, String> reasons =
        Map.of(
            "mine/val/ai/a\nb.png", "a\tb\nc",
            "mine/val/ai/a\tb.png", "",
            "mine/val/ai/a\r.png", "x",
            "mine/val/ai/\u007f見\\xE9.png", "",
            "mine/val/ai/a\\x5Cx0A.png", "",
            "#mine/val/ai/a.png", "",
            " mine/val/ai/a.png", "");
    Path file = folder.resolve("list");

    new Quarantine(reasons).writeTo(file);

    assertThat(Files.readAllLines(file))
        .hasSize(8)
        .contains("mine/val/ai/a\\x0Ab.png\ta\\x09b\\x0Ac");
    assertThat(Quarantine.read(file).reasons()).isEqualTo(reasons);
  }

  @Test
  void read_listThatWasCutAnywhere_isRefused() throws IOException {
    Path file = folder.resolve("list");
    new Quarantine(Map.of(PLACE, "truncated", "mine/val/nature/a b.jpg", "")).writeTo(file);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length - 1; length++) {
      Files.write(file, Arrays.copyOf(whole, length));

      assertThatThrownBy(() -> Quarantine.read(file))
          .as("%s bytes", length)
          .isInstanceOf(DatasetException.class)
          .hasMessageStartingWith(file + ": expected a ");
    }
  }

  @Test
  void read_listThatWasChanged_isRefusedUntilItsFirstLineIsGone() throws IOException {
    Path file = folder.resolve("list");
    new Quarantine(Map.of(PLACE, "truncated")).writeTo(file);
    String changed = Files.readString(file) + "mine/val/nature/1.png\n";
    Files.writeString(file, changed);

    assertThatThrownBy(() -> Quarantine.read(file))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            file
                + ": expected a whole list, found one that is empty, cut or changed; get it again,"
                + " or remove its first line if you changed it");
    Files.writeString(file, changed.substring(changed.indexOf('\n') + 1));
    assertThat(Quarantine.read(file).reasons()).hasSize(2);
    Files.writeString(file, "# genimage quarantine, version 2: 1 images\n" + PLACE + "\n");
    assertThatThrownBy(() -> Quarantine.read(file)).hasMessageContaining("newer genimage");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32LE", "windows-1252", "GBK"})
  void read_otherEncoding_isNamed(String charset) throws IOException {
    Path file = folder.resolve("list");
    String text =
        charset.equals("GBK") ? PLACE + "\n誠/val/ai/1.png\n" : PLACE + "\nmé/val/ai/1.png\n";
    String mark = charset.equals("UTF-32LE") ? "\ufeff" : "";
    Files.write(file, (mark + text).getBytes(Charset.forName(charset)));

    assertThatThrownBy(() -> Quarantine.read(file))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("not UTF-8 but ")
        .hasMessageContaining(
            charset.startsWith("UTF") ? charset.substring(0, 6) : "another encoding in line 2");
  }

  /** Opening the pipe would wait for ever. */
  @Test
  @Timeout(20)
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void read_namedPipe_isRefused() throws Exception {
    Path pipe = folder.resolve("list");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> Quarantine.read(pipe))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("a named pipe, a device or a socket");
    assertThatThrownBy(() -> ImageDataset.ofManifest(pipe))
        .hasMessageContaining("a named pipe, a device or a socket");
    assertThatThrownBy(() -> ArchiveChecksums.read(pipe))
        .hasMessageContaining("a named pipe, a device or a socket");
    assertThatThrownBy(() -> PackedImages.open(pipe))
        .hasMessageContaining("a named pipe, a device or a socket");
  }

  @Test
  void read_endlessDevice_isRefused() throws IOException {
    Path link = folder.resolve("list");
    Files.createSymbolicLink(link, Path.of("/dev/zero"));

    assertThatThrownBy(() -> Quarantine.read(link))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("a named pipe, a device or a socket");
    assertThatThrownBy(() -> ImageDataset.ofManifest(link))
        .hasMessageContaining("a named pipe, a device or a socket");
  }

  @Test
  void writeTo_fullDisk_namesThePathAndKeepsTheEarlierList() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setMaxSize(8 * 1024).setBlockSize(1024).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = disk.getPath("/data/list");
      new Quarantine(Map.of(PLACE, "truncated")).writeTo(file);
      Quarantine large = new Quarantine(Map.of(PLACE, "x".repeat(10_000)));

      assertThatThrownBy(() -> large.writeTo(file))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("/data/list: the list cannot be written (")
          .hasMessageEndingWith("); choose another file");

      assertThat(Quarantine.read(file).reasons()).containsEntry(PLACE, "truncated");
      try (Stream<Path> left = Files.list(file.getParent())) {
        assertThat(left).containsExactly(file);
      }
    }
  }

  @Test
  void read_publishedList_isUnderstood() throws IOException {
    Path file = folder.resolve("list");
    Files.writeString(file, "# damaged\n\n./" + PLACE + "\n./data/mine/Val/NATURE/1.png\n");

    assertThat(Quarantine.read(file).reasons()).containsOnlyKeys(PLACE, "mine/val/nature/1.png");
  }

  @Test
  void writeTo_whileAnotherProcessWrites_saysSo_andNotOnceItIsKilled() throws Exception {
    Path file = folder.resolve("list");
    Quarantine old = new Quarantine(Map.of(PLACE, "truncated"));
    Quarantine next = new Quarantine(Map.of(PLACE, "another reason"));
    old.writeTo(file);
    try (OtherProcess other = OtherProcess.writing(file)) {
      assertThatThrownBy(() -> next.writeTo(file))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage(
              file
                  + ": the list cannot be written (another process is writing it); choose another"
                  + " file");
      other.kill();
    }
    assertThat(Quarantine.read(file)).isEqualTo(old);

    next.writeTo(file);

    assertThat(Quarantine.read(file)).isEqualTo(next);
  }

  @Test
  void open_quarantine_leavesTheImageOut() throws IOException {
    for (String split : new String[] {"train", "val"}) {
      for (Label label : Label.values()) {
        Path images =
            Files.createDirectories(folder.resolve("BigGAN/" + split + "/" + label.folder()));
        Files.createFile(images.resolve("116_biggan_00081.png"));
        Files.createFile(images.resolve("116_biggan_00082.png"));
      }
    }
    OpenOptions options = OpenOptions.DEFAULT.quarantine(new Quarantine(Map.of(PLACE, "")));
    GenImage genImage = GenImage.open(folder, options);

    assertThat(genImage.train().samples())
        .extracting(sample -> sample.label() + " " + Path.of(sample.name()).getFileName())
        .containsExactly(
            "NATURE 116_biggan_00081.png",
            "NATURE 116_biggan_00082.png",
            "AI 116_biggan_00082.png");
    assertThat(genImage.validation().size()).isEqualTo(4);
    assertThat(genImage.train().draw(2, 1).selection())
        .isEqualTo("without the images of a quarantine of 1");
  }

  @Test
  void read_otherContent_isRefused() throws IOException {
    Path file = folder.resolve("list");
    Files.writeString(file, PLACE + "\n116_biggan_00081.png\n");

    assertThatThrownBy(() -> Quarantine.read(file))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            file
                + ", line 2: expected GENERATOR/SPLIT/CLASS/FILE as in GenImage, found"
                + " 116_biggan_00081.png");
    assertThatThrownBy(() -> Quarantine.read(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("expected a list of images to leave out");
  }
}
