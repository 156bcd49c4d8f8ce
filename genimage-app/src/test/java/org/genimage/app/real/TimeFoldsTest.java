package org.genimage.app.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.genimage.app.command.UsageException;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.eval.protocol.Fold;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On lists whose images are not read: files without content. */
class TimeFoldsTest {

  @TempDir Path folder;

  private final List<String> lines = new ArrayList<>();

  /** Writes the header and six photographs. */
  @BeforeEach
  void begin() {
    lines.add("path,label,generator,released,split");
    for (int i = 0; i < 6; i++) {
      lines.add("p%s.png,nature,,,train".formatted(i));
    }
    lines.add("held.png,ai,Newest,2025-01-01,val");
  }

  /** Adds two images of a generator, of which the second has no date. */
  private void add(String generator, String released) {
    for (int i = 0; i < 2; i++) {
      String path = generator.replace(' ', '-') + i + ".png";
      lines.add("%s,ai,%s,%s,train".formatted(path, generator, i == 0 ? released : ""));
    }
  }

  private List<Fold> folds(int size) throws IOException {
    for (String line : lines.subList(1, lines.size())) {
      Files.write(folder.resolve(line.substring(0, line.indexOf(','))), new byte[0]);
    }
    Path list = Files.write(folder.resolve("list.csv"), lines);
    return TimeFolds.of(SourcedImages.read(list, 1), size, 1);
  }

  private static List<String> generators(ImageDataset images) {
    return images.samples().stream()
        .filter(sample -> sample.label() == Label.AI)
        .map(sample -> sample.generator().name())
        .distinct()
        .sorted()
        .toList();
  }

  private static long photographs(ImageDataset images) {
    return images.samples().stream().filter(sample -> sample.label() == Label.NATURE).count();
  }

  @Test
  void folds_goThroughTime_andDealThePhotographs() throws IOException {
    add("Old", "2020-03-04");
    add("SDXL", ""); // 2023-07-26
    add("GLIDE", ""); // 2021-12-20
    add("Twin", "2021-12-20");

    List<Fold> folds = folds(1);

    assertThat(folds)
        .extracting(Fold::name)
        .containsExactly("2021-12-20: GLIDE, Twin", "2023-07-26: SDXL");
    assertThat(generators(folds.get(0).training())).containsExactly("Old");
    assertThat(generators(folds.get(0).test())).containsExactly("GLIDE", "Twin");
    assertThat(generators(folds.get(1).training())).containsExactly("GLIDE", "Old", "Twin");
    assertThat(generators(folds.get(1).test())).containsExactly("SDXL");
    for (Fold fold : folds) {
      assertThat(photographs(fold.test())).isEqualTo(3);
      assertThat(photographs(fold.training())).isEqualTo(3);
      assertThat(fold.training().samples()).doesNotContainAnyElementsOf(fold.test().samples());
    }
  }

  @Test
  void listedDate_countsMoreThanTheKnownOne_andLongWindowsAreCounted() throws IOException {
    add("SDXL", "2019-01-01");
    for (int i = 1; i <= 9; i++) {
      add("New " + i, "2024-01-0" + i);
    }

    assertThat(folds(5))
        .extracting(Fold::name)
        .containsExactly("2024-01-05 to 2024-01-09: 5 generators");
  }

  @ParameterizedTest
  @CsvSource({
    "Mine, '', 'expected the release date of every generator, found none of Mine; add a column'",
    "Mine, 2022, 'expected a date such as 2022-08-22 in the column released, found ''2022'' at '",
    "Mine, -2022-08-22, 'expected a date such as 2022-08-22 in the column released, found ''-2022'",
    "SDXL, '', 'time windows need AI images of at least two, found those of 1; use smaller'"
  })
  void listWithoutTime_isRefused(String generator, String released, String sentence) {
    add(generator, released);
    assertThatThrownBy(() -> folds(1))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void twoDatesOfOneGenerator_areRefused() {
    add("Mine", "2020-01-01");
    lines.add("again.png,ai,Mine,2021-01-01,train");
    assertThatThrownBy(() -> folds(1))
        .hasMessage(
            "--test windows: expected one date for each generator in the column released, found"
                + " 2020-01-01 and 2021-01-01 for Mine; correct the list, or name the generators in"
                + " its column generator");
  }
}
