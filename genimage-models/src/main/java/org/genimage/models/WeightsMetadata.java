package org.genimage.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.genimage.data.image.Filter;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/** What weights say of the detector that they belong to, as strings that safetensors can hold. */
final class WeightsMetadata {

  private static final String DETECTOR = "genimage.detector";
  private static final String INPUT = "genimage.input";
  private static final String HEAD = "genimage.head";
  private static final String PRECISION = "genimage.precision";
  private static final String SHORTER_SIDE = "resize_shorter_side";
  private static final String SQUARE = "resize_square";
  private static final String OPENCV_SQUARE = "resize_opencv_square";
  private static final ObjectMapper JSON = new ObjectMapper();

  private WeightsMetadata() {}

  static Map<String, String> of(Blueprint blueprint) {
    return Map.of(
        DETECTOR, blueprint.name(),
        INPUT, write(blueprint.input()),
        HEAD, blueprint.head().name());
  }

  /** Returns what a loaded detector adds: the numbers that it calculates with. */
  static Map<String, String> of(Precision precision) {
    return Map.of(PRECISION, precision.name());
  }

  /**
   * Returns the known blueprint that weights say they are of.
   *
   * @param file what messages begin with
   * @throws WeightsException if they do not say, or it is not among the known
   */
  static Blueprint blueprint(Path file, Weights weights, List<Blueprint> known) {
    String names = known.stream().map(Blueprint::name).distinct().collect(Collectors.joining(", "));
    String name = weights.metadata().get(DETECTOR);
    if (name == null) {
      throw new WeightsException(
          ("%s: expected weights that genimage wrote, found none that name their detector (metadata"
                  + " %s); load them into the detector that they are of, as in"
                  + " Detectors.resnet50().load(file); there are %s")
              .formatted(file, DETECTOR, names));
    }
    Optional<Integer> outputs =
        Optional.ofNullable(weights.metadata().get(HEAD)).map(head -> readHead(head).outputs());
    return known.stream()
        .filter(one -> one.name().equals(name))
        .filter(one -> outputs.isEmpty() || one.head().outputs() == outputs.get())
        .findFirst()
        .orElseThrow(
            () ->
                new WeightsException(
                    ("%s: expected weights of a detector of this version (%s), found those of %s%s;"
                            + " load them with the blueprint that they were made with")
                        .formatted(
                            file,
                            names,
                            name,
                            outputs.map(" with %d outputs"::formatted).orElse(""))));
  }

  /** Returns the blueprint as the weights' metadata wants it; without metadata, as it is. */
  static Blueprint apply(Blueprint blueprint, Weights weights) {
    Map<String, String> metadata = weights.metadata();
    String detector = metadata.getOrDefault(DETECTOR, blueprint.name());
    if (!detector.equals(blueprint.name())) {
      throw new WeightsException(
          "expected weights of %s, found weights of %s; load them into that detector"
              .formatted(blueprint.name(), detector));
    }
    Blueprint result = blueprint;
    if (metadata.containsKey(INPUT)) {
      result = result.input(readInput(metadata.get(INPUT)));
    }
    if (metadata.containsKey(HEAD)) {
      result = result.head(readHead(metadata.get(HEAD)));
    }
    return result;
  }

  private static String write(InputContract input) {
    ObjectNode json = JSON.createObjectNode();
    if (input.resize() instanceof Resize.ShorterSide resize) {
      json.put(SHORTER_SIDE, resize.side()).put("filter", resize.filter().name());
    } else if (input.resize() instanceof Resize.Square resize) {
      json.put(SQUARE, resize.side()).put("filter", resize.filter().name());
    } else if (input.resize() instanceof Resize.OpenCvSquare resize) {
      json.put(OPENCV_SQUARE, resize.side());
    }
    json.put("side", input.side());
    json.put("channels", input.channels().name());
    json.set("mean", JSON.valueToTree(input.mean()));
    json.set("std", JSON.valueToTree(input.std()));
    return json.toString();
  }

  private static InputContract readInput(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      ChannelOrder channels = ChannelOrder.valueOf(json.path("channels").asText("RGB"));
      return new InputContract(
          readResize(json),
          json.path("side").asInt(),
          channels,
          floats(json.path("mean")),
          floats(json.path("std")));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw malformed(INPUT, text, e);
    }
  }

  private static Resize readResize(JsonNode json) {
    if (json.has(SHORTER_SIDE)) {
      return new Resize.ShorterSide(json.get(SHORTER_SIDE).asInt(), readFilter(json));
    }
    if (json.has(SQUARE)) {
      return new Resize.Square(json.get(SQUARE).asInt(), readFilter(json));
    }
    return json.has(OPENCV_SQUARE)
        ? new Resize.OpenCvSquare(json.get(OPENCV_SQUARE).asInt())
        : new Resize.None();
  }

  private static Filter readFilter(JsonNode json) {
    return Filter.valueOf(json.path("filter").asText());
  }

  private static Head readHead(String text) {
    try {
      return Head.valueOf(text);
    } catch (IllegalArgumentException e) {
      throw malformed(HEAD, text, e);
    }
  }

  private static List<Float> floats(JsonNode array) {
    List<Float> values = new ArrayList<>();
    array.forEach(value -> values.add(value.floatValue()));
    return values;
  }

  private static WeightsException malformed(String key, String value, Exception cause) {
    return new WeightsException(
        "expected metadata %s as genimage writes it, found %s; write the weights again"
            .formatted(key, value),
        cause);
  }
}
