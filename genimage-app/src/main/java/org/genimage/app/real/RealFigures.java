package org.genimage.app.real;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.app.command.Options;
import org.genimage.app.command.Outputs;
import org.genimage.eval.Scores;
import org.genimage.eval.protocol.FieldFigures;
import org.genimage.eval.statistics.BalancedAccuracy;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;

/**
 * The figures of a run, as a JSON file of one object, and the table of all such files below a
 * folder.
 *
 * @param columns by name, in order; texts and numbers
 */
record RealFigures(Map<String, Object> columns) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "figures.json";

  /** The columns of the table in Markdown: what it is called there, and in the files. */
  private static final List<List<String>> TABLE =
      List.of(
          List.of("Detector", "detector"),
          List.of("Test", "test"),
          List.of("Seed", "seed"),
          List.of("Accuracy, %", "accuracy"),
          List.of("95 % interval", "accuracy_interval"),
          List.of("Balanced, %", "balanced"),
          List.of("95 % interval", "balanced_interval"),
          List.of("ROC AUC", "roc_auc"),
          List.of("Rate", "rate"),
          List.of("Crop", "crop"),
          List.of("Recompressed", "recompressed"),
          List.of("Samples", "samples"),
          List.of("Minutes", "minutes"),
          List.of("Processor minutes", "processor_minutes"));

  /** Copies the map. */
  RealFigures {
    columns = new LinkedHashMap<>(columns);
  }

  /** Returns the figures of one test. */
  static Map<String, Object> of(Scores scores) {
    FieldFigures figures = FieldFigures.of(scores);
    Map<String, Object> columns = new LinkedHashMap<>();
    columns.put("images", figures.images());
    put(columns, "accuracy", figures.accuracy());
    figures.balanced().ifPresent(balanced -> put(columns, balanced));
    columns.put("roc_auc", rounded(figures.rocAuc()));
    columns.put("threshold", rounded(figures.threshold()));
    return columns;
  }

  /** Adds a share in percent and its 95 % interval (Wilson). */
  static void put(Map<String, Object> columns, String name, Proportion share) {
    columns.put(name, percent(share.value()));
    columns.put(name + "_interval", interval(share.wilson()));
  }

  private static void put(Map<String, Object> columns, BalancedAccuracy balanced) {
    columns.put("balanced", percent(balanced.value()));
    columns.put("balanced_interval", interval(balanced.interval()));
  }

  /** Returns the ROC AUC; not a number if there is none. */
  double rocAuc() {
    return Double.parseDouble(columns.get("roc_auc").toString());
  }

  /** Returns a share in percent, with one decimal place. */
  static double percent(double share) {
    return Math.round(1000 * share) / 10.0;
  }

  /** Returns an interval in percent. */
  static String interval(Interval interval) {
    return String.format(Locale.ROOT, "%.1f to %.1f", 100 * interval.low(), 100 * interval.high());
  }

  /** Returns a number without an exponent and without zeros at its end. */
  static String plain(Number value) {
    return new BigDecimal(value.toString()).stripTrailingZeros().toPlainString();
  }

  /** Returns a number with four decimal places, or the word NaN, which JSON does not have. */
  static Object rounded(double value) {
    return Double.isFinite(value) ? (Object) (Math.round(1e4 * value) / 1e4) : "NaN";
  }

  /** Returns the file of the figures in a run's folder. */
  static Path file(Path folder) {
    return folder.resolve(FILE);
  }

  /** Writes the figures into a run's folder. */
  void write(Path folder) {
    try {
      Outputs.write(file(folder), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(columns));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e); // texts and numbers
    }
  }

  /**
   * Returns the figures of all runs below a folder, in the order of their paths. Files of the same
   * name that others wrote are passed over.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  static List<RealFigures> below(Path folder) {
    List<RealFigures> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(one -> one.endsWith(FILE)).sorted().toList()) {
        JsonNode run = json(file);
        if (run.has("detector")) {
          Map<String, Object> columns = new LinkedHashMap<>();
          run.properties()
              .forEach(
                  one ->
                      columns.put(
                          one.getKey(),
                          one.getValue().isValueNode() ? text(one.getValue()) : one.getValue()));
          found.add(new RealFigures(columns));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: expected a folder of figures, found one that cannot be read (%s)"
              .formatted(folder, e.getMessage()),
          e);
    }
    return found;
  }

  private static String text(JsonNode value) {
    String text = value.asText();
    return value.isDouble() && text.contains("E") ? plain(value.doubleValue()) : text;
  }

  /** Returns what a file has; nothing if it is no JSON. */
  private static JsonNode json(Path file) throws IOException {
    try {
      return JSON.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  /** Returns the file of the table of all runs. */
  static Path table(Options.Output out) {
    return out.resolve("table.md");
  }

  /** Writes the table of all runs below a folder; returns it. */
  static String writeTable(Options.Output out) {
    StringBuilder table = new StringBuilder();
    line(table, TABLE.stream().map(column -> column.get(0)).toList());
    line(table, TABLE.stream().map(column -> "---").toList());
    for (RealFigures run : below(out.folder())) {
      line(
          table,
          TABLE.stream()
              .map(column -> String.valueOf(run.columns().getOrDefault(column.get(1), "")))
              .toList());
    }
    Outputs.write(table(out), table.toString().getBytes(StandardCharsets.UTF_8));
    return table.toString();
  }

  private static void line(StringBuilder table, List<String> cells) {
    table.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
