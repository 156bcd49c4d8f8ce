package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.models.DifferentiableDetector;

/**
 * A paper's table of accuracies under attack.
 *
 * @param name the table's
 * @param detector the name of the detector that was attacked
 * @param generator whose validation images, natural ones too, were attacked
 * @param rows the attacks
 */
public record AttackProtocol(String name, String detector, Generator generator, List<Row> rows) {

  /**
   * A row of the table.
   *
   * @param attack its name
   * @param paper the accuracy that the paper reports, in percent
   * @param settings the attack as a preset has it
   */
  public record Row(
      String attack, double paper, Function<Preset, Attack<DifferentiableDetector>> settings) {}

  /**
   * What came out.
   *
   * @param protocol what was to be reproduced
   * @param presets the columns
   * @param results for each row, one per preset
   */
  public record Outcome(
      AttackProtocol protocol, List<Preset> presets, List<List<AttackResult>> results) {

    /** Copies the lists. */
    public Outcome {
      presets = List.copyOf(presets);
      results = results.stream().map(List::copyOf).toList();
    }

    /**
     * Returns the table in Markdown, accuracies in percent. The paper's clean accuracy is not
     * stated, so its cell is empty; ours is measured. Attacked images are counted in 8 bits.
     */
    public String toMarkdown() {
      AttackResult first = results.get(0).get(0);
      StringBuilder table = new StringBuilder();
      table.append("%s: %s".formatted(protocol.name(), first.victim()));
      if (!first.victim().equals(protocol.detector())) {
        table.append(" (the paper's is %s)".formatted(protocol.detector()));
      }
      table.append(", %d images\n\n| attack | paper |".formatted(first.images().size()));
      presets.forEach(preset -> table.append(" %s |".formatted(preset)));
      table.append("\n| --- | --- |").append(" --- |".repeat(presets.size()));
      String clean = percent(100 * first.accuracyBefore());
      table.append("\n| none |  |").append(" %s |".formatted(clean).repeat(presets.size()));
      for (int i = 0; i < results.size(); i++) {
        Row row = protocol.rows().get(i);
        table.append("\n| %s | %s |".formatted(row.attack(), percent(row.paper())));
        for (AttackResult result : results.get(i)) {
          table.append(" %s |".formatted(percent(100 * result.accuracyAfter())));
        }
      }
      table.append("\n\n");
      presets.forEach(preset -> table.append("- %s: %s.\n".formatted(preset, preset.note())));
      return table.toString();
    }

    private static String percent(double value) {
      return String.format(Locale.ROOT, "%.1f", value);
    }
  }

  /** Copies the rows. */
  public AttackProtocol {
    rows = List.copyOf(rows);
  }

  /**
   * Returns table 2 of GenImage's supplement: ResNet-50 on Stable Diffusion V1.4 under FGSM (88.0)
   * and CW-L2 (99.9). It states neither the accuracy without attack, nor what the detector was
   * trained on, nor any setting of the attacks.
   */
  public static AttackProtocol supplementTable2() {
    return new AttackProtocol(
        "GenImage, supplement, table 2",
        "ResNet-50",
        Generator.STABLE_DIFFUSION_V1_4,
        List.of(new Row("FGSM", 88.0, Preset::fgsm), new Row("CW-L2", 99.9, Preset::cwL2)));
  }

  /**
   * Returns a row's attack.
   *
   * @param name the row's
   * @throws IllegalArgumentException if the table has no such row
   */
  public Attack<DifferentiableDetector> attack(String name, Preset preset) {
    return rows.stream()
        .filter(row -> row.attack().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s has rows %s, asked for %s"
                        .formatted(this.name, Lists.transform(rows, Row::attack), name)))
        .settings()
        .apply(preset);
  }

  /**
   * Attacks a detector as each preset says.
   *
   * @param victim stays open
   * @param data the validation images of {@link #generator}
   * @param presets at least one; the authors' CW-L2 takes up to 90,000 steps an image
   * @throws IllegalArgumentException if there is no preset
   */
  public Outcome run(DifferentiableDetector victim, ImageDataset data, Preset... presets) {
    checkArgument(presets.length > 0, "%s needs at least one preset, got none", name);
    List<List<AttackResult>> results = new ArrayList<>();
    for (Row row : rows) {
      List<AttackResult> cells = new ArrayList<>();
      for (Preset preset : presets) {
        cells.add(AttackRun.of(row.settings().apply(preset)).against(victim, data));
      }
      results.add(cells);
    }
    return new Outcome(this, List.of(presets), results);
  }
}
