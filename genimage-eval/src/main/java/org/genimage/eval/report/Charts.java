package org.genimage.eval.report;

import static org.genimage.eval.report.Html.decimal;
import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;
import static org.genimage.eval.report.Html.number;
import static org.genimage.eval.report.Html.percent;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.genimage.data.Label;
import org.genimage.eval.Metrics;
import org.genimage.eval.PrecisionRecallCurve;
import org.genimage.eval.ReliabilityCurve;
import org.genimage.eval.RocCurve;
import org.genimage.eval.Scores;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;
import org.genimage.eval.verdict.SelectiveRisk;
import org.genimage.eval.verdict.VerdictCounts;

/**
 * The report's charts as SVG. Colours and type come from the page's style sheet by class, so that
 * they follow its light and dark scheme.
 */
final class Charts {

  private static final int SIDE = 360;
  private static final int LEFT = 46;
  private static final int RIGHT = SIDE - 12;
  private static final int TOP = 12;
  private static final int BOTTOM = SIDE - 44;

  private static final int ROW = 46;
  private static final int BINS = 20;

  private Charts() {}

  /**
   * Marks with 95 % intervals on an axis of accuracies, one row below the other, and a line at 50
   * %. Widths are shares of the page's, so that the type keeps its size.
   */
  static String marks(String title, List<Chart.Row> rows) {
    double lowest =
        rows.stream()
            .flatMap(row -> row.marks().stream())
            .mapToDouble(mark -> mark.proportion().wilson().low())
            .min()
            .orElse(0);
    double from = lowest < 0.2 ? 0 : Math.min(0.4, Math.floor(10 * lowest) / 10);
    double step = from < 0.2 ? 0.2 : 0.1;
    int bottom = ROW * rows.size();
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg class=\"dots\" role=\"img\" width=\"100%%\" height=\"%d\" aria-label=\"%s\">",
            bottom + 40, escape(title)));
    for (int i = 0; i < rows.size(); i++) {
      row(svg, rows.get(i), ROW * i + 14, from, step);
    }
    for (double tick = from; tick < 1.001; tick += step) {
      svg.append(
          format(
              "<text class=\"tick\" x=\"%s\" y=\"%d\" text-anchor=\"middle\">%.0f</text>",
              across(tick, from), bottom + 12, 100 * tick));
    }
    svg.append(
        format(
            "<text class=\"axis\" x=\"100%%\" y=\"%1$d\" text-anchor=\"end\">accuracy, %%</text>"
                + "<text class=\"axis\" x=\"%2$s\" y=\"%1$d\" text-anchor=\"middle\">guessing</text>",
            bottom + 30, across(0.5, from)));
    return svg.append("</svg>").toString();
  }

  private static void row(
      StringBuilder svg, Chart.Row row, int baseline, double from, double step) {
    int y = baseline + 14;
    svg.append(
        format(
            "<text class=\"name\" x=\"0\" y=\"%1$d\">%2$s</text>"
                + "<text class=\"value\" x=\"100%%\" y=\"%1$d\" text-anchor=\"end\">%3$s</text>"
                + "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%4$d\" y2=\"%4$d\"/>",
            baseline, escape(row.name()), escape(row.value()), y));
    for (double tick = from; tick < 1.001; tick += step) {
      upright(svg, "grid", across(tick, from), y - 3, y + 3);
    }
    upright(svg, "chance", across(0.5, from), y - 8, y + 8);
    if (row.marks().size() > 1) {
      level(
          svg,
          "change",
          across(row.marks().get(0).proportion().value(), from),
          across(row.marks().get(1).proportion().value(), from),
          y);
    }
    for (Chart.Mark mark : row.marks()) {
      Interval interval = mark.proportion().wilson();
      svg.append(format("<g class=\"%s\">", mark.style().css()));
      level(svg, "interval", across(interval.low(), from), across(interval.high(), from), y);
      svg.append(
          format(
              "<circle cx=\"%s\" cy=\"%d\" r=\"5\"><title>%s</title></circle></g>",
              across(mark.proportion().value(), from),
              y,
              escape(percent(mark.proportion().value()))));
    }
  }

  private static void upright(StringBuilder svg, String style, String x, int top, int bottom) {
    svg.append(
        format(
            "<line class=\"%1$s\" x1=\"%2$s\" x2=\"%2$s\" y1=\"%3$d\" y2=\"%4$d\"/>",
            style, x, top, bottom));
  }

  private static void level(StringBuilder svg, String style, String left, String right, int y) {
    svg.append(
        format(
            "<line class=\"%1$s\" x1=\"%2$s\" x2=\"%3$s\" y1=\"%4$d\" y2=\"%4$d\"/>",
            style, left, right, y));
  }

  private static String across(double share, double from) {
    return format("%.2f%%", 100 * (share - from) / (1 - from));
  }

  /** The ROC curve, with the point of the threshold in use. */
  static String roc(Scores scores) {
    RocCurve curve = RocCurve.of(scores).withoutIntermediate();
    StringBuilder svg = open("ROC curve");
    grid(svg, 0, 100, 25, "natural images wrongly called AI, %", 0, 100, 25, "AI images found, %");
    svg.append(
        format(
            "<line class=\"chance\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
            LEFT, BOTTOM, RIGHT, TOP));
    path(
        svg,
        curve.points().stream()
            .map(
                point ->
                    new Dot(
                        x(point.falsePositiveRate(), 0, 1), y(point.truePositiveRate(), 0, 1))));
    double falseAlarms = 1 - scores.accuracy(Label.NATURE).value();
    double found = scores.accuracy(Label.AI).value();
    svg.append(
        format(
            "<circle class=\"point\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>",
            x(falseAlarms, 0, 1), y(found, 0, 1)));
    boolean atRight = falseAlarms < 0.6;
    svg.append(
        format(
            "<text class=\"note halo\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">score %s</text>",
            x(falseAlarms, 0, 1) + (atRight ? 10 : -10),
            y(found, 0, 1) + 16,
            atRight ? "start" : "end",
            decimal(scores.threshold())));
    return svg.append("</svg>").toString();
  }

  /** A point of a curve, in units of the chart. */
  private record Dot(double x, double y) {

    /** Returns whether both surely have the same text: no coordinate is near a rounding limit. */
    boolean surelyEquals(Dot other) {
      return surelyEqual(x, other.x) && surelyEqual(y, other.y);
    }

    private static boolean surelyEqual(double one, double other) {
      long tenths = Math.round(10 * one);
      return Math.abs(10 * one - tenths) < 0.499 && Math.abs(10 * other - tenths) < 0.499;
    }

    String text() {
      return format("%.1f %.1f", x, y);
    }
  }

  /** Draws a curve without points that equal the one before at this resolution. */
  private static void path(StringBuilder svg, Stream<Dot> points) {
    svg.append("<path class=\"curve\" d=\"M");
    Dot drawn = new Dot(Double.NaN, Double.NaN);
    String last = "";
    for (Dot point : (Iterable<Dot>) points::iterator) {
      if (point.surelyEquals(drawn)) {
        continue;
      }
      drawn = point;
      String text = point.text();
      if (!text.equals(last)) {
        svg.append(last.isEmpty() ? "" : "L").append(text);
        last = text;
      }
    }
    svg.append("\"/>");
  }

  private static void straight(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        format(
            "<line class=\"chance\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            x1, y1, x2, y2));
  }

  /** Precision over recall, with the share of AI images. */
  static String precisionRecall(Scores scores) {
    StringBuilder svg = open("Precision-recall curve");
    grid(svg, 0, 100, 25, "AI images found (recall), %", 0, 100, 25, "precision, %");
    double share = (double) scores.count(Label.AI) / scores.size();
    straight(svg, LEFT, y(share, 0, 1), RIGHT, y(share, 0, 1));
    path(
        svg,
        PrecisionRecallCurve.of(scores).points().stream()
            .map(point -> new Dot(x(point.recall(), 0, 1), y(point.precision(), 0, 1))));
    double recall = Metrics.RECALL.of(scores);
    double precision = Metrics.PRECISION.of(scores);
    svg.append(
        format(
            "<circle class=\"point\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>",
            x(recall, 0, 1), y(precision, 0, 1)));
    return svg.append("</svg>").toString();
  }

  /** Errors over the share of images that are decided, and the rule's point. */
  static String coverage(SelectiveRisk risk, VerdictCounts rule) {
    double highest =
        100
            * Math.max(
                risk.points().stream().mapToDouble(SelectiveRisk.Point::risk).max().orElseThrow(),
                rule.errors().map(Proportion::value).orElse(0.0));
    double step = niceStep(Math.max(highest, 1) / 4);
    double top = step * Math.ceil(Math.max(highest, 1) / step * (1 - 1e-9));
    StringBuilder svg = open("Coverage against error");
    grid(svg, 0, 100, 25, "images decided, %", 0, top, step, "wrong decisions, %");
    path(
        svg,
        risk.points().stream()
            .map(point -> new Dot(x(point.coverage(), 0, 1), y(100 * point.risk(), 0, top))));
    rule.errors()
        .ifPresent(
            errors ->
                svg.append(
                    format(
                        "<circle class=\"point\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>the rule: %s"
                            + " decided, %s wrong</title></circle>",
                        x(rule.coverage().value(), 0, 1),
                        y(100 * errors.value(), 0, top),
                        percent(rule.coverage().value()),
                        percent(errors.value()))));
    return svg.append("</svg>").toString();
  }

  private static final double[] DET_TICKS = {0.001, 0.01, 0.05, 0.2, 0.5};
  private static final double DET_LEAST = deviate(0.0005);
  private static final double DET_MOST = deviate(0.65);

  private static double deviate(double rate) {
    return NormalDistribution.of(0, 1).inverseCumulativeProbability(rate);
  }

  /** Both error rates on axes of normal deviates. */
  static String det(Scores scores) {
    StringBuilder svg = open("Detection error trade-off curve");
    for (double tick : DET_TICKS) {
      double at = deviate(tick);
      tick(svg, x(at, DET_LEAST, DET_MOST), y(at, DET_LEAST, DET_MOST), number(100 * tick));
    }
    titles(svg, "natural images wrongly called AI, %", "AI images missed, %");
    straight(svg, LEFT, BOTTOM, RIGHT, TOP);
    path(
        svg,
        RocCurve.of(scores).withoutIntermediate().points().stream()
            .map(
                point ->
                    new Dot(
                        x(clipped(point.falsePositiveRate()), DET_LEAST, DET_MOST),
                        y(clipped(point.falseNegativeRate()), DET_LEAST, DET_MOST))));
    return svg.append("</svg>").toString();
  }

  private static double clipped(double rate) {
    return Math.max(
        DET_LEAST, Math.min(DET_MOST, deviate(Math.max(1e-9, Math.min(1 - 1e-9, rate)))));
  }

  /** The share of AI images over the score; discs grow with the images. */
  static String reliability(ReliabilityCurve curve) {
    StringBuilder svg = open("Reliability diagram");
    grid(svg, 0, 1, 0.25, "mean score of a bin", 0, 1, 0.25, "share of AI images in it");
    straight(svg, LEFT, BOTTOM, RIGHT, TOP);
    double most = curve.bins().stream().mapToLong(bin -> bin.images().total()).max().orElseThrow();
    path(
        svg,
        curve.bins().stream()
            .map(bin -> new Dot(x(bin.meanScore(), 0, 1), y(bin.images().value(), 0, 1))));
    for (ReliabilityCurve.Bin bin : curve.bins()) {
      Interval interval = bin.images().wilson();
      double x = x(bin.meanScore(), 0, 1);
      svg.append(
          format(
              "<g class=\"detector\"><line class=\"bar\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$.1f\""
                  + " y2=\"%3$.1f\"/><circle cx=\"%1$.1f\" cy=\"%4$.1f\" r=\"%5$.1f\"><title>%6$s of %7$s"
                  + " by AI</title></circle></g>",
              x,
              y(interval.low(), 0, 1),
              y(interval.high(), 0, 1),
              y(bin.images().value(), 0, 1),
              2 + 6 * Math.sqrt(bin.images().total() / most),
              Html.count(bin.images().count()),
              Html.count(bin.images().total())));
    }
    return svg.append("</svg>").toString();
  }

  private static final List<String> MARKERS =
      List.of(
          "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
          "M-4 -4h8v8h-8z",
          "M0 -5L5 4H-5z",
          "M0 -5L5 0L0 5L-5 0z",
          "M0 5L5 -4H-5z",
          "M-5 -1.5h3.5v-3.5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5z",
          "M-5 -2h10v4h-10z");

  /** Accuracies over levels, a colour and a marker for each series. */
  static String lines(
      String title,
      String across,
      List<String> ticks,
      Map<String, List<Optional<Proportion>>> series) {
    StringBuilder svg = open(title);
    double right = ticks.size() - 1.0;
    double least =
        series.values().stream()
            .flatMap(List::stream)
            .flatMap(Optional::stream)
            .mapToDouble(point -> point.wilson().low())
            .min()
            .orElse(0);
    double bottom = least < 0.4 ? 0 : 40;
    for (double up = bottom; up < 101; up += bottom == 0 ? 25 : 20) {
      levelTick(svg, y(up, bottom, 100), number(up));
    }
    for (int i = 0; i < ticks.size(); i++) {
      uprightTick(svg, x(i + 0.5, 0, right + 1), ticks.get(i));
    }
    titles(svg, across, "accuracy, %");
    straight(svg, LEFT, y(50, bottom, 100), RIGHT, y(50, bottom, 100));
    int index = 0;
    for (Map.Entry<String, List<Optional<Proportion>>> one : series.entrySet()) {
      int style = index % MARKERS.size();
      double shift = (index - (series.size() - 1) / 2.0) * 5;
      svg.append(format("<g class=\"series%d\">", style));
      List<Dot> points = new ArrayList<>();
      for (int i = 0; i < one.getValue().size(); i++) {
        Optional<Proportion> point = one.getValue().get(i);
        if (point.isPresent()) {
          double x = x(i + 0.5, 0, right + 1) + shift;
          double y = y(100 * point.get().value(), bottom, 100);
          points.add(new Dot(x, y));
          svg.append(
              format(
                  "<line class=\"bar\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$.1f\" y2=\"%3$.1f\"/>"
                      + "<path class=\"marker\" transform=\"translate(%1$.1f %4$.1f)\" d=\"%5$s\"/>",
                  x,
                  y(100 * point.get().wilson().low(), bottom, 100),
                  y(100 * point.get().wilson().high(), bottom, 100),
                  y,
                  MARKERS.get(style)));
        }
      }
      path(svg, points.stream());
      double legend = BOTTOM - 14.0 * (series.size() - index) + 4;
      svg.append(
          format(
              "<path class=\"marker\" transform=\"translate(%d %.1f)\" d=\"%s\"/>"
                  + "<text class=\"tick halo\" x=\"%d\" y=\"%.1f\">%s</text></g>",
              LEFT + 10, legend - 4, MARKERS.get(style), LEFT + 20, legend, escape(one.getKey())));
      index++;
    }
    return svg.append("</svg>").toString();
  }

  /** The scores of both labels: AI images upwards, natural images downwards. */
  static String histogram(Scores scores) {
    double[] ai = shares(scores, Label.AI);
    double[] nature = shares(scores, Label.NATURE);
    double highest =
        DoubleStream.concat(DoubleStream.of(ai), DoubleStream.of(nature)).max().orElseThrow();
    double step = niceStep(highest / 3);
    double top = step * Math.ceil(highest / step * (1 - 1e-9));
    StringBuilder svg = open("Histogram of scores");
    grid(svg, 0, 1, 0.25, "score", -top, top, step, "share of the label's images, %");
    double width = (RIGHT - LEFT) / (double) BINS;
    double zero = y(0, -top, top);
    for (int i = 0; i < BINS; i++) {
      svg.append(bar("ai", LEFT + i * width, y(ai[i], -top, top), width, zero, ai[i]));
      svg.append(bar("nature", LEFT + i * width, zero, width, y(-nature[i], -top, top), nature[i]));
    }
    svg.append(
        format(
            "<line class=\"zero\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
            LEFT, RIGHT, zero, zero));
    double threshold = x(scores.threshold(), 0, 1);
    straight(svg, threshold, TOP, threshold, BOTTOM);
    return svg.append("</svg>").toString();
  }

  private static double[] shares(Scores scores, Label label) {
    double[] shares = new double[BINS];
    double count = scores.count(label);
    scores.all().stream()
        .filter(score -> score.label() == label)
        .forEach(score -> shares[bin(score.value())] += 100 / count);
    return shares;
  }

  /** Bins are open at the left, so that the threshold's own score is on the natural side. */
  private static int bin(double score) {
    return Math.max(0, (int) Math.ceil(score * BINS) - 1);
  }

  private static String bar(
      String style, double x, double top, double width, double bottom, double share) {
    return share == 0
        ? ""
        : format(
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
            style, x + 1, top, width - 2, Math.max(1, bottom - top));
  }

  /** A value of each epoch, upwards from 0; epochs without one are left out. */
  static String epochs(String title, String axis, List<OptionalDouble> values) {
    double largest = values.stream().flatMapToDouble(OptionalDouble::stream).max().orElse(0);
    double step = niceStep(Math.max(1e-3, largest) / 4);
    double top = step * Math.ceil(largest / step + 1e-9);
    int last = Math.max(2, values.size());
    StringBuilder svg = open(title);
    int epochs = (int) Math.max(1, niceStep(values.size() / 6.0));
    grid(svg, 1, last, epochs, "epoch", 0, top, step, axis);
    List<String> points =
        IntStream.range(0, values.size())
            .filter(i -> values.get(i).isPresent())
            .mapToObj(
                i -> format("%.1f %.1f", x(i + 1, 1, last), y(values.get(i).getAsDouble(), 0, top)))
            .toList();
    svg.append(format("<path class=\"curve\" d=\"M%s\"/>", String.join("L", points)));
    for (String point : points) {
      svg.append(format("<circle class=\"point\" r=\"3\" transform=\"translate(%s)\"/>", point));
    }
    return svg.append("</svg>").toString();
  }

  private static StringBuilder open(String title) {
    return new StringBuilder(
        format(
            "<svg class=\"square\" role=\"img\" viewBox=\"0 0 %d %d\" aria-label=\"%s\">",
            SIDE, SIDE, escape(title)));
  }

  private static void grid(
      StringBuilder svg,
      double left,
      double right,
      double stepAcross,
      String across,
      double bottom,
      double top,
      double stepUp,
      String up) {
    for (double tick = left; tick < right + stepAcross / 1e6; tick += stepAcross) {
      uprightTick(svg, x(tick, left, right), number(tick));
    }
    for (double tick = bottom; tick < top + stepUp / 1e6; tick += stepUp) {
      levelTick(svg, y(tick, bottom, top), number(Math.abs(tick)));
    }
    titles(svg, across, up);
  }

  private static void tick(StringBuilder svg, double x, double y, String text) {
    uprightTick(svg, x, text);
    levelTick(svg, y, text);
  }

  private static void uprightTick(StringBuilder svg, double x, String text) {
    svg.append(
        format(
            "<line class=\"grid\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\"/>"
                + "<text class=\"tick\" x=\"%1$.1f\" y=\"%4$d\" text-anchor=\"middle\">%5$s</text>",
            x, TOP, BOTTOM, BOTTOM + 17, escape(text)));
  }

  private static void levelTick(StringBuilder svg, double y, String text) {
    svg.append(
        format(
            "<line class=\"grid\" x1=\"%1$d\" x2=\"%2$d\" y1=\"%3$.1f\" y2=\"%3$.1f\"/>"
                + "<text class=\"tick\" x=\"%4$d\" y=\"%5$.1f\" text-anchor=\"end\">%6$s</text>",
            LEFT, RIGHT, y, LEFT - 7, y + 4, escape(text)));
  }

  private static void titles(StringBuilder svg, String across, String up) {
    svg.append(
        format(
            "<text class=\"axis\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
            (LEFT + RIGHT) / 2, SIDE - 6, escape(across)));
    svg.append(
        format(
            "<text class=\"axis\" transform=\"translate(11 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
            (TOP + BOTTOM) / 2, escape(up)));
  }

  private static double x(double value, double left, double right) {
    return LEFT + (RIGHT - LEFT) * (value - left) / (right - left);
  }

  private static double y(double value, double bottom, double top) {
    return BOTTOM - (BOTTOM - TOP) * (value - bottom) / (top - bottom);
  }

  /** The smallest of 1, 2, 5 times a power of ten that is not below the value. */
  private static double niceStep(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-9))));
    return DoubleStream.of(1, 2, 5)
        .map(digit -> digit * power)
        .filter(step -> step >= value * (1 - 1e-9))
        .findFirst()
        .orElse(10 * power);
  }
}
