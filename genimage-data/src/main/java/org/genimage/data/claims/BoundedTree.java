package org.genimage.data.claims;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads CBOR and JSON of strangers into trees of bounded size and depth. */
final class BoundedTree {

  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder()
          .maxNestingDepth(Limits.CBOR_DEPTH)
          .maxTokenCount(Limits.TOKENS)
          .maxStringLength(Limits.TEXT)
          .maxNameLength(Limits.SHOWN)
          .build();

  private static final ObjectMapper CBOR =
      new ObjectMapper(CBORFactory.builder().streamReadConstraints(LIMITS).build());

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(LIMITS)
              .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN
              .build());

  private BoundedTree() {}

  /**
   * Reads CBOR. Tags are dropped, and integer keys become text.
   *
   * @throws DamagedException if it is damaged or exceeds a limit
   */
  static JsonNode cbor(ByteBuffer bytes) throws DamagedException {
    if (bytes.limit() > Limits.CBOR) {
      throw new DamagedException(
          "%s bytes of CBOR where at most %s are read".formatted(bytes.limit(), Limits.CBOR));
    }
    try {
      return CBOR.readTree(Bytes.copy(bytes));
    } catch (IOException | RuntimeException e) {
      throw new DamagedException("damaged or excessive CBOR");
    }
  }

  /** Reads a JSON object; empty if the text is none, or exceeds a limit. */
  static Optional<JsonNode> json(String text) {
    if (!text.startsWith("{")) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(text)).filter(JsonNode::isObject);
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Returns a text that is not blank, cut for display. */
  static Optional<String> text(JsonNode node, String key) {
    JsonNode value = node == null ? MissingNode.getInstance() : node.path(key);
    return value.isTextual() ? shown(value.textValue()) : Optional.empty();
  }

  static Optional<String> shown(String text) {
    return Optional.of(Texts.shown(text)).filter(shown -> !shown.isBlank());
  }

  /** Returns the items of a list, or the value itself, or nothing. */
  static Stream<JsonNode> items(JsonNode node) {
    if (node.isArray()) {
      return StreamSupport.stream(node.spliterator(), false);
    }
    return node.isMissingNode() || node.isNull() ? Stream.empty() : Stream.of(node);
  }
}
