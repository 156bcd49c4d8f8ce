package org.genimage.eval;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.ImmutableSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.internal.CheckedLines;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.WholeFiles;

/** Reads a score file up to its last complete line. Nothing unknown is accepted. */
final class ScoreReader {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** A name is at most some kilobytes long; the provenance of a detector, too. */
  private static final int LONGEST_LINE = 1 << 22;

  private static final String START = "{\"format\":\"" + ScoreHeader.FORMAT + "\",";

  private static final Set<String> HEADER =
      ImmutableSet.of(
          "format",
          "version",
          "detector",
          "weights",
          "threshold",
          "degradation",
          "data",
          "part",
          "parts",
          "images",
          "provenance",
          "crc32c");

  private static final Set<String> LINE =
      ImmutableSet.of("name", "generator", "label", "score", "error", "crc32c");

  /**
   * What a file holds so far.
   *
   * @param version the format's version, 1 or 2
   * @param lines one per image, in order
   * @param bytes the length up to the end of the last complete line
   * @param torn whether a part of a line follows
   * @param checksums those of the complete lines
   */
  record Content(
      ScoreHeader header,
      int version,
      List<ScoreLine> lines,
      long bytes,
      boolean torn,
      CheckedLines checksums) {

    boolean complete() {
      return lines.size() == header.images();
    }
  }

  private final Path file;
  private final CheckedLines checksums = new CheckedLines();
  private final Map<String, Generator> generators = new LinkedHashMap<>();
  private int version = 1;
  private int number;
  private long bytes;
  private boolean torn;

  private final byte[] buffer = new byte[1 << 16];
  private int next;
  private int filled;

  private ScoreReader(Path file) {
    this.file = file;
    Generator.GENIMAGE.forEach(generator -> generators.put(generator.name(), generator));
  }

  /**
   * Reads a file.
   *
   * @throws ScoreFileException if it is not a score file, or damaged
   * @throws UncheckedIOException if it cannot be read
   */
  static Content read(Path file) {
    checkIsFile(file);
    try (InputStream in = Files.newInputStream(file)) {
      return new ScoreReader(file).read(in);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static UncheckedIOException unreadable(Path file, IOException e) {
    Interruption.check(e, file + " was being read");
    return WholeFiles.problem("%s: scores cannot be read (%s); check the path", file, e);
  }

  private static void checkIsFile(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new ScoreFileException(
          "%s: expected a file of scores, found a folder or a device; check the path"
              .formatted(file));
    }
  }

  /** Returns whether a file holds nothing yet, or a part of a score file's first line. */
  static boolean isBegun(Path file) {
    checkIsFile(file);
    try (InputStream in = Files.newInputStream(file)) {
      ScoreReader reader = new ScoreReader(file);
      Optional<byte[]> line = reader.line(in);
      if (line.isEmpty()) {
        return true;
      }
      String text = new String(line.get(), StandardCharsets.UTF_8);
      return reader.torn && (text.startsWith(START) || START.startsWith(text));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private Content read(InputStream in) throws IOException {
    ScoreHeader header = header(line(in));
    List<ScoreLine> lines = new ArrayList<>();
    for (Optional<byte[]> line = line(in); line.isPresent() && !torn; line = line(in)) {
      if (lines.size() == header.images()) {
        throw damaged("the end of the scores of %s images".formatted(header.images()), "more");
      }
      lines.add(line(object(text(line.get()), LINE, "a score")));
    }
    return new Content(header, version, lines, bytes, torn, checksums);
  }

  /** Returns the next line without its end, or what is left of a line without one. */
  private Optional<byte[]> line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    number++;
    boolean complete = false;
    while (!complete && hasMore(in)) {
      int end = next;
      while (end < filled && buffer[end] != '\n') {
        end++;
      }
      line.write(buffer, next, end - next);
      if (line.size() > LONGEST_LINE) {
        throw number == 1
            ? foreign()
            : damaged("a score", "a line of more than %s bytes".formatted(LONGEST_LINE));
      }
      complete = end < filled;
      next = complete ? end + 1 : end;
    }
    torn = !complete && line.size() > 0;
    if (!complete && !torn) {
      return Optional.empty();
    }
    bytes += torn ? 0 : line.size() + 1L;
    return Optional.of(line.toByteArray());
  }

  /** Fills the buffer if it is used up; returns whether there are more bytes. */
  private boolean hasMore(InputStream in) throws IOException {
    if (next == filled) {
      next = 0;
      filled = Math.max(0, in.read(buffer));
    }
    return next < filled;
  }

  private String text(byte[] line) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    } catch (CharacterCodingException e) {
      throw number == 1 ? foreign() : damaged("a score", "bytes that are not UTF-8");
    }
  }

  private ScoreHeader header(Optional<byte[]> line) {
    if (line.isEmpty()) {
      throw new ScoreFileException(
          "%s: expected a file of scores, found an empty file; check the path".formatted(file));
    }
    String text = text(line.get());
    if (torn && text.startsWith(START)) {
      throw new ScoreFileException(
          "%s: expected scores, found a first line that is not complete; run the evaluation again"
              .formatted(file));
    }
    if (torn || !text.startsWith(START)) {
      throw foreign();
    }
    checkVersion(text);
    JsonNode node = object(text, HEADER, "what the scores are of");
    return new ScoreHeader(
        new DetectorIdentity(
            text(node, "detector"),
            provenance(node),
            node.has("weights") ? Optional.of(hash(node, "weights")) : Optional.empty()),
        fraction(node, "threshold"),
        text(node, "degradation"),
        hash(node, "data"),
        part(node),
        whole(node, "images", 1));
  }

  private ScoreFileException foreign() {
    return new ScoreFileException(
        "%s: expected a file of scores, found none of that format; check the path".formatted(file));
  }

  /** Reads the version first, since a newer version may look different in everything else. */
  private void checkVersion(String text) {
    JsonNode stated = parse(text, "what the scores are of").path("version");
    if (stated.isMissingNode()) {
      return;
    }
    version = stated.isInt() ? stated.intValue() : 0;
    if (version > ScoreHeader.VERSION) {
      throw new ScoreFileException(
          "%s: expected a file of scores of format version 1 or 2, found version %s; read it with a"
                  .formatted(file, version)
              + " newer version of genimage");
    }
    if (version != ScoreHeader.VERSION) {
      throw damaged("format version 2", stated.toString());
    }
  }

  private JsonNode object(String text, Set<String> keys, String expected) {
    JsonNode node = parse(text, expected);
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (!keys.contains(entry.getKey()) || (version == 1 && entry.getKey().equals("crc32c"))) {
        throw damaged(expected, "the unknown key '%s'".formatted(entry.getKey()));
      }
    }
    if (version > 1 && !checksums.accept(text)) {
      throw damaged("the line's checksum", "another");
    }
    return node;
  }

  private JsonNode parse(String text, String expected) {
    try {
      JsonNode node = JSON.readTree(text);
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      throw damaged(expected, "no JSON object");
    }
    throw damaged(expected, "no JSON object");
  }

  private ScoreLine line(JsonNode node) {
    if (node.has("score") == node.has("error")) {
      throw damaged("a score or an error", node.has("score") ? "both" : "neither");
    }
    String generator = text(node, "generator");
    if (generator.isBlank()) {
      throw damaged("the name of a generator", "a blank text");
    }
    return new ScoreLine(
        text(node, "name"),
        generators.computeIfAbsent(generator, Generator::named),
        label(text(node, "label")),
        node.has("score") ? OptionalDouble.of(fraction(node, "score")) : OptionalDouble.empty(),
        node.has("error") ? text(node, "error") : "");
  }

  private Label label(String text) {
    for (Label label : Label.values()) {
      if (label.folder().equals(text)) {
        return label;
      }
    }
    throw damaged("the label 'ai' or 'nature'", "'" + text + "'");
  }

  private Map<String, String> provenance(JsonNode header) {
    JsonNode node = header.path("provenance");
    if (!node.isObject()) {
      throw damaged("a provenance", shown(node));
    }
    Map<String, String> provenance = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      provenance.put(entry.getKey(), text(node, entry.getKey()));
    }
    return provenance;
  }

  private Part part(JsonNode header) {
    if (!header.has("part") && !header.has("parts")) {
      return Part.WHOLE;
    }
    int count = whole(header, "parts", 1);
    int index = whole(header, "part", 0);
    if (index >= count) {
      throw damaged("a part from 0 to below %s".formatted(count), "part " + index);
    }
    return new Part(index, count);
  }

  private String text(JsonNode node, String key) {
    JsonNode value = node.path(key);
    if (!value.isTextual()) {
      throw damaged("a text as '%s'".formatted(key), shown(value));
    }
    return value.textValue();
  }

  private String hash(JsonNode node, String key) {
    String text = text(node, key);
    if (!text.matches("[0-9a-f]{64}")) {
      throw damaged("64 hexadecimal digits as '%s'".formatted(key), "'" + text + "'");
    }
    return text;
  }

  private double fraction(JsonNode node, String key) {
    JsonNode value = node.path(key);
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    if (!(number >= 0 && number <= 1)) {
      throw damaged("a number from 0 to 1 as '%s'".formatted(key), shown(value));
    }
    return number;
  }

  private int whole(JsonNode node, String key, int least) {
    JsonNode value = node.path(key);
    if (!value.isInt() || value.intValue() < least) {
      throw damaged("a whole number of at least %s as '%s'".formatted(least, key), shown(value));
    }
    return value.intValue();
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "none" : value.toString();
  }

  private ScoreFileException damaged(String expected, String found) {
    return damaged(file, number, expected, found);
  }

  /** Returns the refusal of a line. What stands before it can be kept. */
  static ScoreFileException damaged(Path file, int number, String expected, String found) {
    String short_ = found.length() > 200 ? found.substring(0, 200) + "..." : found;
    return new ScoreFileException(
        "%s: expected %s in line %s, found %s; %s"
            .formatted(
                file,
                expected,
                number,
                short_,
                number == 1
                    ? "remove the file and run the evaluation again"
                    : "remove this line and all after it, and run the evaluation again"));
  }
}
