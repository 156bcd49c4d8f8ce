package org.genimage.models;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.genimage.models.internal.NearestNames;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/** What weights say of the detector that they belong to, as strings that safetensors can hold. */
final class WeightsMetadata {

  private static final String DETECTOR = "genimage.detector";
  private static final String INPUT = "genimage.input";
  private static final String HEAD = "genimage.head";
  private static final String PRECISION = "genimage.precision";
  private static final String OWN = "genimage.";

  /** What any part of genimage writes into weights. */
  private static final Set<String> KNOWN =
      ImmutableSet.of(
          DETECTOR,
          INPUT,
          HEAD,
          PRECISION,
          "genimage.temperature",
          "genimage.threshold",
          VerdictMetadata.KEY,
          "genimage.format",
          "genimage.recipe",
          "genimage.start",
          "genimage.epoch",
          "genimage.training_data",
          "genimage.pretrained",
          "genimage.licence",
          "genimage.source",
          "genimage.training_images",
          "genimage.simulated",
          "genimage.run",
          "genimage.state",
          "genimage.sha256");

  private WeightsMetadata() {}

  static Map<String, String> of(Blueprint blueprint) {
    return Map.of(
        DETECTOR, blueprint.name(),
        INPUT, InputMetadata.write(blueprint.input()),
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
    Optional<Integer> outputs = outputs(file, weights);
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
                            shown(name),
                            outputs.map(" with %s outputs"::formatted).orElse(""))));
  }

  private static Optional<Integer> outputs(Path file, Weights weights) {
    try {
      return Optional.ofNullable(weights.metadata().get(HEAD))
          .map(head -> readHead(head).outputs());
    } catch (WeightsException e) {
      throw new WeightsException(file + ": " + e.getMessage(), e);
    }
  }

  /** Returns the blueprint as the weights' metadata wants it; without metadata, as it is. */
  static Blueprint apply(Blueprint blueprint, Weights weights) {
    Map<String, String> metadata = weights.metadata();
    metadata.keySet().forEach(WeightsMetadata::checkKnown);
    String detector = metadata.getOrDefault(DETECTOR, blueprint.name());
    if (!detector.equals(blueprint.name())) {
      throw new WeightsException(
          "expected weights of %s, found weights of %s; load them into that detector"
              .formatted(blueprint.name(), shown(detector)));
    }
    Blueprint result = blueprint;
    if (metadata.containsKey(INPUT)) {
      result = result.input(readInput(metadata.get(INPUT)));
    }
    if (metadata.containsKey(HEAD)) {
      result = result.head(fitting(readHead(metadata.get(HEAD)), blueprint));
    }
    return result;
  }

  /** A misspelt threshold must not leave the usual one in force. */
  private static void checkKnown(String key) {
    if (key.startsWith(OWN) && !KNOWN.contains(key)) {
      throw new WeightsException(
          ("expected only metadata that this version of genimage knows, found %s (nearest: %s);"
                  + " correct the name, or let it begin otherwise than %s")
              .formatted(shown(key), NearestNames.to(shown(key), KNOWN).get(0), OWN));
    }
  }

  private static Head fitting(Head head, Blueprint blueprint) {
    int outputs = blueprint.head().outputs();
    if (head.outputs() != outputs) {
      throw new WeightsException(
          ("expected metadata %s of a head with %s outputs, which %s has, found %s, which needs %s;"
                  + " load the weights into the variant that they are of")
              .formatted(HEAD, outputs, blueprint.name(), head, head.outputs()));
    }
    return head;
  }

  private static InputContract readInput(String text) {
    try {
      return InputMetadata.read(text);
    } catch (IllegalArgumentException e) {
      throw malformed(INPUT, e.getMessage(), e);
    }
  }

  private static Head readHead(String text) {
    try {
      return Head.valueOf(text);
    } catch (IllegalArgumentException e) {
      throw malformed(
          HEAD,
          "expected one of %s, found %s".formatted(Arrays.toString(Head.values()), shown(text)),
          e);
    }
  }

  private static WeightsException malformed(String key, String problem, Exception cause) {
    return new WeightsException(
        "metadata %s is not as genimage writes it: %s; correct it, or write the weights again"
            .formatted(key, problem),
        cause);
  }

  private static String shown(String text) {
    return Ascii.truncate(text, 100, "...");
  }
}
