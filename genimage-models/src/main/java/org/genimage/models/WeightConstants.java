package org.genimage.models;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelVariables;
import org.genimage.models.nn.Parameter;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Weights as constants of a graph. What the weights lack is filled with zeros while the graph is
 * built, so that {@link #verify} can name everything that does not fit in one message.
 */
final class WeightConstants implements ModelVariables {

  private final Weights weights;
  private final Map<String, Parameter> asked = new LinkedHashMap<>();
  private final Map<String, Operand<TFloat32>> values = new LinkedHashMap<>();

  WeightConstants(Weights weights) {
    this.weights = weights;
  }

  @Override
  public Operand<TFloat32> value(Ops tf, Parameter parameter) {
    return values.computeIfAbsent(
        parameter.key(),
        key ->
            Layers.constant(
                tf,
                parameter.layout().toTensorFlow(parameter.shape()),
                parameter.layout().toTensorFlow(numbers(parameter), parameter.shape())));
  }

  @Override
  public void declare(Parameter entry) {
    asked.put(entry.key(), entry);
  }

  @Override
  public Op assign(Ops tf, Parameter buffer, Operand<TFloat32> value) {
    throw new UnsupportedOperationException(buffer.key() + " is a constant");
  }

  @Override
  public Optional<float[]> constant(Parameter parameter) {
    return Optional.of(numbers(parameter));
  }

  private float[] numbers(Parameter parameter) {
    asked.put(parameter.key(), parameter);
    WeightArray array = weights.arrays().get(parameter.key());
    return array != null && array.shape().equals(parameter.shape()) && !array.isInteger()
        ? array.floats()
        : new float[parameter.size()];
  }

  /**
   * Holds the weights against what the network asked for.
   *
   * @throws WeightsException that lists missing, unexpected and wrongly shaped keys
   */
  void verify(String detector) {
    List<String> problems = new ArrayList<>();
    Set<String> found = weights.keys();
    List<String> missing = new ArrayList<>();
    List<String> misshapen = new ArrayList<>();
    for (Parameter parameter : asked.values()) {
      WeightArray array = weights.arrays().get(parameter.key());
      if (array != null && !array.shape().equals(parameter.shape())) {
        misshapen.add(
            "%s has shape %s, expected %s"
                .formatted(parameter.key(), array.shape(), parameter.shape()));
      } else if (array == null && parameter.role().required()) {
        missing.add(parameter.key() + nearest(parameter.key(), found));
      }
    }
    List<String> unexpected =
        found.stream()
            .filter(key -> !asked.containsKey(key))
            .map(key -> key + nearest(key, asked.keySet()))
            .toList();
    describe(problems, "missing", missing);
    describe(problems, "unexpected", unexpected);
    describe(problems, "of another shape", misshapen);
    if (!problems.isEmpty()) {
      throw new WeightsException(
          "weights do not fit %s: of %d keys expected and %d found, %s; load weights made for it"
              .formatted(detector, asked.size(), found.size(), String.join("; ", problems)));
    }
  }

  private static void describe(List<String> problems, String what, List<String> keys) {
    int shown = 4;
    if (!keys.isEmpty()) {
      String more = keys.size() > shown ? ", and %d more".formatted(keys.size() - shown) : "";
      problems.add(
          "%d %s: %s%s"
              .formatted(
                  keys.size(),
                  what,
                  String.join(", ", keys.subList(0, Math.min(shown, keys.size()))),
                  more));
    }
  }

  private static String nearest(String key, Collection<String> candidates) {
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
        .filter(candidate -> distance(key, candidate) <= key.length() / 2)
        .map(candidate -> " (nearest: " + candidate + ")")
        .orElse("");
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
