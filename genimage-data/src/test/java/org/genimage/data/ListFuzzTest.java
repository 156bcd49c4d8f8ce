package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.fuzz.Fuzzer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged lists are read or refused, and closed. */
class ListFuzzTest {

  private static final String PLACE = "imagenet_ai_0419_biggan/train/ai/116_biggan_00081.png";

  @TempDir Path folder;

  @Test
  @Tag("fuzz")
  void ofManifest_damagedList_isReadOrRefused() throws IOException {
    for (String name : List.of("mine.csv", "mine.jsonl")) {
      Path file = folder.resolve(name);
      byte[] seed =
          (name.endsWith("csv")
                  ? "path,label,generator\n\"a,b.png\",ai,ADM\nb.png,0,\n"
                  : "{\"path\":\"é.png\",\"label\":0}\n{\"path\":\"a\",\"label\":\"ai\",\"generator\":\"x\"}\n")
              .getBytes(StandardCharsets.UTF_8);
      long open = openFiles();

      Fuzzer.of(seed)
          .allowing(DatasetException.class)
          .run(
              "list " + name,
              input -> {
                Files.write(file, input);
                ImageDataset.ofManifest(file)
                    .samples()
                    .forEach(sample -> sample.generator().name());
              });
      assertThat(openFiles()).isLessThan(open + 20);
    }
  }

  @Test
  @Tag("fuzz")
  void read_damagedList_isReadOrRefused() throws IOException {
    Path file = folder.resolve("list");
    new Quarantine(Map.of(PLACE, "truncated", "mine/val/nature/a\tb.jpg", "x")).writeTo(file);
    byte[] whole = Files.readAllBytes(file);
    byte[] byHand =
        Files.readString(file).replaceFirst(".*\n", "").getBytes(StandardCharsets.UTF_8);

    Fuzzer.of(whole, byHand)
        .allowing(DatasetException.class)
        .run(
            "quarantine",
            input -> {
              Files.write(file, input);
              Quarantine.read(file).writeTo(file);
              Quarantine.read(file);
            });
  }

  @Test
  @Tag("fuzz")
  void checksums_damagedList_areReadOrRefused() throws IOException {
    Path file = folder.resolve("checksums");
    byte[] list =
        ("md5Checksum,originalFilename\n\"0123456789abcdef0123456789abcdef\",\"a.z01\"\n"
                + "0123456789ABCDEF0123456789abcdef *b/a.zip\n")
            .getBytes(StandardCharsets.UTF_8);

    Fuzzer.of(list)
        .allowing(DatasetException.class)
        .run(
            "checksums",
            input -> {
              Files.write(file, input);
              ArchiveChecksums.read(file);
            });
  }

  /** Returns the number of open files on Linux, 0 elsewhere. */
  private static long openFiles() throws IOException {
    Path open = Path.of("/proc/self/fd");
    if (!Files.isDirectory(open)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(open)) {
      return files.count();
    }
  }
}
