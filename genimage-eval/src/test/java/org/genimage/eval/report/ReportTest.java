package org.genimage.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.ByteSource;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.doctor.FileRules;
import org.genimage.data.fuzz.OtherProcess;
import org.genimage.data.image.Image;
import org.genimage.eval.Baselines;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Failure;
import org.genimage.eval.Fakes;
import org.genimage.eval.Scores;
import org.genimage.eval.alignment.Alignment;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.protocol.FoldResult;
import org.genimage.eval.protocol.Protocols;
import org.genimage.eval.protocol.Strata;
import org.genimage.eval.robustness.RobustnessResult;
import org.genimage.eval.statistics.Proportion;
import org.genimage.eval.verdict.VerdictRules;
import org.genimage.eval.verdict.Verdicts;
import org.genimage.models.VerdictRule;
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
    EvaluationResult result = Evaluation.of(DETECTOR, data).run();
    Verdicts verdicts =
        Verdicts.of(VerdictRules.of(0.1, 0.1).choose(result, data), result.scores());
    return small()
        .data("Flat images.")
        .simulated("No photographs: flat colours.")
        .baselines(Baselines.of(data, Progress.NONE))
        .robustness(
            List.of(
                new RobustnessRow("FGSM", "L∞ 8/255", new Proportion(6, 8), new Proportion(1, 8))))
        .protocol(Fakes.protocolResult(Protocols.crossGenerator(), 60))
        .protocol(
            Fakes.protocolResult(Protocols.trainedOnOne(), 0),
            Fakes.protocolResult(Protocols.trainedOnOne(), 2400))
        .degradations(Fakes.degradations())
        .groups(Map.of("Children", Fakes.scores(20, 1)))
        .spectra(Spectra.of(data, Progress.NONE))
        .gallery(data, new Fakes.RedGradientDetector(DETECTOR))
        .samples(data, 180)
        .aligned(SideBySide.run(Evaluation.of(DETECTOR, data), List.of(Alignment.jpegOfBoth(96))))
        .verdicts(verdicts, Map.of("JPEG 30", verdicts.changes(verdicts)))
        .strata("By size", Strata.bySize(result.scores(), data))
        .folds("Leaving one generator out", new FoldResult(Map.of("without ADM", result)))
        .section(() -> "<section><h2>Of my own</h2></section>")
        .losses(List.of(0.7, 0.4, 0.2))
        .manifest(Map.of("seed", "42"))
        .build();
  }

  @Test
  void table_twoColumnsOfOneName_isRefused() {
    List<List<Table.Cell>> rows = List.of(List.of(Table.Cell.text("a"), Table.Cell.count(1)));
    assertThatThrownBy(() -> new Table("t", "A table", List.of("Images", "Images"), rows))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the columns of table t need heads of their own, got [Images, Images]; give each its"
                + " name");
  }

  @Test
  void html_everySection_isThere() {
    assertThat(full().html())
        .contains("<h1>Red on a toy</h1>", "Red on 8 images: 4 natural, 4 by AI. Flat images.")
        .contains("Simulated data", "No photographs: flat colours.")
        .contains("75.0\u202f%", "40.9 – 92.9", "6 of 8 images right")
        .contains("Accuracy by generator", ">ADM<", ">BigGAN<")
        .contains("Compared with trivial rules", "Under attack", "FGSM, L∞ 8/255", "12.5\u202f%")
        .contains(
            "paper 98.8", "paper 56.6/56.2</i><i>+0.5", "paper 71.1", "unbiased 73.5</i><i>+20.0")
        .contains("title=\"Midjourney: no folder val\"", "<li>Midjourney: no folder val</li>")
        .contains("Degraded images", ">JPEG, quality<", "Groups of people", "Children")
        .contains("Spectra", "alt=\"Samples of ADM\"", "data:image/jpeg;base64,", "Of my own")
        .contains("alt=\"map of areas\"", "at most 0.1 % false alarms")
        .contains("Natural images wrongly accused", "title=\"7.png\"", "data:image/png;base64,")
        .contains("1 of 4 (25.0\u202f%", "Training loss", "<dt>seed</dt><dd>42</dd>")
        .contains("With formats made equal", "JPEG 96 on both", "4:2:0")
        .contains("Verdicts that may be unsure", "which needs more images", "AI called natural, %")
        .contains("After a change of the image", ">JPEG 30<", "Coverage against error")
        .contains(
            "Leaving one generator out", "without ADM", "R.Acc", "By size", "below 128 pixels")
        .contains("Chance alone makes");
  }

  /** Three images with one score: every section is defined or left out, and no number is NaN. */
  @Test
  void html_threeEqualScores_isDefined() {
    ImageDataset data =
        ImageDataset.of(
            List.of(
                Fakes.sample("a", 100, Label.AI, Generator.ADM),
                Fakes.sample("b", 100, Label.AI, Generator.BIGGAN),
                Fakes.sample("c", 100, Label.NATURE, Generator.BIGGAN)));
    Evaluation evaluation = Evaluation.of(DETECTOR, data);
    EvaluationResult result = evaluation.run();
    VerdictRule rule = VerdictRules.of(0.01, 0.01).choose(result, data);
    Report report =
        Report.builder("Three", result)
            .baselines(Baselines.of(data, Progress.NONE))
            .aligned(SideBySide.of(result, evaluation, List.of(Alignment.randomJpeg(80, 90))))
            .verdicts(Verdicts.of(rule, result.scores()))
            .strata("By quality", Strata.byQuality(result.scores(), data))
            .folds("Folds", new FoldResult(Map.of("all", result)))
            .build();

    assertThat(report.html())
        .doesNotContain("NaN", "Infinity", "{{")
        .contains("0.0\u202f% of the images are decided", "none of these decisions");
    assertThat(report.tables().stream().map(Table::csv))
        .allSatisfy(csv -> assertThat(csv).doesNotContain("NaN"));
  }

  /** PNG against JPEG: the reader is told before any figure. */
  @Test
  void html_filesThatTell_areTheFirstSentence() {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Sample png = Fakes.sample("" + i, 10 + 5 * i, Label.values()[i % 2], Generator.ADM);
      byte[] jpeg = png.image().toJpeg(90);
      samples.add(
          png.label() == Label.AI
              ? png
              : new Sample(png.name(), ByteSource.wrap(jpeg), png.label(), png.generator()));
    }
    ImageDataset data = ImageDataset.of(samples);
    EvaluationResult result = Evaluation.of(DETECTOR, data).run();
    String sentence =
        "File format alone reaches 100.0 %: the figures below do not measure generation.";
    String html =
        Report.builder("Files", result)
            .aligned(
                SideBySide.of(
                    result, Evaluation.of(DETECTOR, data), List.of(Alignment.jpegOfBoth(96))))
            .build()
            .html();
    assertThat(html).contains(sentence);
    assertThat(html.indexOf(sentence)).isLessThan(html.indexOf("class=\"headline\""));
    assertThat(Report.builder("Files", result).build().html()).doesNotContain(sentence);
    assertThat(
            Report.builder("Files", result)
                .files(Map.of("photos", FileRules.of(data, Progress.NONE)))
                .build()
                .html())
        .contains("photos: " + sentence);
    assertThat(
            List.of(
                Report.builder("Files", result).gallery(data),
                Report.builder("Files", result).mistakes(data),
                Report.builder("Files", result).samples(data, 4)))
        .as("images at hand are examined")
        .allSatisfy(one -> assertThat(one.build().html()).contains(sentence));
  }

  @Test
  void html_tablesAndFolds_showAlignedFiguresAndTheDifference() {
    ImageDataset data = Fakes.dataset();
    EvaluationResult result = Evaluation.of(DETECTOR, data).run();
    EvaluationResult worse =
        new EvaluationResult(
            "Red",
            Map.of(),
            "0",
            result.scores().at(1),
            List.of(),
            0,
            Duration.ZERO,
            Optional.empty());
    Report report =
        Report.builder("Tables")
            .protocol(
                Fakes.protocolResult(Protocols.trainedOnOne(), 2400),
                ImmutableMap.of(
                    "aligned", Fakes.protocolResult(Protocols.trainedOnOne(), 0),
                    "unbiased", Fakes.protocolResult(Protocols.trainedOnOne(), 1200)))
            .folds("Folds", new FoldResult(Map.of("a", result)), new FoldResult(Map.of("a", worse)))
            .build();
    assertThat(report.html())
        .contains("images that are aligned or unbiased, and the difference from ours above")
        .containsPattern("<i>aligned \\d+\\.\\d</i><i>−\\d+\\.\\d</i><i>unbiased ")
        .contains("Balanced accuracy, aligned: mean 50.0");
    assertThat(report.tables().get(0).csv())
        .contains("\"Aligned, %\",\"Aligned, difference\",\"Unbiased, %\"");
    assertThat(report.tables().get(1).csv()).containsPattern("\r\na,8,.*,50,.*,-25\r\n");
  }

  @Test
  void html_optionalSections_areLeftOut() {
    assertThat(small().build().html())
        .doesNotContain(
            "Simulated data", "trivial rules", "Under attack", "Most confident", "Training<")
        .doesNotContain("{{")
        .contains("What a score does not prove");
  }

  @Test
  void html_full_loadsNothingFromElsewhere() {
    assertThat(full().html())
        .doesNotContain("http:", "https:", "<script src", "<link", "url(", "@import");
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
    assertThat(charts).isEqualTo(14);
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
            Duration.ofSeconds(75),
            Optional.empty());

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
    Instant date = Instant.parse("2026-11-29T10:00:00Z");
    String expected = Report.builder("t", result).date(date).build().html();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      assertThat(Report.builder("t", result).date(date).build().html()).isEqualTo(expected);
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
  void html_everyHeading_isInTheContents() {
    String html = full().html();
    String contents = html.substring(html.indexOf("<nav"), html.indexOf("</nav>"));
    assertThat(contents.split("<li>", -1)).hasSize(html.split("<h2 ", -1).length);
    assertThat(contents).contains("<a href=\"#s1\">With formats made equal</a>");
    assertThat(html).contains("<h2 id=\"s1\">With formats made equal</h2>").doesNotContain("<h2>");
  }

  /** What axe reports as serious: a header without text, a scrolling element without focus. */
  @Test
  void html_full_hasNoEmptyHeaderAndNoScrollingWithoutFocus() {
    String html = full().html();
    assertThat(html).doesNotContain("<th></th>").doesNotContainPattern("<th[^>]*></th>");
    assertThat(html).doesNotContainPattern("dd \\{[^}]*overflow: auto");
    for (String table : html.split("<div class=\"table")) {
      if (!table.startsWith("<!DOCTYPE")) {
        assertThat(table.substring(0, table.indexOf('>'))).contains("tabindex=\"0\"");
      }
    }
  }

  @Test
  void html_full_canBeReadByEveryone() {
    ReadablePage.check(full().html());
    ImageDataset data = Fakes.dataset();
    EvaluationResult result = Evaluation.of(DETECTOR, data).run();
    EvaluationResult lacking =
        new EvaluationResult(
            "Red",
            Map.of(),
            "0",
            result.scores(),
            List.of(new Failure("a.png", Generator.ADM, Label.AI, "broken")),
            2,
            Duration.ofSeconds(3),
            Optional.of("two images are one"));
    ReadablePage.check(
        Report.builder("Other sections", lacking)
            .gallery(data)
            .mistakes(data)
            .comparison("the other", result)
            .suite(
                Map.of(
                    "Red",
                    new RobustnessResult(
                        result.scores(), ImmutableMap.of("grey", result.scores().at(0.9)))))
            .build()
            .html());
  }

  @Test
  void readablePage_findsWhatIsMissing() {
    String html = full().html();
    for (String needed :
        List.of(
            "<html lang=\"en\"",
            "<main ",
            "<h1>",
            "<h2 ",
            " alt=\"Samples of ADM\"",
            " role=\"img\"",
            " scope=\"row\"",
            " tabindex=\"0\" role=\"region\"",
            "<header>")) {
      assertThat(html).contains(needed);
      String without = html.replace(needed, needed.startsWith("<") ? "<div " : "");
      assertThatThrownBy(() -> ReadablePage.check(without.replace("<div >", "<div>")), needed)
          .isInstanceOf(AssertionError.class);
    }
  }

  /** WCAG 2.2: 4.5 for letters, 3 for what is drawn, in the light and in the dark scheme. */
  @Test
  void html_colours_haveEnoughContrast() {
    String html = small().build().html();
    List<Map<String, String>> schemes = new ArrayList<>();
    Matcher blocks = Pattern.compile(":root \\{\\s+(--paper[^}]*--s0[^}]*)\\}").matcher(html);
    while (blocks.find()) {
      Map<String, String> colours = new HashMap<>(schemes.isEmpty() ? Map.of() : schemes.get(0));
      Matcher colour = Pattern.compile("--([\\w-]+): (#\\w+);").matcher(blocks.group(1));
      while (colour.find()) {
        colours.put(colour.group(1), colour.group(2));
      }
      schemes.add(colours);
    }
    assertThat(schemes).hasSize(2).allSatisfy(colours -> assertThat(colours).hasSize(17));
    for (Map<String, String> colours : schemes) {
      String paper = colours.get("paper");
      for (String ground : List.of("paper", "panel", "warn-paper")) {
        for (String letters : List.of("ink", "quiet", "nature", "warn")) {
          assertThat(ReadablePage.contrast(colours.get(letters), colours.get(ground)))
              .as("%s on %s: %s", letters, ground, colours)
              .isGreaterThan(4.5);
        }
      }
      assertThat(ReadablePage.contrast(colours.get("ai"), paper)).isGreaterThan(4.5);
      for (String drawn : List.of("grey", "s0", "s1", "s2", "s3", "s4", "s5", "s6")) {
        assertThat(ReadablePage.contrast(colours.get(drawn), paper)).as(drawn).isGreaterThan(3);
      }
    }
  }

  @Test
  void html_confusion_hasCountsAndShares() {
    assertThat(small().build().html())
        .contains("<td class=\"right\"><b>3</b> <span>75.0\u202f%</span></td>")
        .contains("<td class=\"wrong\"><b>1</b> <span>25.0\u202f%</span></td>");
  }

  @Test
  void html_origin_hasVersionDateAndHashOfTheWeights() {
    String html =
        small()
            .date(Instant.parse("2026-11-29T10:00:00.5Z"))
            .identity(new DetectorIdentity("Red", Map.of(), Optional.of("ab12")))
            .build()
            .html();
    assertThat(html)
        .containsPattern("<dt>genimage</dt><dd>\\d+\\.\\d+\\.\\d+")
        .contains("<dt>date</dt><dd>2026-11-29T10:00:00Z</dd>", "<dd>ab12</dd>");
  }

  /** A long value opens; it is not cut in the middle of a line. */
  @Test
  void html_longRecipe_isFolded() {
    assertThat(small().build().html())
        .contains("<details><summary>{&quot;a&quot;: &quot;" + "x".repeat(73) + " …</summary>");
  }

  @Test
  void html_fewImages_saysWhatTheyCannotTell() {
    assertThat(small().build().html())
        .contains("Few images", "4 natural images only", "up to 60.2\u202f% of such images");
    assertThat(Report.builder("t", Fakes.result(600)).build().html())
        .doesNotContain("Few images", "Verdicts of one side");
  }

  @Test
  void html_verdictsOfOneSide_areAWarning() {
    Scores scores = Fakes.scores(200, 1).at(1);
    EvaluationResult result =
        new EvaluationResult(
            "d", Map.of(), "0", scores, List.of(), 0, Duration.ZERO, Optional.empty());
    assertThat(Report.builder("t", result).build().html())
        .contains("Verdicts of one side", "calls 100.0\u202f% of the images natural");
  }

  /** Bars may be where a label is; the caption has the labels. */
  @Test
  void html_histogram_hasNoLabelOverItsBars() {
    assertThat(full().html())
        .doesNotContain("AI images ↑", "natural images ↓")
        .contains("AI images\n", "upwards, <span class=\"key detector\"></span> natural");
  }

  @Test
  void html_trainingWithRates_hasThreeCurves() {
    String html =
        small()
            .training(
                List.of(
                    new TrainingPoint(0.7, OptionalDouble.of(1e-5), OptionalDouble.of(0.5)),
                    new TrainingPoint(0.3, OptionalDouble.of(4e-5), OptionalDouble.empty()),
                    new TrainingPoint(0.2, OptionalDouble.of(2e-5), OptionalDouble.of(0.9))))
            .build()
            .html();
    assertThat(html)
        .contains("Training loss", "validation accuracy, %", "learning rate, in units of 1e-5");
    assertThatThrownBy(() -> new TrainingPoint(0.1, OptionalDouble.empty(), OptionalDouble.of(90)))
        .hasMessage("expected an accuracy from 0 to 1, found 90.0; give it as a share");
  }

  @Test
  void html_anotherRun_isCompared() {
    ImageDataset data = Fakes.dataset();
    EvaluationResult result = Evaluation.of(DETECTOR, data).run();
    EvaluationResult worse =
        new EvaluationResult(
            "d",
            Map.of(),
            "0",
            result.scores().at(0.9),
            List.of(),
            0,
            Duration.ZERO,
            Optional.empty());
    Report report = Report.builder("t", result).comparison("at 0.9", worse).build();
    assertThat(report.html())
        .contains("Compared with at 0.9", "Chance alone can explain the difference in accuracy");
    assertThat(report.tables()).extracting(Table::name).contains("comparison-1");
  }

  @Test
  void html_suite_isAHeatMapWithTheWorstChange() {
    ImageDataset data = Fakes.dataset();
    Scores clean = Evaluation.of(DETECTOR, data).run().scores();
    RobustnessResult result =
        new RobustnessResult(clean, ImmutableMap.of("jpeg 50", clean, "grey", clean.at(0.9)));
    Report report = small().suite(Map.of("Red", result)).build();
    assertThat(report.html())
        .contains("<h2 id=\"s", ">Robustness</h2>", "<th scope=\"row\">jpeg 50</th>")
        .containsPattern("<td class=\"above[0-9]+\"><b>0.750</b><i>0.0\u202f%</i></td>");
    assertThat(report.tables())
        .extracting(Table::name)
        .contains("robustness", "robustness-changes");
    assertThat(small().suite(Map.of()).build().html()).doesNotContain(">Robustness</h2>");
  }

  @Test
  void html_downloads_areTheTables() {
    Report report = full();
    String link = "download=\"generators.csv\" href=\"data:text/csv;charset=utf-8;base64,";
    int at = report.html().indexOf(link) + link.length();
    String csv = report.html().substring(at, report.html().indexOf('"', at));
    assertThat(new String(Base64.getDecoder().decode(csv), StandardCharsets.UTF_8))
        .isEqualTo(
            report.tables().stream()
                .filter(table -> table.name().equals("generators"))
                .findFirst()
                .orElseThrow()
                .csv());
  }

  @Test
  void mistakes_pictures_lieBesideThePage() throws IOException {
    Report report = small().mistakes(Fakes.dataset()).build();
    Path file = folder.resolve("my page.html");
    report.write(file);
    assertThat(filesIn(folder))
        .containsExactlyInAnyOrder(
            file, folder.resolve("my-page-pictures"), folder.resolve(".my page.html.lock"));
    Path pictures = filesIn(folder.resolve("my-page-pictures")).get(0);
    assertThat(filesIn(pictures)).hasSize(2);
    assertThat(Files.readString(file))
        .contains("2 of 8 images are decided wrongly")
        .contains("src=\"my-page-pictures/" + pictures.getFileName() + "/0001.jpg\"")
        .contains(">6.png</td>", "title=\"7.png\">7.png</td>")
        .doesNotContain("report-pictures");
    assertThat(Image.read(pictures.resolve("0001.jpg")).height()).isEqualTo(Fakes.SIDE);
  }

  /**
   * The other process: writes a picture, says so, and ends in the second one when it is told to.
   */
  static final class Other {

    private Other() {}

    public static void main(String[] arguments) {
      ByteSource last =
          new ByteSource() {
            @Override
            public InputStream openStream() throws IOException {
              OtherProcess.awaitGoingOn();
              Runtime.getRuntime().halt(HALTED);
              return InputStream.nullInputStream();
            }
          };
      page("the other page", ByteSource.wrap(new byte[] {7}), last).write(Path.of(arguments[0]));
    }
  }

  private static final int HALTED = 17;

  private static Report page(String text, ByteSource first, ByteSource second) {
    String html = text + " <img src=\"%s/0001.jpg\">".formatted(Report.PICTURES);
    return new Report("t", html, List.of(), ImmutableMap.of("0001.jpg", first, "0002.jpg", second));
  }

  @Test
  void write_otherProcessWritesAndIsKilled_isRefusedMeanwhileAndTheOldPageStays() throws Exception {
    Path file = folder.resolve("report.html");
    ByteSource one = ByteSource.wrap(new byte[] {1});
    page("the old page", one, one).write(file);
    String old = Files.readString(file);
    try (OtherProcess other = OtherProcess.begun(Other.class, file)) {
      assertThatThrownBy(() -> page("the new page", one, one).write(file))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage(
              "report %s could not be written (another process is writing it); choose another place"
                  + " or make room there",
              file.toAbsolutePath());
      assertThat(other.finish()).isEqualTo(HALTED);
    }
    assertThat(file).hasContent(old);
    assertThat(picture(old)).hasBinaryContent(new byte[] {1});
    assertThat(filesIn(folder.resolve("report-pictures"))).hasSize(2);

    page("the new page", ByteSource.wrap(new byte[] {2}), one).write(file);

    assertThat(picture(Files.readString(file))).hasBinaryContent(new byte[] {2});
    assertThat(filesIn(folder.resolve("report-pictures"))).hasSize(1);
  }

  private Path picture(String html) {
    return folder.resolve(html.substring(html.indexOf('"') + 1, html.lastIndexOf('"')));
  }

  /** 100,000 images with some 20,000 mistakes: the page has rows for the surest 1,000 alone. */
  @Test
  void mistakes_hundredThousandImages_pageHasAThousandRows() {
    EvaluationResult result = Fakes.result(100_000 / 16);
    assertThat(result.scores().size()).isEqualTo(100_000);
    Report report = Report.builder("t", result).mistakes(ImageDataset.of(List.of())).build();
    assertThat(report.html()).contains("; the table has the surest 1,000");
    assertThat(report.html().split("<td class=\"file\"", -1)).hasSize(1_000 + 1);
    assertThat(report.html().length()).isBetween(200_000, 800_000); // 0.54 million on 2026-11-29
  }

  @Test
  void builder_noEvaluation_hasNoHeadline() {
    Report report =
        Report.builder("Tables")
            .protocol(Fakes.protocolResult(Protocols.crossGenerator(), 60))
            .build();
    assertThat(report.html())
        .doesNotContain("class=\"headline\"", "Accuracy by generator", "{{")
        .contains("<h1>Tables</h1>", "What a score does not prove", "Origin");
    assertThatThrownBy(() -> Report.builder("Tables").gallery(Fakes.dataset()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("begin with Report.builder(title, result)");
  }

  @Test
  void contactSheet_anyNumberOfImages_hasFullRows() {
    for (int images = 1; images <= 200; images++) {
      int columns = ContactSheetSection.columns(images);
      assertThat(columns).isBetween(1, 15);
      assertThat(images % columns).as("%s images", images).isLessThanOrEqualTo(images / 8);
    }
    assertThat(ContactSheetSection.columns(24)).isEqualTo(12);
    assertThat(ContactSheetSection.columns(60)).isEqualTo(15);
  }

  /** A page shows curves and counts, not scores: a point of a curve alone takes five characters. */
  @Test
  void html_manyScores_hasLessThanTwoCharactersForEachFurtherOne() {
    int few = Report.builder("t", Fakes.result(1000)).build().html().length();
    int many = Report.builder("t", Fakes.result(2000)).build().html().length();
    assertThat(many - few).isBetween(0, 2 * 16_000);
  }

  @Test
  void tables_full_haveNamesOfTheirOwn() {
    assertThat(full().tables())
        .extracting(Table::name)
        .containsExactly(
            "metrics",
            "alignments",
            "main-2",
            "main-3",
            "generators",
            "confusion",
            "strata-1",
            "folds-2",
            "thresholds",
            "verdicts",
            "verdict-changes",
            "degradations",
            "attacks",
            "groups",
            "baselines",
            "training");
  }

  @Test
  void writeTables_allFormats_areThere() throws IOException {
    full().writeTables(folder);
    assertThat(filesIn(folder)).hasSize(3 + 16);
    assertThat(folder.resolve("report.md"))
        .content()
        .startsWith("# Red on a toy\n\n**Metrics over all images")
        .contains("| ADM | 4 | 0 | 100.0 | 51.0 – 100.0 | 100.0 | 100.0 | 1.000 | 1.000 |");
    assertThat(folder.resolve("report.tex"))
        .content()
        .contains("\\toprule", "Accuracy, \\%", "  ADM & 4 & 0 & 100.0 & 51.0 -- 100.0 & ");
    assertThat(folder.resolve("generators.csv"))
        .content()
        .startsWith("Generator,Images,Unreadable,\"Accuracy, %\",")
        .contains("ADM,4,0,100,51.0 – 100.0,100,100,1,1\r\n");
    assertThat(
            new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(folder.resolve("report.json").toFile())
                .at("/tables/4/rows/1/Accuracy, %")
                .asDouble())
        .isEqualTo(50);
  }

  @Test
  void table_hostileText_isEscapedEverywhere() {
    Table table =
        new Table(
            "x",
            "100 % & more_",
            List.of("a|b", "c"),
            List.of(List.of(Table.Cell.text("\"q\", $5 <b>"), Table.Cell.number(Double.NaN, 1))));
    assertThat(table.markdown()).contains("| a\\|b | c |");
    assertThat(table.latex()).contains("100 \\% \\& more\\_", "\\$5");
    assertThat(table.csv()).isEqualTo("a|b,c\r\n\"\"\"q\"\", $5 <b>\",\r\n");
    assertThat(table.html()).contains("&quot;q&quot;, $5 &lt;b&gt;").contains("<td>–</td>");
    assertThat(table.json().toString()).contains("\"c\":null");
    assertThatThrownBy(() -> new Table("x", "t", List.of("a"), List.of(List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a row of table x needs 1 cells, got 0");
  }

  /** What a spreadsheet would run, or a page of Markdown load, stands there as text. */
  @Test
  void table_formulasAndMarkup_areText() {
    List<String> names =
        List.of(
            "=HYPERLINK(\"http://example.org\",\"x\")",
            "@SUM(1)",
            "+1+1",
            "-1+1|cmd",
            "\t=1",
            "\r=1",
            "\uff1d1",
            "a;=1",
            "-0.5",
            "+2e3",
            "a=1",
            "<img src=x>",
            "![x](http://example.org/x.png)",
            "`code` *bold* \\| a&b");
    Table table =
        new Table(
            "x",
            "<b>title</b>|",
            List.of("=name", "value"),
            names.stream()
                .map(name -> List.of(Table.Cell.text(name), Table.Cell.number(-0.25, 2)))
                .toList());

    assertThat(table.csv().split("\r\n"))
        .containsExactly(
            "'=name,value",
            "\"'=HYPERLINK(\"\"http://example.org\"\",\"\"x\"\")\",-0.25",
            "'@SUM(1),-0.25",
            "'+1+1,-0.25",
            "'-1+1|cmd,-0.25",
            "\"'\t=1\",-0.25",
            "\"'\r=1\",-0.25",
            "'\uff1d1,-0.25",
            "\"a;=1\",-0.25",
            "-0.5,-0.25",
            "+2e3,-0.25",
            "a=1,-0.25",
            "<img src=x>,-0.25",
            "![x](http://example.org/x.png),-0.25",
            "`code` *bold* \\| a&b,-0.25");
    assertThat(table.markdown())
        .startsWith("**&lt;b&gt;title&lt;/b&gt;\\|**\n")
        .contains("| &lt;img src=x&gt; | -0.25 |")
        .contains("| !\\[x\\](http://example.org/x.png) |")
        .contains("| \\`code\\` \\*bold\\* \\\\\\| a&amp;b |")
        .doesNotContain("<img", "<b>");
    assertThat(table.html()).contains("&lt;img src=x&gt;").doesNotContain("<img");
    assertThat(table.latex()).doesNotContain("\r", "\n\n");
  }

  @Test
  void checkWritable_whereAFileIs_saysWhy(@TempDir Path folder) throws IOException {
    Path taken = Files.writeString(folder.resolve("taken"), "");
    assertThatThrownBy(() -> Report.checkWritable(taken))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("report " + taken + " could not be written (")
        .hasMessageContaining("is a file, not a folder");
    Report.checkWritable(folder.resolve("new"));
    assertThat(folder.resolve("new")).isEmptyDirectory();
  }

  /** Any detector has maps; one without gradients, too. */
  @Test
  void gallery_detector_hasAMapWithItsCaption() {
    String html = small().gallery(Fakes.dataset(), DETECTOR).build().html();
    assertThat(html)
        .contains("class=\"map\" src=\"data:image/png;base64,", "orange areas speak for AI")
        .contains("Each of 64 overlapping squares", "not whether it is right");
    assertThat(small().gallery(Fakes.dataset()).build().html()).doesNotContain("class=\"map\"");
  }

  @Test
  void logSpectrum_wave_isTwoPoints() {
    int side = 16;
    double[] wave = new double[side * side];
    for (int i = 0; i < wave.length; i++) {
      wave[i] = Math.cos(2 * Math.PI * 3 * (i % side) / side);
    }
    double[] spectrum = Spectra.logSpectrum(wave, side);
    for (int i = 0; i < wave.length; i++) {
      boolean peak = i / side == 8 && Math.abs(i % side - 8) == 3;
      assertThat(spectrum[i]).isCloseTo(peak ? Math.log1p(side * side / 2.0) : 0, within(1e-9));
    }
  }

  @Test
  void spectra_chequeredImages_haveTheCornerThatFlatOnesLack() {
    Spectra spectra =
        Spectra.of(
            ImageDataset.of(
                List.of(
                    chequered("1", 0, Label.NATURE),
                    chequered("2", 200, Label.AI),
                    Fakes.broken("3", Label.AI, Generator.ADM))),
            Progress.NONE);
    Spectra.Pair pair = spectra.all().get(Generator.ADM);
    assertThat(pair.ai().width()).isEqualTo(32);
    assertThat(pair.ai().value(0, 0, 0)).isEqualTo(255);
    assertThat(pair.nature().value(0, 0, 0)).isZero();
  }

  @Test
  void spectrum_ofOneImage_isWhiteWhereItsWaveIs() {
    Image picture = Spectra.picture(Image.of(40, 40, chequers(200))).orElseThrow();

    assertThat(picture.width()).isEqualTo(32);
    assertThat(picture.value(0, 0, 0)).isEqualTo(255); // half a period a pixel, both ways
    assertThat(picture.value(16, 16, 0)).isZero();
    assertThat(Spectra.picture(Image.of(15, 40, new byte[3 * 15 * 40]))).isEmpty();
  }

  private static byte[] chequers(int contrast) {
    byte[] rgb = new byte[3 * 40 * 40];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ((i / 3 % 40 + i / 120) % 2 * contrast);
    }
    return rgb;
  }

  private static Sample chequered(String name, int contrast, Label label) {
    byte[] rgb = chequers(contrast);
    return new Sample(name, ByteSource.wrap(Image.of(40, 40, rgb).toPng()), label, Generator.ADM);
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
    new Report("t", "old", List.of()).write(file);
    new Report("t", "new", List.of()).write(file);
    assertThat(file).hasContent("new");
  }

  @Test
  void write_impossible_saysWhereAndLeavesNothing() throws IOException {
    Path file = folder.resolve("taken");
    Files.createDirectories(file.resolve("by a folder"));
    assertThatThrownBy(() -> new Report("t", "new", List.of()).write(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("report " + file + " could not be written (")
        .hasMessageEndingWith("); choose another place or make room there");
    assertThat(filesIn(folder)).containsExactly(file);

    Path below = folder.resolve("file");
    Files.writeString(below, "old");
    assertThatThrownBy(() -> new Report("t", "new", List.of()).write(below.resolve("report.html")))
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
      new Report("t", "old", List.of()).write(file);

      assertThatThrownBy(() -> new Report("t", "new ".repeat(50_000), List.of()).write(file))
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
        .hasMessage("losses must be finite and not negative, got [0.7, NaN]");
    assertThat(small().losses(List.of(0.0)).build().html()).contains("Training loss");
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return new ArrayList<>(files.toList());
    }
  }
}
