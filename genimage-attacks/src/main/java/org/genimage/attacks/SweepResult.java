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
  private static final int LEFT = 44;
  private static final int RIGHT = 12;
  private static final int TOP = 12;
  private static final int BOTTOM = 42;

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
   * Returns the curve as a picture: accuracy of the saved images (up, in per cent) over the budgets
   * (across, at equal distances, from no attack, where the clean images are).
   *
   * @return an SVG element, to be put into a page
   */
  public String toSvg() {
    List<String> names = new ArrayList<>(List.of("none"));
    List<Double> accuracies = new ArrayList<>(List.of(results.get(0).accuracyBefore()));
    for (AttackResult result : results) {
      names.add(result.budget().toString());
      accuracies.add(result.accuracyAfter());
    }
    StringBuilder svg = new StringBuilder();
    svg.append(
        format(
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Accuracy over budget\">%n",
            WIDTH, HEIGHT));
    for (int percent = 0; percent <= 100; percent += 25) {
      svg.append(
          format(
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"currentColor\""
                  + " opacity=\"0.2\"/><text x=\"%d\" y=\"%.1f\" font-size=\"11\""
                  + " text-anchor=\"end\" fill=\"currentColor\">%d</text>%n",
              LEFT,
              WIDTH - RIGHT,
              up(percent / 100.0),
              up(percent / 100.0),
              LEFT - 6,
              up(percent / 100.0) + 4,
              percent));
    }
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      double x = LEFT + (i + 0.5) * (WIDTH - LEFT - RIGHT) / names.size();
      double y = up(accuracies.get(i));
      line.append(format("%.1f,%.1f ", x, y));
      svg.append(
          format(
              "<text x=\"%.1f\" y=\"%d\" font-size=\"11\" text-anchor=\"middle\""
                  + " fill=\"currentColor\">%s</text><circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\""
                  + " fill=\"currentColor\"><title>%s: %.1f %%</title></circle>%n",
              x, HEIGHT - BOTTOM + 16, names.get(i), x, y, names.get(i), 100 * accuracies.get(i)));
    }
    svg.append(
        format(
            "<polyline points=\"%s\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/>%n",
            line.toString().strip()));
    svg.append(
        format(
            "<text x=\"%d\" y=\"%d\" font-size=\"11\" text-anchor=\"middle\""
                + " fill=\"currentColor\">largest change, %s</text>%n",
            (LEFT + WIDTH - RIGHT) / 2,
            HEIGHT - 6,
            HtmlEscapers.htmlEscaper().escape(results.get(0).attack())));
    svg.append(
        format(
            "<text transform=\"translate(11 %d) rotate(-90)\" font-size=\"11\""
                + " text-anchor=\"middle\" fill=\"currentColor\">accuracy, %%</text>%n",
            (TOP + HEIGHT - BOTTOM) / 2));
    return svg.append("</svg>\n").toString();
  }

  private static double up(double accuracy) {
    return HEIGHT - BOTTOM - accuracy * (HEIGHT - TOP - BOTTOM);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
