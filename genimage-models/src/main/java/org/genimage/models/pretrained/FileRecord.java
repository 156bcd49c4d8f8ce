package org.genimage.models.pretrained;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.genimage.data.internal.WholeFiles;
import org.genimage.models.pretrained.PublishedFile.Content;

/**
 * What is noted of a file when it is downloaded or first used, in a file beside it. From then on it
 * is what the file is compared with, and what is downloaded again if the file is gone.
 *
 * @param source where it was published
 * @param revision a commit; the name of a branch where no server named the commit
 * @param bytes its length
 * @param sha256 in hexadecimal
 * @param check what the content was compared with
 */
record FileRecord(String source, String revision, long bytes, String sha256, Check check) {

  /** What a content was compared with when it was noted. */
  enum Check {
    /** The hash that this version of genimage knows. */
    PINNED,
    /** The hash that the hub stated. */
    STATED,
    /** Nothing: nobody stated a hash. */
    FIRST_USE
  }

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  static Path place(Path file) {
    return file.resolveSibling(file.getFileName() + ".json");
  }

  /**
   * Returns what is noted of a file; empty if nothing is.
   *
   * @throws TransferException if it cannot be understood
   * @throws IOException if it cannot be read
   */
  static Optional<FileRecord> read(Path file) throws IOException {
    Path place = place(file);
    if (Files.notExists(place)) {
      return Optional.empty();
    }
    JsonNode json = parse(Files.readAllBytes(place));
    Optional<Check> check =
        Arrays.stream(Check.values())
            .filter(one -> one.name().equals(json.path("check").textValue()))
            .findFirst();
    if (check.isEmpty()
        || !json.path("source").isTextual()
        || !json.path("revision").isTextual()
        || length(json.path("bytes")).isEmpty()
        || !json.path("sha256").asText().matches("[0-9a-f]{64}")) {
      throw TransferException.lasting(
          "the note %s beside it, which genimage did not write so".formatted(place),
          "delete that note");
    }
    return Optional.of(
        new FileRecord(
            json.path("source").textValue(),
            json.path("revision").textValue(),
            length(json.path("bytes")).get(),
            json.path("sha256").textValue(),
            check.get()));
  }

  private static JsonNode parse(byte[] text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }

  /** Returns the length of a file; empty if a number cannot be one. */
  static Optional<Long> length(JsonNode number) {
    return Optional.of(number)
        .filter(one -> one.isIntegralNumber() && one.canConvertToLong())
        .map(JsonNode::longValue)
        .filter(bytes -> bytes >= 0);
  }

  void write(Path file, Licence licence) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("source", source);
    json.put("revision", revision);
    json.put("bytes", bytes);
    json.put("sha256", sha256);
    json.put("check", check.name());
    json.put("licence", licence.toString());
    WholeFiles.write(
        place(file), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  Content content() {
    return new Content(Optional.of(bytes), Optional.of(sha256), Optional.empty());
  }

  /** Returns all of it in a line. */
  @Override
  public String toString() {
    return "%s, revision %s, SHA-256 %s".formatted(source, revision, sha256);
  }
}
