package org.genimage.eval;

import static org.genimage.eval.Html.count;
import static org.genimage.eval.Html.decimal;
import static org.genimage.eval.Html.escape;
import static org.genimage.eval.Html.format;
import static org.genimage.eval.Html.interval;
import static org.genimage.eval.Html.percent;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.genimage.data.Label;

/** The report's HTML: the frame is {@code report.html} beside this class, the sections are here. */
final class ReportPage {

  private static final int SKIPPED_SHOWN = 20;

  private final Report.Builder report;
  private final EvaluationResult result;
  private final Scores scores;

  ReportPage(Report.Builder report) {
    this.report = report;
    this.result = report.result;
    this.scores = report.result.scores();
  }

  String html() {
    String frame;
    try {
      frame =
          Resources.toString(
              Resources.getResource(ReportPage.class, "report.html"), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report.html of this library", e);
    }
    String sections =
        String.join(
            "\n",
            simulated(),
            headline(),
            generators(),
            curves(),
            baselines(),
            robustness(),
            gallery(),
            limits(),
            training(),
            origin());
    return frame
        .replace("{{title}}", escape(report.title))
        .replace("{{summary}}", summary())
        .replace("{{sections}}", sections);
  }

  private String summary() {
    return "%s on %s images: %s natural, %s by AI.%s"
        .formatted(
            escape(result.detector()),
            count(scores.size()),
            count(scores.count(Label.NATURE)),
            count(scores.count(Label.AI)),
            report.data.map(text -> " " + escape(text)).orElse(""));
  }

  private String simulated() {
    return report
        .simulated
        .map(
            note ->
                """
                <aside class="simulated" role="note">
                  <strong>Simulated data</strong>
                  <p>%s</p>
                </aside>
                """
                    .formatted(escape(note)))
        .orElse("");
  }

  private String headline() {
    Proportion accuracy = scores.accuracy();
    Interval found = scores.accuracy(Label.AI).wilson();
    Interval kept = scores.accuracy(Label.NATURE).wilson();
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
            figure(
                "AI images found",
                percent(scores.accuracy(Label.AI).value()),
                "95&nbsp;% interval " + interval(found)),
            figure(
                "Natural images kept",
                percent(scores.accuracy(Label.NATURE).value()),
                "95&nbsp;% interval " + interval(kept)),
            figure(
                "Found at 1&nbsp;% false alarms",
                percent(of(Metrics.TPR_AT_1_PERCENT_FPR)), "of the AI images"),
            figure("Average precision", decimal(of(Metrics.AVERAGE_PRECISION)), "1 is perfect"),
            figure("ROC AUC", decimal(of(Metrics.ROC_AUC)), "0.5 is guessing, 1 perfect"),
            figure(
                "Equal error rate",
                percent(of(Metrics.EQUAL_ERROR_RATE)),
                "where both errors are alike"),
            skipped());
  }

  private double of(Metric metric) {
    return metric.of(scores);
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

  private String skipped() {
    List<Failure> skipped = result.failures();
    if (skipped.isEmpty()) {
      return "";
    }
    return """
        <details class="skipped">
          <summary>%s could not be read and %s in no number here</summary>
          <ul>%s</ul>%s
        </details>
        """
        .formatted(
            skipped.size() == 1 ? "1 image" : count(skipped.size()) + " images",
            skipped.size() == 1 ? "counts" : "count",
            join(
                skipped.subList(0, Math.min(SKIPPED_SHOWN, skipped.size())),
                one ->
                    "<li><code>%s</code> %s</li>"
                        .formatted(escape(one.name()), escape(one.reason()))),
            skipped.size() > SKIPPED_SHOWN
                ? "<p>and %s more</p>".formatted(count(skipped.size() - SKIPPED_SHOWN))
                : "");
  }

  private String generators() {
    List<Charts.Row> rows = new ArrayList<>();
    StringBuilder table = new StringBuilder();
    scores
        .byGenerator()
        .forEach(
            (generator, part) -> {
              rows.add(row(generator.name(), part.accuracy(), "detector"));
              table.append(generatorRow(generator.name(), part));
            });
    return """
        <section>
          <h2>Accuracy by generator</h2>
          <p class="lead">Each generator with the natural images beside it. Bars are 95&nbsp;%%
          intervals (Wilson): where two overlap, these images hardly tell the two apart.</p>
          <div class="chart">%s</div>
          <div class="table" tabindex="0" role="region" aria-label="Results by generator"><table>
            <thead><tr><th scope="col">Generator</th><th>Images</th><th>Accuracy, %%</th>
              <th>95&nbsp;%% interval</th><th>Natural kept, %%</th><th>AI found, %%</th>
              <th>Average precision</th><th>ROC AUC</th></tr></thead>
            <tbody>%s</tbody>
            <tfoot>%s</tfoot>
          </table></div>
        </section>
        """
        .formatted(
            Charts.dots("Accuracy by generator with 95 % intervals", rows),
            table,
            generatorRow("All images", scores));
  }

  private static String generatorRow(String name, Scores part) {
    return """
        <tr><th scope="row">%s</th><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td>\
        <td>%s</td><td>%s</td></tr>
        """
        .formatted(
            escape(name),
            count(part.size()),
            format("%.1f", 100 * part.accuracy().value()),
            interval(part.accuracy().wilson()),
            accuracy(part, Label.NATURE),
            accuracy(part, Label.AI),
            part.count(Label.AI) == 0 ? "–" : decimal(Metrics.AVERAGE_PRECISION.of(part)),
            decimal(Metrics.ROC_AUC.of(part)));
  }

  private static String accuracy(Scores part, Label label) {
    return part.count(label) == 0 ? "–" : format("%.1f", 100 * part.accuracy(label).value());
  }

  private static Charts.Row row(String name, Proportion accuracy, String style) {
    return new Charts.Row(
        name, percent(accuracy.value()), List.of(new Charts.Mark(accuracy, style)));
  }

  private String curves() {
    return """
        <section>
          <h2>Scores</h2>
          <div class="pair">
            <figure>%s<figcaption>What other thresholds would give: AI images found against natural
              images wrongly accused. The dot is the threshold used here; the dashed line is
              guessing.</figcaption></figure>
            <figure>%s<figcaption>How the scores spread. Images right of the dashed line count as
              AI: every blue bar there is a false accusation.</figcaption></figure>
          </div>
        </section>
        """
        .formatted(Charts.roc(scores), Charts.histogram(scores));
  }

  private String baselines() {
    return report
        .baselines
        .map(
            measured -> {
              List<Charts.Row> rows = new ArrayList<>();
              rows.add(row(result.detector(), scores.accuracy(), "detector"));
              measured.all().forEach(one -> rows.add(row(ruleOf(one), one.accuracy(), "baseline")));
              return """
                  <section>
                    <h2>Beside trivial rules</h2>
                    <p class="lead">What one number of an image gives away, with the threshold that
                    suits these very images best. A detector that is hardly better may have learned
                    how the files were stored.%s</p>
                    <div class="chart">%s</div>
                  </section>
                  """
                  .formatted(
                      measured.skipped().isEmpty()
                          ? ""
                          : " Unreadable images left out: "
                              + count(measured.skipped().size())
                              + ".",
                      Charts.dots("Accuracy of the detector and of trivial rules", rows));
            })
        .orElse("");
  }

  private static String ruleOf(Baseline baseline) {
    if (Double.isInfinite(baseline.threshold())) {
      boolean ai = baseline.aiAbove() == (baseline.threshold() < 0);
      return baseline.name() + ": always " + (ai ? "AI" : "natural");
    }
    double threshold = baseline.threshold();
    return "%s: AI if %s %s %s"
        .formatted(
            baseline.name(),
            baseline.aiAbove() ? "above" : "at most",
            format(threshold < 100 ? "%.1f" : "%,.0f", threshold),
            baseline.unit());
  }

  private String robustness() {
    if (report.robustness.isEmpty()) {
      return "";
    }
    List<Charts.Row> rows =
        report.robustness.stream()
            .map(
                one ->
                    new Charts.Row(
                        one.attack() + ", " + one.budget(),
                        format(
                            "%s → %s",
                            percent(one.clean().value()), percent(one.attacked().value())),
                        List.of(
                            new Charts.Mark(one.clean(), "clean"),
                            new Charts.Mark(one.attacked(), "attacked"))))
            .toList();
    return """
        <section>
          <h2>Under attack</h2>
          <p class="lead">Accuracy on the same images before <span class="key clean"></span> and
          after <span class="key attacked"></span> someone changed them to mislead the detector,
          with 95&nbsp;%% intervals.</p>
          <div class="chart">%s</div>
          <div class="table" tabindex="0" role="region" aria-label="Results under attack"><table>
            <thead><tr><th scope="col">Attack</th><th class="text">Budget</th><th>Images</th>
              <th>Before, %%</th><th>After, %%</th><th>95&nbsp;%% interval</th></tr></thead>
            <tbody>%s</tbody>
          </table></div>
        </section>
        """
        .formatted(
            Charts.dots("Accuracy before and after attacks", rows),
            join(
                report.robustness,
                one ->
                    """
                    <tr><th scope="row">%s</th><td class="text">%s</td><td>%s</td><td>%s</td>\
                    <td>%s</td><td>%s</td></tr>
                    """
                        .formatted(
                            escape(one.attack()),
                            escape(one.budget()),
                            count(one.attacked().total()),
                            format("%.1f", 100 * one.clean().value()),
                            format("%.1f", 100 * one.attacked().value()),
                            interval(one.attacked().wilson()))));
  }

  private String gallery() {
    return report
        .gallery
        .map(
            images ->
                """
                <section>
                  <h2>Surest mistakes, surest hits</h2>
                  <p class="lead">Images with the most extreme scores, the number below each. They
                  show what the detector goes by; they are not typical.</p>
                  <div class="gallery">%s</div>
                </section>
                """
                    .formatted(join(Gallery.of(scores, images).groups(), ReportPage::group)))
        .orElse("");
  }

  private static String group(Gallery.Group group) {
    String heading =
        group.label() == Label.AI
            ? "AI images " + (group.correct() ? "found" : "missed")
            : "Natural images " + (group.correct() ? "kept" : "wrongly accused");
    return """
        <div class="group"><h3><span class="sign %s">%s</span> %s</h3>%s</div>
        """
        .formatted(
            group.correct() ? "right" : "wrong",
            group.correct() ? "✓" : "✗",
            heading,
            group.pictures().isEmpty()
                ? "<p class=\"none\">none</p>"
                : "<ul>" + join(group.pictures(), ReportPage::picture) + "</ul>");
  }

  private static String picture(Gallery.Picture picture) {
    Score score = picture.score();
    String name = escape(score.name());
    return """
        <li title="%s">%s<span class="number">%s</span> <span>%s</span></li>
        """
        .formatted(
            name,
            picture
                .thumbnail()
                .map(uri -> "<img src=\"%s\" alt=\"%s\">".formatted(uri, name))
                .orElse("<span class=\"gone\">no longer readable</span>"),
            decimal(score.value()),
            escape(score.generator().name()));
  }

  private String limits() {
    Proportion kept = scores.accuracy(Label.NATURE);
    Proportion accused = new Proportion(kept.total() - kept.count(), kept.total());
    return """
        <section class="limits">
          <h2>What a score does not prove</h2>
          <ul>
            <li><strong>One score is no evidence.</strong> Of the natural images here,
              %s of %s (%s, 95&nbsp;%% interval %s) were taken for AI. Behind each there may be a
              student, a photographer or an artist, wrongly accused.</li>
            <li><strong>A score is no probability of guilt.</strong> %s of these images are by AI.
              Where you use the detector the share is another, and so is what a score is
              worth.</li>
            <li><strong>These numbers hold for images like these.</strong> Another generator, a
              resize, a crop or another JPEG quality can undo them.</li>
            <li><strong>Groups of people may fare differently.</strong> Errors can be more frequent
              for some faces, places or styles; nothing here measures that.</li>
            <li><strong>Data have faults of their own.</strong> ImageNet, for one, has odd
              categories and photographs of people who were never asked; a detector learns from
              whatever is there.</li>
          </ul>
        </section>
        """
        .formatted(
            count(accused.count()),
            count(accused.total()),
            percent(accused.value()),
            interval(accused.wilson()),
            percent((double) scores.count(Label.AI) / scores.size()));
  }

  private String training() {
    if (report.losses.isEmpty()) {
      return "";
    }
    return """
        <section>
          <h2>Training</h2>
          <div class="pair"><figure>%s<figcaption>Mean loss of each epoch.</figcaption></figure></div>
        </section>
        """
        .formatted(Charts.loss(report.losses));
  }

  private String origin() {
    double seconds = Math.max(1e-3, result.duration().toMillis() / 1e3);
    return """
        <section>
          <h2>Origin</h2>
          <p class="lead">Scored in %s, %s images a second, reading included.</p>
          %s
          %s
        </section>
        """
        .formatted(
            duration(result.duration()),
            format("%,.1f", result.timed() / seconds),
            entries("This report", report.manifest),
            entries("The detector's weights", result.provenance()));
  }

  private static String entries(String heading, Map<String, String> entries) {
    return entries.isEmpty()
        ? ""
        : "<h3>%s</h3><dl>%s</dl>"
            .formatted(
                heading,
                join(
                    List.copyOf(entries.entrySet()),
                    entry ->
                        "<div><dt>%s</dt><dd>%s</dd></div>"
                            .formatted(escape(entry.getKey()), escape(entry.getValue()))));
  }

  private static String duration(Duration duration) {
    return duration.toMinutes() == 0
        ? format("%.1f s", duration.toMillis() / 1e3)
        : format(
            "%s%d min %d s",
            duration.toHours() == 0 ? "" : duration.toHours() + " h ",
            duration.toMinutesPart(),
            duration.toSecondsPart());
  }

  private static <T> String join(List<T> parts, Function<T, String> html) {
    return parts.stream().map(html).collect(Collectors.joining());
  }
}
