package org.genimage.models.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableMap;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.genimage.data.internal.Interruption;

/**
 * The settings of a LoRA adapter that decide what it adds.
 *
 * @param rank PEFT's r; empty if the pairs' own shapes decide
 * @param alpha PEFT's lora_alpha
 * @param rankStabilised whether the scale is alpha / sqrt(r), not alpha / r
 * @param ranks other ranks, by a regular expression for the end of a layer's name
 * @param alphas other alphas, likewise
 */
record LoraConfig(
    Optional<Integer> rank,
    double alpha,
    boolean rankStabilised,
    ImmutableMap<String, Double> ranks,
    ImmutableMap<String, Double> alphas) {

  /** Settings by which an adapter is more than pairs, or its base was changed. */
  private static final List<String> NOT_PAIRS =
      List.of(
          "use_dora",
          "use_qalora",
          "use_bdlora",
          "alora_invocation_tokens",
          "arrow_config",
          "kasa_config",
          "layer_replication",
          "monteclora_config",
          "target_parameters",
          "trainable_token_indices");

  /** Ways to start that leave the base as it is. */
  private static final Set<String> STARTS =
      Set.of("true", "false", "gaussian", "orthogonal", "eva");

  /** A group that is repeated may take for ever to match. */
  private static final Pattern REPEATED_GROUP = Pattern.compile("\\)[*+?{]");

  private static final int MAX_BYTES = 1 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static LoraConfig of(double alpha) {
    return new LoraConfig(Optional.empty(), alpha, false, ImmutableMap.of(), ImmutableMap.of());
  }

  LoraConfig stabilised() {
    return new LoraConfig(rank, alpha, true, ranks, alphas);
  }

  static LoraConfig read(Path file) {
    JsonNode json = parse(file);
    String type = json.path("peft_type").asText("LORA");
    if (!type.equals("LORA")) {
      throw expected(file, "peft_type LORA", json.path("peft_type"));
    }
    for (String setting : NOT_PAIRS) {
      JsonNode value = json.path(setting);
      boolean off =
          value.isMissingNode()
              || value.isNull()
              || value.isBoolean() && !value.booleanValue()
              || value.isContainerNode() && value.isEmpty();
      if (!off) {
        throw expected(file, "an adapter without " + setting, value);
      }
    }
    JsonNode start = json.path("init_lora_weights");
    if (!start.isMissingNode() && !STARTS.contains(start.asText())) {
      throw expected(
          file,
          "init_lora_weights that leave the base as it is (one of %s)".formatted(STARTS),
          start);
    }
    JsonNode rank = json.path("r");
    if (!rank.isInt() || rank.intValue() < 1) {
      throw expected(file, "r to be a whole number from 1", rank);
    }
    JsonNode alpha = json.path("lora_alpha");
    if (!alpha.isNumber()) {
      throw expected(file, "lora_alpha to be a number", alpha);
    }
    return new LoraConfig(
        Optional.of(rank.intValue()),
        alpha.doubleValue(),
        json.path("use_rslora").asBoolean(false),
        patterns(file, json, "rank_pattern"),
        patterns(file, json, "alpha_pattern"));
  }

  private static JsonNode parse(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new WeightsException(
            "%s: expected the configuration of a LoRA adapter, found %s bytes; check the file"
                .formatted(file, Files.size(file)));
      }
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      if (!json.isObject()) {
        throw expected(file, "a JSON object", json);
      }
      return json;
    } catch (JsonProcessingException | CharConversionException e) {
      throw new WeightsException(
          "%s: expected the configuration of a LoRA adapter, found no JSON; download it again"
              .formatted(file),
          e);
    } catch (NoSuchFileException e) {
      throw new WeightsException(
          "%s: expected the configuration of a LoRA adapter, found no file; it lies beside the adapter,"
                  .formatted(file)
              + " or give alpha with LoraAdapter.of(weights, alpha)",
          e);
    } catch (IOException e) {
      Interruption.check(e, file + " was being read");
      throw new WeightsException(
          "%s: expected the configuration of a LoRA adapter, got %s; check the path"
              .formatted(file, WeightsFormat.reason(e)),
          e);
    }
  }

  private static ImmutableMap<String, Double> patterns(Path file, JsonNode json, String setting) {
    ImmutableMap.Builder<String, Double> patterns = ImmutableMap.builder();
    for (Map.Entry<String, JsonNode> item : json.path(setting).properties()) {
      String pattern = item.getKey();
      if (!item.getValue().isNumber()
          || pattern.length() > 200
          || REPEATED_GROUP.matcher(pattern).find()
          || !compiles(pattern)) {
        throw expected(
            file,
            "%s to have a number for each simple regular expression".formatted(setting),
            item.getValue().isNumber() ? JSON.valueToTree(pattern) : item.getValue());
      }
      patterns.put(pattern, item.getValue().doubleValue());
    }
    return patterns.buildOrThrow();
  }

  private static boolean compiles(String pattern) {
    try {
      Pattern.compile(end(pattern));
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private static WeightsException expected(Path file, String what, JsonNode found) {
    return new WeightsException(
        "%s: expected %s, found %s; merge the adapter in PEFT, or correct the file"
            .formatted(
                file,
                what,
                found.isMissingNode() ? "none" : Ascii.truncate(found.toString(), 100, "...")));
  }

  /** Returns the rank of a layer; empty if its pair decides. */
  Optional<Integer> rank(String layer) {
    return value(ranks, layer).map(Double::intValue).or(() -> rank);
  }

  /** Returns what the product of a layer's pair is multiplied by. */
  double scale(String layer, int pairsRank) {
    double layersAlpha = value(alphas, layer).orElse(alpha);
    return layersAlpha / (rankStabilised ? Math.sqrt(pairsRank) : pairsRank);
  }

  private static Optional<Double> value(Map<String, Double> patterns, String layer) {
    return patterns.entrySet().stream()
        .filter(entry -> Pattern.matches(end(entry.getKey()), layer))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** PEFT compares a pattern with the end of a layer's name. */
  private static String end(String pattern) {
    return "(.*\\.)?(" + pattern + ")";
  }

  @Override
  public String toString() {
    return "r %s, alpha %s%s%s"
        .formatted(
            rank.map(Object::toString).orElse("of each pair"),
            alpha,
            rankStabilised ? ", rank-stabilised" : "",
            ranks.isEmpty() && alphas.isEmpty() ? "" : ", with patterns");
  }
}
