package org.genimage.eval.protocol;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.internal.CheckedLines;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.WholeFiles;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.ScoreFileException;
import org.genimage.eval.statistics.Proportion;

/**
 * The accuracy of one detector under one attack, in a file of its own: a JSON object with a
 * checksum. Files of genimage 0.1.0 have the number of images decided rightly, of all images, and
 * the images' fingerprint in one line; they do not say whose accuracy it is.
 *
 * @param data the fingerprint of the images
 * @param detector empty in files of 0.1.0
 */
record AttackedAccuracy(Proportion accuracy, String data, Optional<DetectorIdentity> detector) {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String FORMAT = "genimage-attacked-accuracy";
  private static final String START = "{\"format\":\"" + FORMAT + "\",";
  private static final int VERSION = 2;
  private static final long LONGEST = 1 << 22;

  /**
   * Reads a file.
   *
   * @param data the fingerprint of the images
   * @throws ScoreFileException if it is of other images, holds something else, or is damaged
   * @throws UncheckedIOException if it cannot be read
   */
  static AttackedAccuracy read(Path file, String data) {
    String text;
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
        throw refused(file, "something else");
      }
      text = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw refused(file, "bytes that are not UTF-8");
    } catch (IOException e) {
      Interruption.check(e, file + " was being read");
      throw WholeFiles.problem(
          "%s: the accuracy under attack cannot be read (%s); remove the file and run again",
          file, e);
    }
    AttackedAccuracy found = text.startsWith(START) ? ofJson(file, text) : ofVersion1(file, text);
    if (!found.data().equals(data)) {
      throw refused(file, "that of other images");
    }
    return found;
  }

  private static AttackedAccuracy ofVersion1(Path file, String text) {
    List<String> words = List.of(text.split("[ \n]", -1));
    if (!text.matches("\\d{1,18} \\d{1,18} [0-9a-f]{64}\n?")) {
      throw refused(file, "something else");
    }
    return new AttackedAccuracy(
        proportion(file, Long.parseLong(words.get(0)), Long.parseLong(words.get(1))),
        words.get(2),
        Optional.empty());
  }

  private static AttackedAccuracy ofJson(Path file, String text) {
    JsonNode node;
    try {
      node = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw refused(file, "a damaged one");
    }
    int version = node.path("version").asInt();
    if (version > VERSION) {
      throw new ScoreFileException(
          "%s: expected an accuracy under attack of format version 1 or 2, found version %s; read it"
                  .formatted(file, version)
              + " with a newer version of genimage");
    }
    if (version != VERSION || !text.endsWith("\n") || !new CheckedLines().accept(text.strip())) {
      throw refused(file, "a damaged one");
    }
    Map<String, String> provenance = new LinkedHashMap<>();
    node.path("provenance")
        .properties()
        .forEach(entry -> provenance.put(entry.getKey(), entry.getValue().asText()));
    return new AttackedAccuracy(
        proportion(file, node.path("correct").asLong(-1), node.path("images").asLong(-1)),
        node.path("data").asText(),
        Optional.of(
            new DetectorIdentity(
                node.path("detector").asText(),
                provenance,
                Optional.ofNullable(node.get("weights")).map(JsonNode::asText))));
  }

  private static Proportion proportion(Path file, long correct, long images) {
    if (correct < 0 || images < 1 || correct > images) {
      throw refused(file, "%s of %s images".formatted(correct, images));
    }
    return new Proportion(correct, images);
  }

  private static ScoreFileException refused(Path file, String found) {
    return new ScoreFileException(
        "%s: expected the accuracy under an attack on these images, found %s; choose another folder or remove this file"
            .formatted(file, found));
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  void write(Path file) {
    ObjectNode node = JSON.createObjectNode();
    node.put("format", FORMAT);
    node.put("version", VERSION);
    node.put("correct", accuracy.count());
    node.put("images", accuracy.total());
    node.put("data", data);
    detector.ifPresent(one -> put(node, one));
    try {
      WholeFiles.write(file, new CheckedLines().seal(node.toString()) + "\n");
    } catch (IOException e) {
      throw WholeFiles.problem(
          "%s: the accuracy under attack cannot be written (%s); make room or choose another folder",
          file, e);
    }
  }

  private static void put(ObjectNode node, DetectorIdentity detector) {
    node.put("detector", detector.name());
    detector.weights().ifPresent(hash -> node.put("weights", hash));
    ObjectNode origin = node.putObject("provenance");
    detector.provenance().forEach(origin::put);
  }
}
