package org.genimage.eval.extension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.image.Image;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.Confusion;
import org.genimage.eval.Fakes;
import org.genimage.eval.Metric;
import org.genimage.eval.Metrics;
import org.genimage.eval.Ranking;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Chart;
import org.genimage.eval.report.Html;
import org.genimage.eval.report.Picture;
import org.genimage.eval.report.Report;
import org.genimage.eval.report.Section;
import org.genimage.eval.report.Table;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** Metrics and report sections written outside the packages that they extend. */
class ExtensionTest {

  private static final String HOSTILE = "<img src=x onerror=alert(1)>\"'&%s";

  private static final Metric YOUDEN =
      new Metric(
          "Youden's J",
          ranking -> {
            Confusion counts = ranking.confusion();
            return counts.recall() + (double) counts.trueNature() / ranking.count(Label.NATURE) - 1;
          });

  /** The share of AI images that score higher than every natural image. */
  private static final Metric CLEAR_HITS =
      new Metric(
          "clear hits",
          ranking -> {
            long found = 0;
            for (int place = 0;
                place < ranking.places() && ranking.count(place, Label.NATURE) == 0;
                place++) {
              found += ranking.count(place, Label.AI);
            }
            return (double) found / ranking.count(Label.AI);
          });

  private static final Metric WORST_GENERATOR =
      Metric.ofScores(
          "accuracy on the worst generator",
          scores ->
              scores.byGenerator().values().stream()
                  .mapToDouble(part -> part.accuracy().value())
                  .min()
                  .orElseThrow());

  private static Scores scores(Generator generator, double... aiThenNature) {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < aiThenNature.length; i++) {
      Label label = i < aiThenNature.length / 2 ? Label.AI : Label.NATURE;
      scores.add(new Score(generator + "/" + i, generator, label, aiThenNature[i]));
    }
    return Scores.of(scores);
  }

  @Test
  void metric_ofConfusionCounts_isTheirFunction() {
    Scores scores = scores(Generator.ADM, 0.9, 0.7, 0.6, 0.2, 0.8, 0.4, 0.3, 0.1);

    assertThat(YOUDEN.of(scores)).isCloseTo(0.75 + 0.75 - 1, within(1e-12));
    assertThat(YOUDEN.of(scores.at(0.85))).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void metric_ofRanks_isTheirFunction() {
    Scores scores = scores(Generator.ADM, 0.9, 0.85, 0.8, 0.2, 0.8, 0.4, 0.3, 0.1);

    assertThat(CLEAR_HITS.of(scores)).isEqualTo(0.5);
    Interval interval = Bootstrap.seeded(1).interval(CLEAR_HITS, Fakes.scores(100, 1));
    assertThat(CLEAR_HITS.of(Fakes.scores(100, 1))).isBetween(interval.low(), interval.high());
  }

  @Test
  void metric_ofScores_hasAnIntervalFromTheSameResamples() {
    Scores scores = Fakes.scores(50, 1);
    Metric accuracyOfScores = Metric.ofScores("accuracy", s -> s.accuracy().value());
    Bootstrap bootstrap = Bootstrap.seeded(1).resamples(100);

    List<Interval> intervals =
        bootstrap.intervals(
            List.of(Metrics.ACCURACY, accuracyOfScores, WORST_GENERATOR), scores.at(0.4));

    assertThat(intervals.get(1)).isEqualTo(intervals.get(0));
    assertThat(intervals.get(0)).isEqualTo(bootstrap.interval(Metrics.ACCURACY, scores.at(0.4)));
    assertThat(intervals.get(2).high()).isLessThan(intervals.get(0).low());
    Ranking ranking = scores.ranking();
    assertThatThrownBy(() -> WORST_GENERATOR.of(ranking))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "metric accuracy on the worst generator needs scores with names and generators, got a"
                + " ranking; use of(Scores)");
  }

  @Test
  void section_ofTheBuilder_isInThePageAndItsTableInTheFiles() {
    Proportion half = new Proportion(5, 10);
    Table table =
        new Table(
            "brightness",
            "Accuracy by brightness",
            List.of("Images", "Accuracy, %", "95 % interval"),
            List.of(
                List.of(
                    Cell.text("dark"), Cell.percent(half.value()), Cell.interval(half.wilson()))));
    Section section =
        Section.builder("Bright and dark images")
            .paragraph("Is the detector as good on dark images?")
            .table(table)
            .subheading("By level")
            .chart(
                Chart.marks(
                    "By brightness", List.of(Chart.Row.of("dark", half, Chart.Style.DETECTOR))),
                "Lines are intervals.")
            .chart(
                Chart.lines(
                    "Levels",
                    "level",
                    List.of("1", "2"),
                    Map.of("detector", List.of(Optional.of(half), Optional.empty()))),
                "Two levels.")
            .chart(new Chart("<svg><path d=\"M0 0\"/></svg>"), "Of my own.")
            .pictures(List.of(new Picture(Image.of(1, 1, new byte[] {1, 2, 3}), "a dark one")))
            .html("<p>" + Html.percent(half.value()) + "</p>")
            .build();

    Report report = Report.builder("t", Fakes.result(20)).section(section).build();

    assertThat(report.html())
        .contains(">Bright and dark images</h2>", "<p class=\"lead\">Is the detector as good")
        .contains("<th scope=\"row\">dark</th><td>50.0</td>", "<figcaption>Lines are intervals.")
        .contains("<path d=\"M0 0\"/>", "alt=\"a dark one\"", "<p>50.0\u202f%</p>");
    assertThat(report.tables()).contains(table);
  }

  @Test
  void section_hostileText_isEscaped() throws Exception {
    Proportion half = new Proportion(5, 10);
    String html =
        Section.builder(HOSTILE)
            .paragraph(HOSTILE)
            .warning(HOSTILE)
            .subheading(HOSTILE)
            .table(new Table("x", HOSTILE, List.of(HOSTILE), List.of(List.of(Cell.text(HOSTILE)))))
            .chart(
                Chart.marks(
                    HOSTILE,
                    List.of(
                        new Chart.Row(
                            HOSTILE, HOSTILE, List.of(new Chart.Mark(half, Chart.Style.AFTER))))),
                HOSTILE)
            .chart(
                Chart.lines(
                    HOSTILE,
                    HOSTILE,
                    List.of(HOSTILE),
                    Map.of(HOSTILE, List.of(Optional.of(half)))),
                HOSTILE)
            .pictures(List.of(new Picture(Image.of(1, 1, new byte[3]), HOSTILE)))
            .build()
            .html();

    assertThat(html).doesNotContain("<img src=x").contains("&lt;img src=x onerror=alert(1)&gt;");
    assertThat(html).contains("%s</h2>");
    for (int at = html.indexOf("<svg"); at >= 0; at = html.indexOf("<svg", at + 1)) {
      String svg = html.substring(at, html.indexOf("</svg>", at) + 6);
      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(svg)));
    }
  }

  @Test
  void parts_thatDoNotFit_areRefused() {
    assertThatThrownBy(() -> new Chart("<script>"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a chart must be an element svg, got <script>");
    assertThatThrownBy(() -> Chart.marks("t", List.of()))
        .hasMessage("a chart needs at least one row, got none");
    assertThatThrownBy(
            () -> Chart.lines("t", "a", List.of("1", "2"), Map.of("s", List.of(Optional.empty()))))
        .hasMessage("series s needs one entry for each of 2 levels, got 1");
    assertThatThrownBy(() -> new Table("../x", "t", List.of(), List.of()))
        .hasMessage(
            "a table's name must be letters, digits, dots, dashes and underscores, got ../x");
    Table table = new Table("metrics", "t", List.of(), List.of());
    Report.Builder builder =
        Report.builder("t", Fakes.result(20)).section(Section.builder("s").table(table).build());
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the tables of a report need names of their own, got [metrics, ");
  }
}
