package org.genimage.eval.report;

import static org.genimage.eval.report.Html.count;
import static org.genimage.eval.report.Html.escape;
import static org.genimage.eval.report.Html.format;

import com.google.common.collect.Maps;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.Label;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Scores;

/** Where the numbers come from and how to reproduce them. */
record OriginSection(EvaluationResult result, Map<String, String> manifest) implements Section {

  /** Hashes of training images: thousands of characters, for programs. */
  private static final String HASHES = "genimage.training_images";

  @Override
  public String html() {
    Map<String, String> report = new LinkedHashMap<>(manifest);
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
    return """
        <section>
          <h2>Origin</h2>
          %s
          %s
          %s
        </section>
        """
        .formatted(
            speed(),
            entries("This report", report),
            entries(
                "The detector's weights",
                Maps.filterKeys(result.provenance(), key -> !key.equals(HASHES))));
  }

  private String speed() {
    return result.timed() == 0
        ? "<p class=\"lead\">The scores were read from a file.</p>"
        : "<p class=\"lead\">%s images scored in %s: %s images per second, reading included.</p>"
            .formatted(
                count(result.timed()),
                duration(result.duration()),
                format(
                    "%,.1f", result.timed() / Math.max(1e-3, result.duration().toMillis() / 1e3)));
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
}
