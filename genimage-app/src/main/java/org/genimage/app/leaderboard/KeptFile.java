package org.genimage.app.leaderboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.genimage.app.command.Outputs;

/**
 * A finished piece in a JSON file, with a key of everything that decided it. A file with another
 * key is of another run; it counts as missing and is written anew.
 *
 * @param file where it lies
 * @param key SHA-256 of what decided it
 */
record KeptFile(Path file, String key) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Returns the file whose content follows from these. */
  static KeptFile of(Path file, List<String> premises) {
    String text = String.join("\n", premises);
    return new KeptFile(file, Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString());
  }

  /** Returns an object with the key, to be filled and written. */
  ObjectNode begin() {
    return JSON.createObjectNode().put("key", key);
  }

  /** Returns the content; empty if the file is missing, damaged or of another key. */
  Optional<JsonNode> read() {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(file.toFile()))
          .filter(node -> node.path("key").asText().equals(key));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Writes the content whole or not at all. */
  void write(ObjectNode content) {
    try {
      Outputs.write(file, JSON.writeValueAsBytes(content));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e); // texts and numbers
    }
  }
}
