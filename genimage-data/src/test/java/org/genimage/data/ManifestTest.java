package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {

  @TempDir Path folder;

  @Test
  void ofManifest_csv_isRead() throws IOException {
    Path file =
        write(
            "mine.csv",
            """
            label, path, note, generator
            nature, a/1.jpg, , glide
            FAKE, "b, 2.png", x, Painter 2

            1, /c/3.png, x,
            """);

    List<Sample> samples = ImageDataset.ofManifest(file).samples();

    assertThat(samples)
        .extracting(Sample::name)
        .containsExactly(
            folder.resolve("a/1.jpg").toString(),
            folder.resolve("b, 2.png").toString(),
            "/c/3.png");
    assertThat(samples).extracting(Sample::label).containsExactly(Label.NATURE, Label.AI, Label.AI);
    assertThat(samples)
        .extracting(Sample::generator)
        .containsExactly(Generator.GLIDE, Generator.named("Painter 2"), Generator.named("mine"));
  }

  @Test
  void listedImages_keepAllColumns() throws IOException {
    ListedImages list =
        ListedImages.read(
            write(
                "mine.csv",
                """
                path,label,split,source
                1.png,ai,train,
                2.png,nature,val,home
                3.png,nature,train,home
                """));

    assertThat(list.images().samples()).hasSize(3);
    assertThat(list.where("split", "train").samples())
        .extracting(Sample::name)
        .containsExactly(folder.resolve("1.png").toString(), folder.resolve("3.png").toString());
    assertThat(list.value(list.images().sample(0), "source")).isEmpty();
    assertThat(list.value(list.images().sample(1), "source")).contains("home");
    assertThat(list.has("source")).isTrue();
    assertThat(list.has("camera")).isFalse();
    assertThat(list.where("camera", "x").samples()).isEmpty();
  }

  @Test
  void listedImages_jsonLines_keepNumbers() throws IOException {
    ListedImages list =
        ListedImages.read(write("mine.jsonl", "{\"path\": \"1\", \"label\": 1, \"quality\": 90}"));

    assertThat(list.value(list.images().sample(0), "quality")).contains("90");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.png", "./1.png", "a/../1.png"})
  void listedImages_imageInTwoLines_isRefused(String again) throws IOException {
    Path file = write("mine.csv", "path,label\n1.png,ai\n%s,nature\n".formatted(again));

    assertThatThrownBy(() -> ListedImages.read(file))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("each image once")
        .hasMessageContaining("1.png twice");
  }

  @Test
  void ofManifest_jsonLines_isRead() throws IOException {
    Path file =
        write(
            "mine.jsonl",
            """
            {"path": "1.jpg", "label": 0}
            {"path": "2.png", "label": "ai", "generator": "ADM", "width": 256}
            """);

    List<Sample> samples = ImageDataset.ofManifest(file).samples();

    assertThat(samples).extracting(Sample::label).containsExactly(Label.NATURE, Label.AI);
    assertThat(samples)
        .extracting(Sample::generator)
        .containsExactly(Generator.named("mine"), Generator.ADM);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x.csv   | path,label\\n1.png,ai\\n2.png,cat\\n  | line 3 | label \"cat\"",
        "x.csv   | path,label\\n1.png,ai\\n,ai\\n        | line 3 | no path",
        "x.csv   | file,label\\n1.png,ai\\n              | line 2 | no path",
        "x.csv   | path,kind\\n1.png,ai\\n               | line 2 | no label in {",
        "x.csv   | path,label\\n1.png,\\n               | line 2 | no label in {",
        "x.csv   | path,label\\n1.png,ai\\n\"2.png,ai\\n | line 4 | ",
        "x.csv   | path,label\\n1.png,ai,ADM,9\\n        | line 2 | ",
        "x.jsonl | {\"path\":\"1\",\"label\":1}\\n{oops}  | line 2 | ",
        "x.jsonl | {\"path\":\"1\",\"label\":1}\\n{\"path\":\"1\"} | line 2 | label",
        "x.jsonl | {\"path\":\"1\",\"label\":1}\\n{\"path\":\"1\",\"la | line 2 | ",
      })
  void ofManifest_wrongLine_isNamed(String name, String content, String line, String found)
      throws IOException {
    Path file = write(name, content.replace("\\n", "\n"));

    assertThatThrownBy(() -> ImageDataset.ofManifest(file))
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(file + ", " + line + ": expected path, label")
        .hasMessageContaining(found == null ? "found" : found);
  }

  @ParameterizedTest
  @ValueSource(strings = {"path,label\n", "", "\n"})
  void ofManifest_nothing_isRefused(String content) throws IOException {
    Path empty = write("x.csv", content);

    assertThatThrownBy(() -> ImageDataset.ofManifest(empty))
        .isInstanceOf(DatasetException.class)
        .hasMessageEndingWith("found no line");
    assertThatThrownBy(() -> ImageDataset.ofManifest(folder.resolve("none.csv")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("found no file there");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil", "/x", "a/../../x", "..", ".", "C:\\x", "\\\\server\\x", "a\tb", " "})
  void ofManifest_generatorThatIsAPath_isRefusedByName(String generator) throws IOException {
    Path file =
        write(
            "x.jsonl",
            new ObjectMapper()
                .writeValueAsString(
                    Map.of("path", "1.png", "label", "ai", "generator", generator)));

    assertThatThrownBy(() -> ImageDataset.ofManifest(file))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining("generator \"%s\"".formatted(generator));
  }

  @Test
  void ofManifest_generatorThatIsAFormula_isAName() throws IOException {
    Path file =
        write(
            "x.csv",
            "path,label,generator\n1.png,ai,\"=HYPERLINK(\"\"http://a.b\"\",\"\"x\"\")\"\n");

    assertThat(ImageDataset.ofManifest(file).sample(0).generator().name())
        .isEqualTo("=HYPERLINK(\"http://a.b\",\"x\")");
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-16, UTF-16",
    "UTF-16LE, UTF-16",
    "UTF-16BE, UTF-16",
    "windows-1252, another encoding in line 3"
  })
  void ofManifest_otherEncoding_isNamedAndTheFileClosed(String charset, String found)
      throws IOException {
    Path file = folder.resolve("mine.csv");
    Files.write(file, "path,label\n1.png,ai\né.png,ai\n".getBytes(Charset.forName(charset)));
    long open = openFiles();

    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> ImageDataset.ofManifest(file))
          .isInstanceOf(DatasetException.class)
          .hasMessageStartingWith(file + ": expected a list of images in UTF-8, found ")
          .hasMessageContaining("not UTF-8 but " + found);
    }
    assertThat(openFiles()).isLessThan(open + 10);
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

  @Test
  void ofManifest_fileWithoutAName_hasItsWholeNameAsGenerator() throws IOException {
    Path file = write(".csv", "path,label\n1.png,ai\n");

    assertThat(ImageDataset.ofManifest(file).sample(0).generator())
        .isEqualTo(Generator.named(".csv"));
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  @ParameterizedTest
  @CsvSource({"x.csv, 'path,label\n1.png,ai\n'", "x.jsonl, '{\"path\":\"1.png\",\"label\":1}'"})
  void ofManifest_byteOrderMark_isSkipped(String name, String content) throws IOException {
    Path file = write(name, "\ufeff" + content);

    assertThat(ImageDataset.ofManifest(file).samples())
        .extracting(Sample::name)
        .containsExactly(folder.resolve("1.png").toString());
  }
}
