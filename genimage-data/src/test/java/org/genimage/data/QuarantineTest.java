package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    assertThat(file).hasContent("mine/val/nature/1.png\n");
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
