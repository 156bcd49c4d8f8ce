package org.genimage.models.internal;

import com.google.common.base.Ascii;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * How weights fit a network's entries.
 *
 * @param expected the network's entries by key
 * @param found the weights
 * @param missing required keys that the weights lack
 * @param unexpected keys that the network does not have
 * @param misshapen keys whose arrays have another shape, or integers for floats
 * @param notFinite keys of the network whose arrays have NaN or an infinity
 */
public record KeyFit(
    Map<String, Parameter> expected,
    Weights found,
    List<String> missing,
    List<String> unexpected,
    List<String> misshapen,
    List<String> notFinite) {

  /**
   * So many keys are all named; of more, a few tell that these are the weights of another network.
   */
  private static final int FEW = 16;

  private static final int EXAMPLES = 3;
  private static final int PART = 1 << 14;
  private static final int MAX_CANDIDATES = 20_000;
  private static final int MAX_LENGTH = 500;

  /** Holds weights against entries; every number is read. */
  public static KeyFit of(Collection<Parameter> entries, Weights weights) {
    return of(entries, weights, key -> false);
  }

  /**
   * Holds weights against entries.
   *
   * @param finite the keys of arrays whose numbers are known to be finite; they are not read
   */
  static KeyFit of(Collection<Parameter> entries, Weights weights, Predicate<String> finite) {
    Map<String, Parameter> expected = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    List<String> misshapen = new ArrayList<>();
    List<String> notFinite = new ArrayList<>();
    for (Parameter entry : entries) {
      expected.put(entry.key(), entry);
      boolean required = entry.role().required();
      WeightArray array = weights.arrays().get(entry.key());
      if (array == null) {
        if (required) {
          missing.add(entry.key());
        }
      } else if (!array.shape().equals(entry.shape()) || array.isInteger() && required) {
        misshapen.add(entry.key());
      } else if (!finite.test(entry.key()) && firstNotFinite(array) >= 0) {
        notFinite.add(entry.key());
      }
    }
    List<String> unexpected =
        weights.keys().stream().filter(key -> !expected.containsKey(key)).toList();
    return new KeyFit(expected, weights, missing, unexpected, misshapen, notFinite);
  }

  /** Returns the index of the first float that is NaN or infinite, or -1. */
  private static int firstNotFinite(WeightArray array) {
    if (array.isInteger()) {
      return -1;
    }
    int size = array.shape().stream().reduce(1, Math::multiplyExact);
    float[] part = new float[Math.min(PART, size)];
    int[] first = {-1};
    array
        .source()
        .read(
            size,
            part,
            (values, count, before) -> {
              int found = first[0] < 0 ? firstNotFinite(values, 0, count) : -1;
              first[0] = found < 0 ? first[0] : before + found;
            });
    return first[0];
  }

  /** Returns the index of the first of some floats that is NaN or infinite, or -1. */
  static int firstNotFinite(float[] values, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (!Float.isFinite(values[i])) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Returns if all fits.
   *
   * @throws WeightsException that lists missing, unexpected and wrongly shaped keys and those with
   *     numbers that are not finite, and names the prefix of a wrapper in PyTorch
   */
  public void verify(String detector, String advice) {
    if (!fits()) {
      throw new WeightsException(
          "%s; %s".formatted(describe(detector), wrapped() + pairs() + advice));
    }
  }

  /** Returns whether all fits. */
  public boolean fits() {
    return missing.isEmpty() && unexpected.isEmpty() && misshapen.isEmpty() && notFinite.isEmpty();
  }

  /** Returns what does not fit, in the beginning of a sentence. */
  public String describe(String detector) {
    return "weights do not fit %s: of %s keys expected and %s found, %s"
        .formatted(detector, expected.size(), found.keys().size(), String.join("; ", problems()));
  }

  /** Returns what does not fit, a phrase for each kind. */
  private List<String> problems() {
    List<String> problems = new ArrayList<>();
    describe(problems, "missing", missing, key -> key + nearest(key, found.keys()));
    describe(problems, "unexpected", unexpected, key -> key + nearest(key, expected.keySet()));
    describe(problems, "of another shape", misshapen, this::shapes);
    describe(problems, "not finite", notFinite, this::firstNotFinite);
    return problems;
  }

  private String wrapped() {
    Map<String, String> wrapped = found.wrappedKeys();
    return wrapped.entrySet().stream()
        .findFirst()
        .map(
            first ->
                ("%s keys found have the prefix of a wrapper in PyTorch, as %s for %s: take it off"
                        + " with Weights.unwrapped(); ")
                    .formatted(wrapped.size(), first.getKey(), first.getValue()))
        .orElse("");
  }

  private String pairs() {
    return found.keys().stream().anyMatch(key -> key.contains(".lora_A."))
        ? "fold the LoRA pairs with LoraAdapter.of(weights, alpha).foldInto(weights); "
        : "";
  }

  private String firstNotFinite(String key) {
    WeightArray array = found.get(key);
    int index = firstNotFinite(array);
    return "%s has %s at index %s".formatted(key, array.floats()[index], index);
  }

  private String shapes(String key) {
    WeightArray array = found.get(key);
    List<Integer> shape = expected.get(key).shape();
    return array.shape().equals(shape)
        ? "%s has integers, expected floats".formatted(key)
        : "%s has shape %s, expected %s".formatted(key, array.shape(), shape);
  }

  private static void describe(
      List<String> problems, String what, List<String> keys, Description description) {
    if (!keys.isEmpty()) {
      int count = keys.size() > FEW ? EXAMPLES : keys.size();
      List<String> shown =
          keys.stream()
              .limit(count)
              .map(description::of)
              .map(text -> Ascii.truncate(text, MAX_LENGTH, "..."))
              .toList();
      String more = keys.size() > count ? ", and %s more".formatted(keys.size() - count) : "";
      problems.add("%s %s: %s%s".formatted(keys.size(), what, String.join(", ", shown), more));
    }
  }

  private interface Description {
    public String of(String key);
  }

  private static String nearest(String key, Set<String> candidates) {
    // A file's keys may be many or long, and comparing them takes the product of both lengths.
    if (candidates.size() > MAX_CANDIDATES
        || Stream.concat(Stream.of(key), candidates.stream())
            .anyMatch(name -> name.length() > MAX_LENGTH)) {
      return "";
    }
    return NearestNames.to(key, candidates).stream()
        .findFirst()
        .filter(candidate -> NearestNames.distance(key, candidate) <= key.length() / 2)
        .map(candidate -> " (nearest: " + candidate + ")")
        .orElse("");
  }
}
