package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  private static final Fakes.RedDetector DETECTOR =
      new Fakes.RedDetector(Map.of("training data", "{\"a\": \"" + "x".repeat(5000) + "\"}"));

  @TempDir Path folder;

  private static Report.Builder small() {
    return Report.builder("Red on a toy", Evaluation.of(DETECTOR, Fakes.dataset()).run());
  }

  private static Report full() {
    ImageDataset data = Fakes.dataset();
    return small()
        .data("Flat images.")
        .simulated("No photographs: flat colours.")
        .baselines(Baselines.of(data, Progress.NONE))
        .robustness(
            List.of(
                new RobustnessRow("FGSM", "L∞ 8/255", new Proportion(6, 8), new Proportion(1, 8))))
        .gallery(data)
        .losses(List.of(0.7, 0.4, 0.2))
        .manifest(Map.of("seed", "42"))
        .build();
  }

  @Test
  void html_everySection_isThere() {
    assertThat(full().html())
        .contains("<h1>Red on a toy</h1>", "Red on 8 images: 4 natural, 4 by AI. Flat images.")
        .contains("Simulated data", "No photographs: flat colours.")
        .contains("75.0\u202f%", "40.9 – 92.9", "6 of 8 images right")
        .contains("Accuracy by generator", ">ADM<", ">BigGAN<")
        .contains("Beside trivial rules", "Under attack", "FGSM, L∞ 8/255", "12.5\u202f%")
        .contains("Natural images wrongly accused", "title=\"7.png\"", "data:image/png;base64,")
        .contains("1 of 4 (25.0\u202f%", "Training loss", "<dt>seed</dt><dd>42</dd>");
  }

  @Test
  void html_optionalSections_areLeftOut() {
    assertThat(small().build().html())
        .doesNotContain("Simulated data", "trivial rules", "Under attack", "Surest", "Training<")
        .doesNotContain("{{")
        .contains("What a score does not prove");
  }

  @Test
  void html_full_loadsNothingFromElsewhere() {
    assertThat(full().html())
        .doesNotContain("http:", "https:", "<script", "<link", "url(", "@import");
  }

  @Test
  void html_marks_everySvgIsWellFormed() throws Exception {
    String html = full().html();
    int charts = 0;
    for (int at = html.indexOf("<svg"); at >= 0; at = html.indexOf("<svg", at + 1)) {
      String svg = html.substring(at, html.indexOf("</svg>", at) + 6);
      javax.xml.parsers.DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new org.xml.sax.InputSource(new StringReader(svg)));
      assertThat(svg).doesNotContain("NaN", "Infinity");
      charts++;
    }
    assertThat(charts).isEqualTo(6);
  }

  @Test
  void html_hostileText_isEscaped() {
    String hostile = "<img src=x onerror=alert(1)>\"'&";
    Generator generator = new Generator(hostile, "folder", "archive", 8);
    ImageDataset data =
        ImageDataset.of(
            List.of(
                Fakes.sample(hostile + "1", 9, Label.AI, generator),
                Fakes.sample(hostile + "2", 9, Label.NATURE, generator)));
    EvaluationResult result =
        new EvaluationResult(
            hostile,
            Map.of(hostile, hostile),
            hostile,
            Evaluation.of(DETECTOR, data).run().scores(),
            List.of(new Failure(hostile, generator, Label.AI, hostile)),
            2,
            Duration.ofSeconds(75));

    String html =
        Report.builder(hostile, result)
            .data(hostile)
            .simulated(hostile)
            .baselines(Baselines.of(data, Progress.NONE))
            .robustness(
                List.of(
                    new RobustnessRow(
                        hostile, hostile, new Proportion(1, 2), new Proportion(0, 2))))
            .gallery(data)
            .manifest(Map.of(hostile, hostile))
            .build()
            .html();

    assertThat(html).doesNotContain("<img src=x").contains("&lt;img src=x onerror=alert(1)&gt;");
    assertThat(html).contains("1 image could not be read", "1 min 15 s");
  }

  @Test
  void html_foreignLocale_isTheSame() {
    Locale before = Locale.getDefault();
    EvaluationResult result = Fakes.result(600);
    String expected = Report.builder("t", result).build().html();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertThat(Report.builder("t", result).build().html()).isEqualTo(expected);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void html_imageGoneSince_saysSo() {
    String html = small().gallery(ImageDataset.of(List.of())).build().html();
    assertThat(html).contains("no longer readable");
  }

  @Test
  void html_manyScores_staysSmall() {
    EvaluationResult result = Fakes.result(6000);
    assertThat(Report.builder("t", result).build().html().length()).isLessThan(120_000);
  }

  @Test
  void write_newFolder_isMade() throws IOException {
    Path file = folder.resolve("a/b/report.html");
    Report report = full();
    report.write(file);
    assertThat(file).hasContent(report.html());
    assertThat(filesIn(file.getParent())).containsExactly(file);
  }

  @Test
  void write_again_replaces() {
    Path file = folder.resolve("report.html");
    new Report("old").write(file);
    new Report("new").write(file);
    assertThat(file).hasContent("new");
  }

  @Test
  void write_impossible_saysWhereAndLeavesNothing() throws IOException {
    Path file = folder.resolve("taken");
    Files.createDirectories(file.resolve("by a folder"));
    assertThatThrownBy(() -> new Report("new").write(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("report " + file + " could not be written (")
        .hasMessageEndingWith("); choose another place or make room there");
    assertThat(filesIn(folder)).containsExactly(file);

    Path below = folder.resolve("file");
    Files.writeString(below, "old");
    assertThatThrownBy(() -> new Report("new").write(below.resolve("report.html")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith(
            "report %s could not be written (%s is a file, not a folder)"
                .formatted(below.resolve("report.html"), below));
    assertThat(below).hasContent("old");
  }

  @Test
  void write_fullDisk_saysSoAndKeepsTheEarlierReport() throws IOException {
    Configuration small =
        Configuration.unix().toBuilder().setMaxSize(64 * 1024).setBlockSize(1024).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      Path file = disk.getPath("/disk/report.html");
      new Report("old").write(file);

      assertThatThrownBy(() -> new Report("new ".repeat(50_000)).write(file))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("report " + file + " could not be written (")
          .hasMessageEndingWith("); choose another place or make room there");
      assertThat(Files.readString(file)).isEqualTo("old");
      assertThat(filesIn(file.getParent())).containsExactly(file);
    }
  }

  @Test
  void losses_notANumber_areRefused() {
    assertThatThrownBy(() -> small().losses(List.of(0.7, Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("losses must be finite and from 0, got [0.7, NaN]");
    assertThat(small().losses(List.of(0.0)).build().html()).contains("Training loss");
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return new ArrayList<>(files.toList());
    }
  }
}
