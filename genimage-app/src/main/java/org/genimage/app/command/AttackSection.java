package org.genimage.app.command;

import com.google.common.html.HtmlEscapers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackedImage;
import org.genimage.attacks.Storage;
import org.genimage.attacks.SweepResult;
import org.genimage.data.image.Image;
import org.genimage.eval.report.Chart;
import org.genimage.eval.report.RobustnessRow;
import org.genimage.eval.report.Section;
import org.genimage.eval.report.Table;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.statistics.Proportion;

/**
 * A section on attacked images: accuracy by the way in which they are stored, accuracy over the
 * budget, and for the first images the original, the magnified change and the attacked image.
 *
 * @param results one per attack
 * @param sweeps each of one attack over several budgets
 * @param warnings signs that an attack was weak
 */
record AttackSection(List<AttackResult> results, List<SweepResult> sweeps, List<String> warnings)
    implements Section {

  private static final int SHOWN = 4;
  private static final int MIDDLE = 128;

  @Override
  public String html() {
    StringBuilder html = new StringBuilder("<section><h2>Attacked images</h2>");
    warnings.forEach(
        warning -> html.append("<p><strong>Warning:</strong> %s</p>".formatted(escape(warning))));
    html.append(storages().html());
    sweeps.forEach(sweep -> html.append(curve(sweep)));
    results.forEach(result -> html.append(examples(result)));
    return html.append("</section>").toString();
  }

  @Override
  public List<Table> tables() {
    return List.of(storages());
  }

  private static String curve(SweepResult sweep) {
    AttackResult first = sweep.results().get(0);
    List<String> budgets = new ArrayList<>(List.of("none"));
    List<Optional<Proportion>> accuracies = new ArrayList<>();
    accuracies.add(Optional.of(row(first).clean()));
    for (AttackResult result : sweep.results()) {
      budgets.add(result.budget().toString());
      accuracies.add(Optional.of(row(result).attacked()));
    }
    String title = first.attack() + ", accuracy over budget";
    return "<h3>%s</h3><figure>%s<figcaption>Bars are 95&nbsp;%% intervals; the dashed line is guessing.</figcaption></figure>"
        .formatted(
            escape(title),
            Chart.lines(title, "largest change", budgets, Map.of(first.attack(), accuracies))
                .svg());
  }

  /** Returns the result of an attack as the report's table of robustness shows it. */
  static RobustnessRow row(AttackResult result) {
    int count = result.images().size();
    return new RobustnessRow(
        result.attack(),
        result.budget().toString(),
        new Proportion(result.correctBefore(), count),
        new Proportion(result.correctAfter(), count));
  }

  private Table storages() {
    List<String> columns = new ArrayList<>(List.of("Accuracy after, %", "no attack"));
    for (Storage storage : Storage.values()) {
      columns.add(storage.toString());
    }
    List<List<Cell>> rows = new ArrayList<>();
    for (AttackResult result : results) {
      List<Cell> row = new ArrayList<>();
      row.add(Cell.text(name(result)));
      row.add(Cell.percent(result.accuracyBefore()));
      for (Storage storage : Storage.values()) {
        row.add(Cell.percent(result.accuracyAfter(storage)));
      }
      rows.add(row);
    }
    return new Table("storages", "Accuracy by how attacked images are stored", columns, rows);
  }

  private static String examples(AttackResult result) {
    StringBuilder html = new StringBuilder("<h3>%s</h3>".formatted(escape(name(result))));
    for (int i = 0; i < Math.min(SHOWN, result.examples().count()); i++) {
      AttackedImage image = result.images().get(i);
      Image before = result.originals().image(i);
      Image after = result.examples().image(i);
      int factor = factor(before, after);
      html.append("<p class=\"attacked-image\">");
      html.append(figure(before, "original, score %.3f", image.cleanScore()));
      html.append(
          figure(change(before, after, factor), "change, %.0f times as large", (double) factor));
      html.append(figure(after, "attacked, score %.3f", image.savedScore()));
      html.append(
          "<br>%s, %s: L2 %s, L-inf %s of 255</p>"
              .formatted(
                  escape(image.sample().label().folder()),
                  outcome(image),
                  decimal(image.l2()),
                  decimal(255 * image.linf())));
    }
    return html.toString();
  }

  private static String outcome(AttackedImage image) {
    if (!image.correctBefore()) {
      return "wrong before the attack";
    }
    return image.success() ? "fooled" : "not fooled";
  }

  /** Returns the largest factor that does not clip the magnified change; at least 1. */
  private static int factor(Image before, Image after) {
    int largest = 1;
    for (int y = 0; y < before.height(); y++) {
      for (int x = 0; x < before.width(); x++) {
        for (int c = 0; c < 3; c++) {
          largest = Math.max(largest, Math.abs(after.value(x, y, c) - before.value(x, y, c)));
        }
      }
    }
    return Math.max(1, (MIDDLE - 1) / largest);
  }

  private static Image change(Image before, Image after, int factor) {
    byte[] rgb = new byte[3 * before.width() * before.height()];
    int i = 0;
    for (int y = 0; y < before.height(); y++) {
      for (int x = 0; x < before.width(); x++) {
        for (int c = 0; c < 3; c++) {
          int difference = factor * (after.value(x, y, c) - before.value(x, y, c));
          rgb[i++] = (byte) Math.max(0, Math.min(255, MIDDLE + difference));
        }
      }
    }
    return Image.of(before.width(), before.height(), rgb);
  }

  private static String figure(Image image, String caption, double number) {
    String text = String.format(Locale.ROOT, caption, number);
    return "<img width=\"160\" class=\"pixels\" alt=\"%s\" title=\"%s\" src=\"data:image/png;base64,%s\">"
        .formatted(text, text, Base64.getEncoder().encodeToString(image.toPng()));
  }

  private static String name(AttackResult result) {
    return result.attack() + ", " + result.budget();
  }

  private static String escape(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
