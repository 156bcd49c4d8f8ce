package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;

import com.google.common.collect.Maps;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.Label;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Scores;

/** Where the numbers come from and how to reproduce them. */
record OriginSection(
    Optional<EvaluationResult> evaluated,
    Optional<DetectorIdentity> identity,
    Instant date,
    Map<String, String> manifest)
    implements Section {

  /** Longer values are folded. */
  private static final int LONG = 300;

  /** Hashes of training images: thousands of characters, for programs. */
  private static final String HASHES = "genimage.training_images";

  @Override
  public String html() {
    Map<String, String> report = new LinkedHashMap<>();
    report.put("genimage", version());
    report.put("date", date.truncatedTo(ChronoUnit.SECONDS).toString());
    report.putAll(manifest);
    identity
        .flatMap(DetectorIdentity::weights)
        .ifPresent(hash -> report.put("SHA-256 of the weights' keys, shapes and numbers", hash));
    evaluated.ifPresent(result -> images(result, report));
    return """
        <section>
          <h2>Origin</h2>
          %s
          %s
          %s
        </section>
        """
        .formatted(
            evaluated.map(OriginSection::speed).orElse(""),
            entries("This report", report),
            entries(
                "The detector's weights",
                Maps.filterKeys(
                    evaluated.map(EvaluationResult::provenance).orElse(Map.of()),
                    key -> !key.equals(HASHES))));
  }

  private static void images(EvaluationResult result, Map<String, String> report) {
    Scores scores = result.scores();
    report.put(
        "images",
        "%s natural, %s AI, %s unreadable"
            .formatted(
                count(scores.count(Label.NATURE)),
                count(scores.count(Label.AI)),
                count(result.failures().size())));
    report.put("SHA-256 of the images' names and labels", result.data());
    report.put("threshold", Double.toString(scores.threshold()));
  }

  /** Returns genimage's version, which the build writes. */
  static String version() {
    try {
      return Resources.toString(
              Resources.getResource(OriginSection.class, "version.txt"), StandardCharsets.UTF_8)
          .strip();
    } catch (IOException e) {
      throw new UncheckedIOException("version.txt of this library", e);
    }
  }

  private static String speed(EvaluationResult result) {
    return result.timed() == 0
        ? "<p class=\"lead\">The scores were read from a file.</p>"
        : "<p class=\"lead\">%s images scored in %s: %s images per second, reading included.</p>"
            .formatted(
                count(result.timed()),
                duration(result.duration()),
                format(
                    "%,.1f", result.timed() / Math.max(1e-3, result.duration().toMillis() / 1e3)));
  }

  /** Returns a value; of a long one the beginning, which opens. */
  private static String value(String text) {
    return text.length() <= LONG
        ? escape(text)
        : "<details><summary>%s …</summary>%s</details>"
            .formatted(escape(text.substring(0, 80)), escape(text));
  }

  private static String entries(String heading, Map<String, String> entries) {
    return entries.isEmpty()
        ? ""
        : "<h3>%s</h3><dl>%s</dl>"
            .formatted(
                heading,
                Html.join(
                    List.copyOf(entries.entrySet()),
                    entry ->
                        "<div><dt>%s</dt><dd>%s</dd></div>"
                            .formatted(escape(entry.getKey()), value(entry.getValue()))));
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
}
