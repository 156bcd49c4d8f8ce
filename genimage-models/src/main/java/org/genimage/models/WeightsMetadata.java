package org.genimage.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.genimage.data.Filter;

/** What weights say of the detector that they belong to, as strings that safetensors can hold. */
final class WeightsMetadata {

  private static final String DETECTOR = "genimage.detector";
  private static final String INPUT = "genimage.input";
  private static final String HEAD = "genimage.head";
  private static final ObjectMapper JSON = new ObjectMapper();

  private WeightsMetadata() {}

  static Map<String, String> of(Blueprint blueprint) {
    return Map.of(
        DETECTOR, blueprint.name(),
        INPUT, write(blueprint.input()),
        HEAD, blueprint.head().name());
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
      json.put("resize_shorter_side", resize.side());
      json.put("filter", resize.filter().name());
    }
    json.put("side", input.side());
    json.set("mean", JSON.valueToTree(input.mean()));
    json.set("std", JSON.valueToTree(input.std()));
    return json.toString();
  }

  private static InputContract readInput(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      Resize resize =
          json.has("resize_shorter_side")
              ? new Resize.ShorterSide(
                  json.get("resize_shorter_side").asInt(),
                  Filter.valueOf(json.path("filter").asText()))
              : new Resize.None();
      return new InputContract(
          resize, json.path("side").asInt(), floats(json.path("mean")), floats(json.path("std")));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw malformed(INPUT, text, e);
    }
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
        "expected metadata %s as genimage writes it, found %s; write the weights anew"
            .formatted(key, value),
        cause);
  }
}
