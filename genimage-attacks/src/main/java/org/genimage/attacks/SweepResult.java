package org.genimage.attacks;

import com.google.common.html.HtmlEscapers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an attack did with each of several budgets.
 *
 * @param results in the order of the budgets, the least first
 */
public record SweepResult(List<AttackResult> results) {

  private static final int WIDTH = 480;
  private static final int HEIGHT = 240;
  private static final int MARGIN = 40;

  /** Copies the list. */
  public SweepResult {
    results = List.copyOf(results);
  }

  /**
   * Returns what is wrong with the attack where more room does less harm, besides the warnings of
   * each result.
   */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (AttackResult result : results) {
      result.warnings().forEach(warning -> warnings.add(result.budget() + ": " + warning));
    }
    for (int i = 1; i < results.size(); i++) {
      AttackResult less = results.get(i - 1);
      AttackResult more = results.get(i);
      if (more.correctAfter() > less.correctAfter()) {
        warnings.add(
            "%s with %s leaves %s images right, with %s %s: it overshoots; take smaller steps"
                .formatted(
                    more.attack(),
                    more.budget(),
                    more.correctAfter(),
                    less.budget(),
                    less.correctAfter()));
      }
    }
    return warnings;
  }

  /**
   * Returns the curve as a picture: accuracy of the saved images (down, from 0 to 1) over the
   * budget (across, from 0, where the clean images are).
   *
   * @return an SVG element, to be put into a page
   */
  public String toSvg() {
    double largest = results.get(results.size() - 1).budget().size();
    StringBuilder line = new StringBuilder();
    StringBuilder marks = new StringBuilder();
    line.append(point(0, results.get(0).accuracyBefore()));
    for (AttackResult result : results) {
      String place = point(result.budget().size() / largest, result.accuracyAfter());
      line.append(' ').append(place);
      String[] xy = place.split(",");
      marks.append(
          "<circle cx=\"%s\" cy=\"%s\" r=\"3\"><title>%s: %s %%</title></circle>"
              .formatted(
                  xy[0],
                  xy[1],
                  result.budget(),
                  String.format(Locale.ROOT, "%.1f", 100 * result.accuracyAfter())));
    }
    return """
        <svg viewBox="0 0 %s %s" role="img" aria-label="Accuracy over budget">
        <path d="M%s %s V%s H%s" fill="none" stroke="currentColor"/>
        <text x="4" y="%s" font-size="11">100 %%</text><text x="4" y="%s" font-size="11">0</text>
        <text x="%s" y="%s" font-size="11" text-anchor="end">%s, up to %s</text>
        <polyline points="%s" fill="none" stroke="currentColor" stroke-width="2"/>%s
        </svg>
        """
        .formatted(
            WIDTH,
            HEIGHT,
            MARGIN,
            MARGIN,
            HEIGHT - MARGIN,
            WIDTH - MARGIN,
            MARGIN + 4,
            HEIGHT - MARGIN + 4,
            WIDTH - MARGIN,
            HEIGHT - MARGIN / 2,
            HtmlEscapers.htmlEscaper().escape(results.get(0).attack()),
            results.get(results.size() - 1).budget(),
            line,
            marks);
  }

  private static String point(double across, double accuracy) {
    return String.format(
        Locale.ROOT,
        "%.1f,%.1f",
        MARGIN + across * (WIDTH - 2 * MARGIN),
        HEIGHT - MARGIN - accuracy * (HEIGHT - 2 * MARGIN));
  }
}
