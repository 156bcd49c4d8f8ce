package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.decimal;
import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.interval;
import static org.genimage.eval.report.Html.percent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.Label;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Failure;
import org.genimage.eval.Metric;
import org.genimage.eval.MetricInterval;
import org.genimage.eval.Metrics;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;

/** The result in seven numbers, and the images that could not be read. */
record HeadlineSection(EvaluationResult result, Map<Metric, MetricInterval> intervals)
    implements Section {

  private static final int FAILURES_SHOWN = 20;

  static HeadlineSection of(EvaluationResult result) {
    Map<Metric, MetricInterval> byMetric = new LinkedHashMap<>();
    MetricInterval.of(Metrics.all(), result.scores(), Bootstrap.seeded(1).resamples(400))
        .forEach(one -> byMetric.put(one.metric(), one));
    return new HeadlineSection(result, byMetric);
  }

  @Override
  public String html() {
    Scores scores = result.scores();
    Proportion accuracy = scores.accuracy();
    return """
        <section class="headline" aria-label="Result">
          <div class="figure first">
            <span class="label">Accuracy</span>
            <span class="number">%s</span>
            <span class="detail">95&nbsp;%% interval %s<br>%s of %s images right</span>
          </div>
          %s
          %s
          %s
          %s
          %s
          %s
        </section>
        %s
        """
        .formatted(
            percent(accuracy.value()),
            interval(accuracy.wilson()),
            count(accuracy.count()),
            count(accuracy.total()),
            ofLabel("AI images found", Label.AI),
            ofLabel("Natural images recognized", Label.NATURE),
            figure(
                "Found at 1&nbsp;% false alarms",
                percent(Metrics.TPR_AT_1_PERCENT_FPR.of(scores)), "of the AI images"),
            figure(
                "Average precision",
                decimal(Metrics.AVERAGE_PRECISION.of(scores)),
                decimals(Metrics.AVERAGE_PRECISION)),
            figure("ROC AUC", decimal(Metrics.ROC_AUC.of(scores)), decimals(Metrics.ROC_AUC)),
            figure(
                "Equal error rate",
                percent(Metrics.EQUAL_ERROR_RATE.of(scores)),
                ninetyFive(interval(intervals.get(Metrics.EQUAL_ERROR_RATE).interval()))),
            failures() + repeats());
  }

  private String repeats() {
    return result.repeats().map(said -> "<p>Note: " + escape(said) + ".</p>\n").orElse("");
  }

  private String ofLabel(String name, Label label) {
    if (result.scores().count(label) == 0) {
      return figure(name, "–", "no such images");
    }
    Proportion accuracy = result.scores().accuracy(label);
    return figure(name, percent(accuracy.value()), ninetyFive(interval(accuracy.wilson())));
  }

  private String decimals(Metric metric) {
    Interval interval = intervals.get(metric).interval();
    return ninetyFive(decimal(interval.low()) + " – " + decimal(interval.high()));
  }

  private static String ninetyFive(String interval) {
    return "95&nbsp;% interval " + interval;
  }

  private static String figure(String label, String number, String detail) {
    return """
        <div class="figure">
            <span class="label">%s</span>
            <span class="number">%s</span>
            <span class="detail">%s</span>
          </div>"""
        .formatted(label, number, detail);
  }

  private String failures() {
    List<Failure> failures = result.failures();
    if (failures.isEmpty()) {
      return "";
    }
    return """
        <details class="skipped">
          <summary>%s could not be read; no number here includes %s</summary>
          <ul>%s</ul>%s
        </details>
        """
        .formatted(
            failures.size() == 1 ? "1 image" : count(failures.size()) + " images",
            failures.size() == 1 ? "it" : "them",
            Html.join(
                failures.subList(0, Math.min(FAILURES_SHOWN, failures.size())),
                one ->
                    "<li><code>%s</code> %s</li>"
                        .formatted(escape(one.name()), escape(one.reason()))),
            failures.size() > FAILURES_SHOWN
                ? "<p>and %s more</p>".formatted(count(failures.size() - FAILURES_SHOWN))
                : "");
  }

  @Override
  public List<Table> tables() {
    return List.of(
        new Table(
            "metrics",
            "Metrics over all images, with 95 % intervals",
            List.of("Metric", "Value", "Low", "High", "Interval by"),
            intervals.values().stream()
                .map(
                    one ->
                        List.of(
                            Cell.text(one.metric().name()),
                            Cell.number(one.value(), 4),
                            Cell.number(one.interval().low(), 4),
                            Cell.number(one.interval().high(), 4),
                            Cell.text(one.method())))
                .toList()));
  }
}
