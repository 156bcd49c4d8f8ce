package org.genimage.eval.leaderboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Enums;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.internal.WholeFiles;
import org.genimage.eval.statistics.Interval;

/**
 * What a leaderboard's figures follow from, and the figures: hashes of weights, of images and of
 * the files of scores, the version of the code, the processor, the settings.
 *
 * @param origin version, processor and so on, by name
 * @param settings what decided the figures, by name, such as {@code seed}
 * @param weights SHA-256 of each detector's weights, by the detector's name
 * @param images SHA-256 of each set's images, by the set's name
 * @param rows the figures
 * @param files SHA-256 of every file of scores, by its path in the leaderboard's folder
 */
public record LeaderboardManifest(
    Map<String, String> origin,
    Map<String, String> settings,
    Map<String, String> weights,
    Map<String, String> images,
    List<Row> rows,
    Map<String, String> files) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FORMAT = "genimage-leaderboard";
  private static final int VERSION = 2;

  /**
   * A figure of a detector on a set.
   *
   * @param set the name of the set
   * @param detector the name of the detector
   * @param figure the number
   */
  public record Row(String set, String detector, MeasuredFigure figure) {}

  /** Copies maps and list. */
  public LeaderboardManifest {
    origin = ImmutableMap.copyOf(origin);
    settings = ImmutableMap.copyOf(settings);
    weights = ImmutableMap.copyOf(weights);
    images = ImmutableMap.copyOf(images);
    rows = ImmutableList.copyOf(rows);
    files = ImmutableMap.copyOf(files);
  }

  /** Returns the figures of a leaderboard. */
  public static List<Row> rows(Leaderboard board) {
    return board.sets().stream()
        .flatMap(set -> board.of(set).stream())
        .flatMap(
            entry ->
                entry.figures().stream().map(one -> new Row(entry.set(), entry.detector(), one)))
        .toList();
  }

  /**
   * Writes the manifest as JSON.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    ObjectNode node = JSON.createObjectNode().put("format", FORMAT).put("version", VERSION);
    put(node.putObject("origin"), origin);
    put(node.putObject("settings"), settings);
    put(node.putObject("weights"), weights);
    put(node.putObject("images"), images);
    ArrayNode figures = node.putArray("figures");
    for (Row row : rows) {
      ObjectNode one =
          figures
              .addObject()
              .put("set", row.set())
              .put("detector", row.detector())
              .put("figure", row.figure().name())
              .put("quantity", row.figure().quantity().name())
              .put("attack", row.figure().attack());
      put(one, "value", row.figure().value());
      put(one, "low", row.figure().interval().low());
      put(one, "high", row.figure().interval().high());
    }
    put(node.putObject("files"), files);
    try {
      WholeFiles.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n");
    } catch (JsonProcessingException e) {
      throw new AssertionError(e); // texts and numbers
    } catch (IOException e) {
      throw WholeFiles.problem("%s cannot be written (%s); choose another place", file, e);
    }
  }

  private static void put(ObjectNode node, Map<String, String> entries) {
    entries.forEach(node::put);
  }

  /** JSON has no NaN. */
  private static void put(ObjectNode node, String name, double value) {
    if (Double.isNaN(value)) {
      node.putNull(name);
    } else {
      node.put(name, value);
    }
  }

  /**
   * Reads a manifest.
   *
   * @throws IllegalArgumentException if the file is not one, or of a later version
   * @throws UncheckedIOException if it cannot be read
   */
  public static LeaderboardManifest read(Path file) {
    JsonNode node;
    try {
      node = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException | CharConversionException e) {
      throw refused(file, "text that is not JSON");
    } catch (IOException e) {
      throw WholeFiles.problem("%s cannot be read (%s); check the path", file, e);
    }
    if (!FORMAT.equals(node.path("format").asText())) {
      throw refused(file, "another file");
    }
    if (node.path("version").asInt() != VERSION) {
      throw refused(file, "version " + node.path("version").asText() + ", not " + VERSION);
    }
    List<Row> rows = new ArrayList<>();
    for (JsonNode one : node.path("figures")) {
      rows.add(
          new Row(
              one.path("set").asText(),
              one.path("detector").asText(),
              new MeasuredFigure(
                  quantity(file, one),
                  one.path("attack").asText(),
                  one.path("value").asDouble(Double.NaN),
                  new Interval(
                      one.path("low").asDouble(Double.NaN),
                      one.path("high").asDouble(Double.NaN)))));
    }
    return new LeaderboardManifest(
        map(node.path("origin")),
        map(node.path("settings")),
        map(node.path("weights")),
        map(node.path("images")),
        rows,
        map(node.path("files")));
  }

  private static Quantity quantity(Path file, JsonNode figure) {
    String name = figure.path("quantity").asText();
    return Enums.getIfPresent(Quantity.class, name)
        .toJavaUtil()
        .orElseThrow(() -> refused(file, "a figure of the unknown quantity '%s'".formatted(name)));
  }

  private static Map<String, String> map(JsonNode node) {
    Map<String, String> map = new LinkedHashMap<>();
    node.properties().forEach(one -> map.put(one.getKey(), one.getValue().asText()));
    return map;
  }

  private static IllegalArgumentException refused(Path file, String found) {
    return new IllegalArgumentException(
        "%s: expected the manifest of a leaderboard, found %s; name a folder of 'genimage leaderboard'"
            .formatted(file, found));
  }
}
