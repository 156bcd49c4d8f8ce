package org.genimage.eval;

import static org.genimage.eval.Html.escape;
import static org.genimage.eval.Html.format;
import static org.genimage.eval.Html.number;
import static org.genimage.eval.Html.percent;

import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.genimage.data.Label;
import org.genimage.models.Detector;

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
   * One mark of a row.
   *
   * @param proportion where the dot and its interval are
   * @param style the class of the dot
   */
  record Mark(Proportion proportion, String style) {}

  /**
   * One row of dots.
   *
   * @param name at the left
   * @param value at the right
   * @param marks from the one drawn first
   */
  record Row(String name, String value, List<Mark> marks) {}

  /**
   * Dots with 95 % intervals on an axis of accuracies, one row below the other, and a line where
   * guessing is. Widths are shares of the page's, so that its type keeps its size.
   */
  static String dots(String title, List<Row> rows) {
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

  private static void row(StringBuilder svg, Row row, int baseline, double from, double step) {
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
    for (Mark mark : row.marks()) {
      Interval interval = mark.proportion().wilson();
      svg.append(format("<g class=\"%s\">", mark.style()));
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

  /** A receiver operating characteristic, with the point of the decisions that were made. */
  static String roc(Scores scores) {
    RocCurve curve = RocCurve.of(scores);
    StringBuilder svg = open("ROC curve");
    grid(svg, 0, 100, 25, "natural images wrongly called AI, %", 0, 100, 25, "AI images found, %");
    svg.append(
        format(
            "<line class=\"chance\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
            LEFT, BOTTOM, RIGHT, TOP));
    svg.append("<path class=\"curve\" d=\"");
    String last = "";
    for (RocCurve.Point point : curve.points()) {
      String step =
          format(
              "%.1f %.1f", x(point.falsePositiveRate(), 0, 1), y(point.truePositiveRate(), 0, 1));
      if (!step.equals(last)) {
        svg.append(last.isEmpty() ? "M" : "L").append(step);
        last = step;
      }
    }
    svg.append("\"/>");
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
            Detector.THRESHOLD));
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
    double half = x(Detector.THRESHOLD, 0, 1);
    svg.append(
        format(
            "<line class=\"chance\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
            half, half, TOP, BOTTOM));
    svg.append(
        format(
            "<text class=\"note ai halo\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">"
                + "AI images ↑</text>"
                + "<text class=\"note nature halo\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">"
                + "natural images ↓</text>",
            half, TOP + 18, half, BOTTOM - 10));
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

  /** The loss after each epoch. */
  static String loss(List<Double> losses) {
    double step = niceStep(Math.max(1e-3, Collections.max(losses)) / 4);
    double top = step * Math.ceil(Collections.max(losses) / step + 1e-9);
    int last = Math.max(2, losses.size());
    StringBuilder svg = open("Training loss");
    int epochs = (int) Math.max(1, niceStep(losses.size() / 6.0));
    grid(svg, 1, last, epochs, "epoch", 0, top, step, "training loss, nats");
    List<String> points =
        IntStream.range(0, losses.size())
            .mapToObj(i -> format("%.1f %.1f", x(i + 1, 1, last), y(losses.get(i), 0, top)))
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
      svg.append(
          format(
              "<line class=\"grid\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\"/>"
                  + "<text class=\"tick\" x=\"%1$.1f\" y=\"%4$d\" text-anchor=\"middle\">%5$s</text>",
              x(tick, left, right), TOP, BOTTOM, BOTTOM + 17, number(tick)));
    }
    for (double tick = bottom; tick < top + stepUp / 1e6; tick += stepUp) {
      svg.append(
          format(
              "<line class=\"grid\" x1=\"%1$d\" x2=\"%2$d\" y1=\"%3$.1f\" y2=\"%3$.1f\"/>"
                  + "<text class=\"tick\" x=\"%4$d\" y=\"%5$.1f\" text-anchor=\"end\">%6$s</text>",
              LEFT,
              RIGHT,
              y(tick, bottom, top),
              LEFT - 7,
              y(tick, bottom, top) + 4,
              number(Math.abs(tick))));
    }
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
