package org.genimage.eval;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Sample;

/**
 * What a score file says of one image: its score, or why it has none.
 *
 * @param score in [0, 1], if there is one
 * @param error why there is no score; empty if there is one
 */
record ScoreLine(
    String name, Generator generator, Label label, OptionalDouble score, String error) {

  private static final ObjectMapper JSON = new ObjectMapper();

  static ScoreLine of(Score score) {
    return new ScoreLine(
        score.name(), score.generator(), score.label(), OptionalDouble.of(score.value()), "");
  }

  static ScoreLine of(Failure failure) {
    return new ScoreLine(
        failure.name(),
        failure.generator(),
        failure.label(),
        OptionalDouble.empty(),
        failure.reason());
  }

  boolean failed() {
    return score.isEmpty();
  }

  Score toScore() {
    return new Score(name, generator, label, score.orElseThrow());
  }

  Failure toFailure() {
    return new Failure(name, generator, label, error);
  }

  /** Returns whether this is a line of the image. */
  boolean isOf(Sample sample) {
    return name.equals(stored(sample.name()))
        && generator.name().equals(stored(sample.generator().name()))
        && label == sample.label();
  }

  /** Returns a text as a file in UTF-8 gives it back; a lone surrogate is replaced. */
  private static String stored(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /**
   * Returns this line about the sample itself, since a file does not have a generator's folders.
   */
  ScoreLine about(Sample sample) {
    return new ScoreLine(sample.name(), sample.generator(), sample.label(), score, error);
  }

  /** Returns the line without its checksum and end. */
  String json() {
    ObjectNode node =
        JSON.createObjectNode()
            .put("name", name)
            .put("generator", generator.name())
            .put("label", label.folder());
    score.ifPresentOrElse(value -> node.put("score", value), () -> node.put("error", error));
    return node.toString();
  }

  @Override
  public String toString() {
    return "%s (%s, %s)".formatted(name, generator, label.folder());
  }
}
