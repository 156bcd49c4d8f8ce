package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @Test
  void ofManifest_nothing_isRefused() throws IOException {
    Path empty = write("x.csv", "path,label\n");

    assertThatThrownBy(() -> ImageDataset.ofManifest(empty))
        .isInstanceOf(DatasetException.class)
        .hasMessageEndingWith("found no line");
    assertThatThrownBy(() -> ImageDataset.ofManifest(folder.resolve("none.csv")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("found no file there");
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
