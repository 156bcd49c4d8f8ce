package org.genimage.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.genimage.data.internal.JsonTree;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * A rule of verdicts in the metadata of weights, as JSON. Reading converts nothing: a missing
 * field, an unknown one or a value out of its range is an error, since each would change verdicts
 * silently.
 */
final class VerdictMetadata {

  static final String KEY = "genimage.verdict";

  private static final String DETECTOR = "genimage.detector";
  private static final Set<String> RULE =
      ImmutableSet.of(
          "natural_below", "ai_above", "false_accusations", "missed_ai", "views", "chosen_on");
  private static final Set<String> BOUND =
      ImmutableSet.of("limit", "bound", "confidence", "errors", "images");
  private static final Set<String> ORIGIN =
      ImmutableSet.of(
          "detector", "temperature", "images_sha256", "selection", "compared_with_training");

  private VerdictMetadata() {}

  static Map<String, String> of(VerdictRule rule) {
    ObjectNode json = FolderJson.JSON.createObjectNode();
    json.put("natural_below", rule.natureBelow());
    json.put("ai_above", rule.aiAbove());
    put(json.putObject("false_accusations"), rule.falseAccusations());
    put(json.putObject("missed_ai"), rule.missed());
    json.set("views", FolderJson.JSON.valueToTree(rule.views()));
    json.putObject("chosen_on")
        .put("detector", rule.origin().detector())
        .put("temperature", rule.origin().temperature())
        .put("images_sha256", rule.origin().data())
        .put("selection", rule.origin().selection())
        .put("compared_with_training", rule.origin().compared());
    return Map.of(KEY, json.toString());
  }

  private static void put(ObjectNode json, ErrorBound bound) {
    json.put("limit", bound.limit())
        .put("bound", bound.bound())
        .put("confidence", bound.confidence())
        .put("errors", bound.errors())
        .put("images", bound.images());
  }

  /**
   * Returns the rule of weights, if they have one.
   *
   * @throws WeightsException if the metadata is not as genimage writes it, or does not fit the
   *     weights
   */
  static Optional<VerdictRule> rule(Weights weights) {
    String text = weights.metadata().get(KEY);
    if (text == null) {
      return Optional.empty();
    }
    VerdictRule rule;
    try {
      rule = read(text);
    } catch (IllegalArgumentException e) {
      throw new WeightsException(
          "metadata %s is not as genimage writes it: %s; write it with VerdictRule.on"
              .formatted(KEY, e.getMessage()),
          e);
    }
    VerdictRule.Origin origin = rule.origin();
    String detector = weights.metadata().getOrDefault(DETECTOR, origin.detector());
    double temperature = weights.calibration().temperature();
    if (!detector.equals(origin.detector()) || temperature != origin.temperature()) {
      throw new WeightsException(
          ("expected a rule of verdicts for scores of %s at temperature %s, found one for %s at %s;"
                  + " choose the rule again on the scores of these weights")
              .formatted(detector, temperature, shown(origin.detector()), origin.temperature()));
    }
    return Optional.of(rule);
  }

  private static VerdictRule read(String text) {
    JsonNode json;
    try {
      json = JsonTree.read(text);
    } catch (IOException e) {
      throw new IllegalArgumentException("expected a JSON object, found " + shown(text), e);
    }
    JsonNode rule = fields(json, RULE);
    JsonNode origin = fields(rule.get("chosen_on"), ORIGIN);
    return new VerdictRule(
        number(rule, "natural_below"),
        number(rule, "ai_above"),
        bound(rule.get("false_accusations")),
        bound(rule.get("missed_ai")),
        views(rule.get("views")),
        new VerdictRule.Origin(
            text(origin, "detector"),
            number(origin, "temperature"),
            text(origin, "images_sha256"),
            text(origin, "selection"),
            flag(origin, "compared_with_training")));
  }

  private static ErrorBound bound(JsonNode json) {
    JsonNode bound = fields(json, BOUND);
    return new ErrorBound(
        number(bound, "limit"),
        number(bound, "bound"),
        number(bound, "confidence"),
        count(bound, "errors"),
        count(bound, "images"));
  }

  private static List<SecondView> views(JsonNode array) {
    if (!array.isArray()) {
      throw expected("views to be a list", array);
    }
    List<SecondView> views = new ArrayList<>();
    for (JsonNode name : array) {
      views.add(
          Arrays.stream(SecondView.values())
              .filter(view -> name.isTextual() && view.name().equals(name.textValue()))
              .findFirst()
              .orElseThrow(
                  () ->
                      expected("views to be among " + Arrays.toString(SecondView.values()), name)));
    }
    return views;
  }

  private static JsonNode fields(JsonNode json, Set<String> names) {
    if (json == null || !json.isObject()) {
      throw expected("a JSON object", json);
    }
    Set<String> found = ImmutableSet.copyOf(json.fieldNames());
    if (!found.equals(names)) {
      throw new IllegalArgumentException(
          "expected the fields %s, found %s".formatted(names, shown(found.toString())));
    }
    return json;
  }

  private static double number(JsonNode json, String field) {
    JsonNode value = json.get(field);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw expected(field + " to be a number", value);
    }
    return value.doubleValue();
  }

  private static long count(JsonNode json, String field) {
    JsonNode value = json.get(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw expected(field + " to be a whole number", value);
    }
    return value.longValue();
  }

  private static String text(JsonNode json, String field) {
    JsonNode value = json.get(field);
    if (!value.isTextual()) {
      throw expected(field + " to be a text", value);
    }
    return value.textValue();
  }

  private static boolean flag(JsonNode json, String field) {
    JsonNode value = json.get(field);
    if (!value.isBoolean()) {
      throw expected(field + " to be true or false", value);
    }
    return value.booleanValue();
  }

  private static IllegalArgumentException expected(String what, JsonNode found) {
    return new IllegalArgumentException(
        "expected %s, found %s".formatted(what, found == null ? "none" : shown(found.toString())));
  }

  private static String shown(String text) {
    return Ascii.truncate(text, FolderJson.SHOWN, "...");
  }
}
