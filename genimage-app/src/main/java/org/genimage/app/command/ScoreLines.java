package org.genimage.app.command;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.claims.ClaimKind;
import org.genimage.data.claims.Claims;
import org.genimage.data.claims.FileClaims;
import org.genimage.data.internal.CsvText;
import org.genimage.eval.explanation.TileScores;

/** Writes scores, one line each, in a form for people or for programs. */
interface ScoreLines {

  /** The forms. */
  enum Format {
    /** Columns for people. */
    TABLE,
    /** Comma-separated values as in RFC 4180, with a line of names and line feeds. */
    CSV,
    /** A JSON object in each line. */
    JSONL
  }

  /** Writes what stands before the first score. */
  default void begin() {}

  /** Writes a line. */
  void write(ScoredInput one);

  static ScoreLines of(
      Format format,
      PrintWriter out,
      String detector,
      Decision decision,
      List<Input> inputs,
      boolean tiles) {
    return switch (format) {
      case TABLE -> new Table(out, inputs, decision, tiles);
      case CSV -> new Csv(out, detector, decision, tiles);
      case JSONL -> new Json(out, detector, decision);
    };
  }

  /** Returns what the file says about its origin, in a few words; empty if it says nothing. */
  private static String says(FileClaims claims) {
    String kinds = claims.says().stream().map(ScoreLines::word).collect(Collectors.joining(", "));
    String tool = claims.tool().map(name -> " (" + name + ")").orElse("");
    return line(kinds.isEmpty() ? "" : kinds + tool);
  }

  private static String word(ClaimKind kind) {
    return switch (kind) {
      case AI_GENERATED -> "made by AI";
      case PARTLY_AI -> "partly AI";
      case ALGORITHMIC -> "made by a program without AI";
      case CAMERA -> "from a camera";
      case DETAIL -> "neither AI nor a camera";
    };
  }

  /** A file's texts must not move the cursor, or begin a line. */
  private static String line(String text) {
    return Claims.visible(text).replaceAll("\\s+", " ");
  }

  /** Columns: score, verdict, name, what the file says. */
  final class Table implements ScoreLines {

    private static final int LONGEST = 60;

    private final PrintWriter out;
    private final Decision decision;
    private final boolean tiles;
    private final int width;

    Table(PrintWriter out, List<Input> inputs, Decision decision, boolean tiles) {
      this.out = out;
      this.decision = decision;
      this.tiles = tiles;
      this.width =
          Math.min(
              LONGEST,
              inputs.stream().mapToInt(input -> line(input.name()).length()).max().orElse(0));
    }

    @Override
    public void begin() {
      row("score", "verdict", "image", "tiles: highest, above", "the file says (not verified)");
    }

    @Override
    public void write(ScoredInput one) {
      row(
          one.outcome()
              .map(outcome -> String.format(Locale.ROOT, "%.3f", outcome.score()))
              .orElse("-"),
          one.outcome().map(outcome -> Decision.word(outcome.verdict())).orElse("error"),
          line(one.name()),
          one.outcome().flatMap(ScoredInput.Outcome::tiles).map(this::words).orElse(""),
          one.problem().map(problem -> line(without(one.name(), problem))).orElse(says(one)));
    }

    /** The name stands before the sentence already. */
    private static String without(String name, String problem) {
      return problem.startsWith(name + ": ") ? problem.substring(name.length() + 2) : problem;
    }

    private static String says(ScoredInput one) {
      return Stream.concat(
              one.claims().map(ScoreLines::says).filter(text -> !text.isEmpty()).stream(),
              one.decodedBy().map(program -> "[decoded by %s]".formatted(program)).stream())
          .collect(Collectors.joining(" "));
    }

    private String words(TileScores scores) {
      return String.format(
          Locale.ROOT,
          "%.3f, %.0f %% of %d",
          scores.highest(),
          100 * scores.shareAbove(decision.threshold()),
          scores.tiles().size());
    }

    private void row(String score, String verdict, String name, String ofTiles, String last) {
      String padded = name + " ".repeat(Math.max(0, width - name.length()));
      String more = tiles ? String.format(Locale.ROOT, "%-21s  ", ofTiles) : "";
      out.println(
          String.format(Locale.ROOT, "%5s  %-7s  %s  %s%s", score, verdict, padded, more, last)
              .stripTrailing());
      out.flush();
    }
  }

  /** Comma-separated values, which a spreadsheet shows as they are and does not run. */
  final class Csv implements ScoreLines {

    private static final List<String> COLUMNS =
        List.of("file", "score", "verdict", "detector", "rule", "claims", "error", "decoded_by");

    private static final List<String> OF_TILES =
        List.of("tiles", "tile_highest", "tile_median", "tiles_above");

    private final PrintWriter out;
    private final String detector;
    private final Decision decision;
    private final boolean tiles;

    Csv(PrintWriter out, String detector, Decision decision, boolean tiles) {
      this.out = out;
      this.detector = detector;
      this.decision = decision;
      this.tiles = tiles;
    }

    @Override
    public void begin() {
      write(COLUMNS, OF_TILES);
    }

    @Override
    public void write(ScoredInput one) {
      write(
          List.of(
              one.name().equals("-") ? "stdin" : one.name(), // "-" would begin a formula
              one.outcome().map(outcome -> Double.toString(outcome.score())).orElse(""),
              one.outcome().map(outcome -> Decision.word(outcome.verdict())).orElse(""),
              detector,
              decision.toString(),
              one.claims().map(ScoreLines::says).orElse(""),
              one.problem().orElse(""),
              one.decodedBy().orElse("")),
          one.outcome()
              .flatMap(ScoredInput.Outcome::tiles)
              .map(this::cells)
              .orElse(Collections.nCopies(OF_TILES.size(), "")));
    }

    private List<String> cells(TileScores scores) {
      return List.of(
          Integer.toString(scores.tiles().size()),
          Double.toString(scores.highest()),
          Double.toString(scores.median()),
          Double.toString(scores.shareAbove(decision.threshold())));
    }

    private void write(List<String> cells, List<String> ofTiles) {
      write(tiles ? Stream.concat(cells.stream(), ofTiles.stream()).toList() : cells);
    }

    private void write(List<String> cells) {
      out.print(CsvText.line(cells) + "\n");
      out.flush();
    }
  }

  /** JSON lines. */
  final class Json implements ScoreLines {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PrintWriter out;
    private final String detector;
    private final Decision decision;

    Json(PrintWriter out, String detector, Decision decision) {
      this.out = out;
      this.detector = detector;
      this.decision = decision;
    }

    @Override
    public void write(ScoredInput one) {
      ObjectNode line = JSON.createObjectNode().put("file", one.name());
      one.outcome()
          .ifPresent(
              outcome ->
                  line.put("score", outcome.score())
                      .put("verdict", Decision.word(outcome.verdict()).toLowerCase(Locale.ROOT))
                      .put("width", outcome.width())
                      .put("height", outcome.height()));
      one.outcome().ifPresent(outcome -> add(line.putArray("warnings"), outcome.warnings()));
      one.outcome()
          .flatMap(ScoredInput.Outcome::tiles)
          .ifPresent(scores -> add(line.putObject("tiles"), scores, decision.threshold()));
      one.problem().ifPresent(problem -> line.put("error", problem));
      one.decodedBy()
          .ifPresent(program -> line.put("decoded_by", program).put("pixels_pinned", false));
      line.put("detector", detector);
      decision
          .rule()
          .ifPresentOrElse(
              rule -> line.put("nature_below", rule.natureBelow()).put("ai_above", rule.aiAbove()),
              () -> line.put("threshold", decision.threshold()));
      one.claims().ifPresent(claims -> add(line.putObject("claims"), claims));
      out.print(line + "\n");
      out.flush();
    }

    private static void add(ArrayNode node, List<ImageWarnings.Warning> warnings) {
      for (ImageWarnings.Warning warning : warnings) {
        node.addObject().put("code", warning.code()).put("text", warning.text());
      }
    }

    private static void add(ObjectNode node, TileScores scores, double threshold) {
      node.put("count", scores.tiles().size())
          .put("highest", scores.highest())
          .put("median", scores.median())
          .put("above", scores.shareAbove(threshold));
      for (TileScores.Tile tile : scores.tiles()) {
        node.withArray("scores")
            .addObject()
            .put("x", tile.x())
            .put("y", tile.y())
            .put("width", tile.width())
            .put("height", tile.height())
            .put("score", tile.score());
      }
    }

    private static void add(ObjectNode node, FileClaims claims) {
      node.put("verified", false).put("format", claims.format());
      claims
          .says()
          .forEach(kind -> node.withArray("says").add(kind.name().toLowerCase(Locale.ROOT)));
      claims.tool().ifPresent(tool -> node.put("tool", tool));
      claims
          .camera()
          .ifPresent(camera -> node.put("camera", (camera.make() + " " + camera.model()).strip()));
      claims.claims().forEach(claim -> node.withArray("claims").add(claim.sentence()));
      claims.warnings().forEach(warning -> node.withArray("warnings").add(warning));
    }
  }
}
