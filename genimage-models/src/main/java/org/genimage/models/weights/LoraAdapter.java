package org.genimage.models.weights;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Low-rank changes of matrices (LoRA, Hu et al. 2022, "LoRA: low-rank adaptation of large language
 * models"), as PEFT saves them: for a matrix W of {@code [out, in]} a pair A of {@code [r, in]} and
 * B of {@code [out, r]}. {@link #foldInto} adds them: W + B A alpha / r, or alpha / sqrt(r) if the
 * adapter is rank-stabilised (rsLoRA, Kalajdzievski 2023). Convolutions have pairs, too, with the
 * kernel's sides at A. What an adapter has whole, such as a new head or biases, replaces the
 * base's.
 *
 * <p>Sums are in 64 bits and rounded to 32 once, so the result differs from PEFT's by its rounding.
 */
public final class LoraAdapter {

  /**
   * The text {@code base_model.model.} and the adapter's name depend on how PEFT was asked to save.
   */
  private static final Pattern PAIR =
      Pattern.compile("(.+)\\.lora_([AB])(?:\\.([^.]+))?\\.(weight|bias)");

  private static final String PEFT = "base_model.model.";

  /** Wrappers of PEFT around a layer that it changes, and around one that it trains whole. */
  private static final String BASE_LAYER = ".base_layer.";

  private static final String ORIGINAL = ".original_module.";
  private static final Pattern WHOLE = Pattern.compile("\\.modules_to_save\\.[^.]+\\.");

  private static final List<String> CONTENT =
      List.of("adapter_model.safetensors", "adapter_model.bin");

  /**
   * A change of one layer.
   *
   * @param down {@code [r, in, ...]}, PEFT's lora_A
   * @param up {@code [out, r, ...]}, PEFT's lora_B
   * @param bias {@code [out]}
   */
  private record Pair(WeightArray down, WeightArray up, Optional<WeightArray> bias) {

    int rank() {
      return down.shape().get(0);
    }
  }

  private final LoraConfig config;
  private final ImmutableMap<String, Pair> pairs;
  private final ImmutableMap<String, WeightArray> whole;

  private LoraAdapter(LoraConfig config, Map<String, Pair> pairs, Map<String, WeightArray> whole) {
    this.config = config;
    this.pairs = ImmutableMap.copyOf(pairs);
    this.whole = ImmutableMap.copyOf(whole);
  }

  /**
   * Reads an adapter that PEFT saved.
   *
   * @param folder with {@code adapter_config.json} and {@code adapter_model.safetensors} (or {@code
   *     .bin})
   * @throws WeightsException if a file cannot be read, or the adapter changes matrices otherwise,
   *     such as by DoRA; the message says which setting
   */
  public static LoraAdapter read(Path folder) {
    LoraConfig config = LoraConfig.read(folder.resolve("adapter_config.json"));
    Path file =
        CONTENT.stream()
            .map(folder::resolve)
            .filter(Files::exists)
            .findFirst()
            .orElseThrow(
                () ->
                    new WeightsException(
                        "%s: expected a LoRA adapter with %s, found neither; save it with PEFT's"
                                .formatted(folder, String.join(" or ", CONTENT))
                            + " save_pretrained"));
    try {
      return of(Weights.read(file), config);
    } catch (IllegalArgumentException e) {
      throw new WeightsException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the adapter of pairs without a configuration, such as a state dictionary of a network
   * that PEFT has wrapped; the rank is that of each pair.
   *
   * @param weights the pairs by PEFT's keys, {@code layer.lora_A.weight} and {@code
   *     layer.lora_B.weight}, perhaps with {@code base_model.model.} before and an adapter's name
   *     between; what else it has replaces the base's
   * @param alpha the configuration's lora_alpha
   * @throws IllegalArgumentException if there is no pair, one has half or a wrong shape, or there
   *     are several adapters
   */
  public static LoraAdapter of(Weights weights, double alpha) {
    return of(weights, LoraConfig.of(alpha));
  }

  private static LoraAdapter of(Weights weights, LoraConfig config) {
    Map<String, Map<String, WeightArray>> parts = new LinkedHashMap<>();
    TreeSet<String> adapters = new TreeSet<>();
    for (Map.Entry<String, WeightArray> entry : weights.arrays().entrySet()) {
      String key = entry.getKey();
      checkArgument(
          !key.contains(".lora_embedding_") && !key.contains(".lora_magnitude_vector"),
          "expected pairs of LoRA alone, found %s; merge the adapter in PEFT",
          key);
      Matcher matcher = PAIR.matcher(key);
      if (matcher.matches()) {
        adapters.add(Optional.ofNullable(matcher.group(3)).orElse("default"));
        parts
            .computeIfAbsent(bare(matcher.group(1)), module -> new TreeMap<>())
            .put(matcher.group(2) + "." + matcher.group(4), entry.getValue());
      }
    }
    checkArgument(
        adapters.size() == 1,
        "expected the pairs of one LoRA adapter, found those of %s; save one with PEFT's"
            + " save_pretrained",
        adapters);
    Map<String, Pair> pairs = new LinkedHashMap<>();
    parts.forEach((module, arrays) -> pairs.put(module, pair(module, arrays, config)));
    return new LoraAdapter(config, pairs, base(weights));
  }

  private static Pair pair(String module, Map<String, WeightArray> arrays, LoraConfig config) {
    WeightArray down = arrays.get("A.weight");
    WeightArray up = arrays.get("B.weight");
    checkArgument(
        down != null && up != null && !arrays.containsKey("A.bias"),
        "expected lora_A.weight and lora_B.weight of %s, found %s; save the adapter again",
        module,
        arrays.keySet());
    List<Integer> a = down.shape();
    List<Integer> b = up.shape();
    checkArgument(
        a.size() >= 2
            && b.size() == a.size()
            && a.get(0) > 0
            && a.get(0).equals(b.get(1))
            && b.stream().skip(2).allMatch(side -> side == 1)
            && !down.isInteger()
            && !up.isInteger(),
        "expected lora_A of [r, in] and lora_B of [out, r] for %s, found floats of %s and %s; save the"
            + " adapter again",
        module,
        a,
        b);
    Optional<Integer> rank = config.rank(module);
    checkArgument(
        rank.isEmpty() || rank.get().equals(a.get(0)),
        "expected rank %s for %s, as the configuration says, found %s; take both from one adapter",
        rank.orElse(0),
        module,
        a.get(0));
    return new Pair(down, up, Optional.ofNullable(arrays.get("B.bias")));
  }

  /** Returns the arrays that belong to no pair, under the network's own keys. */
  private static Map<String, WeightArray> base(Weights weights) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    Map<String, WeightArray> trained = new LinkedHashMap<>();
    weights
        .arrays()
        .forEach(
            (key, array) -> {
              String bare = bare(key).replace(BASE_LAYER, ".");
              if (WHOLE.matcher(bare).find()) {
                trained.put(WHOLE.matcher(bare).replaceFirst("."), array);
              } else if (!PAIR.matcher(key).matches()) {
                arrays.put(bare.replace(ORIGINAL, "."), array);
              }
            });
    arrays.putAll(trained);
    return arrays;
  }

  private static String bare(String key) {
    return key.startsWith(PEFT) ? key.substring(PEFT.length()) : key;
  }

  /** Returns the same changes, scaled by alpha / sqrt(r) (rsLoRA). */
  public LoraAdapter rankStabilised() {
    return new LoraAdapter(config.stabilised(), pairs, whole);
  }

  /** Returns the layers that the adapter changes by a pair, in order. */
  public List<String> layers() {
    return pairs.keySet().asList();
  }

  /**
   * Returns weights with the changes added: W + B A alpha / r.
   *
   * @param base the weights that the adapter was trained on, under the network's own keys or as
   *     PEFT wraps them
   * @throws WeightsException if it lacks a layer, or one has another shape
   */
  public Weights foldInto(Weights base) {
    Map<String, WeightArray> arrays = base(base);
    whole.forEach((key, array) -> arrays.put(key, array));
    pairs.forEach(
        (module, pair) -> {
          arrays.computeIfPresent(
              module + ".weight", (key, matrix) -> folded(key, matrix, pair, scale(module, pair)));
          pair.bias()
              .ifPresent(
                  bias ->
                      arrays.computeIfPresent(
                          module + ".bias",
                          (key, old) -> added(key, old, bias, scale(module, pair))));
        });
    List<String> missing =
        pairs.entrySet().stream()
            .flatMap(
                pair ->
                    Stream.concat(
                        Stream.of(pair.getKey() + ".weight"),
                        pair.getValue().bias().stream().map(bias -> pair.getKey() + ".bias")))
            .filter(key -> !arrays.containsKey(key))
            .toList();
    if (!missing.isEmpty()) {
      throw new WeightsException(
          "expected the weights that the LoRA adapter was trained on, found none of %s (%s of %s"
                  .formatted(missing.get(0), missing.size(), pairs.size())
              + " layers are missing); take those, with wrappers' prefixes off");
    }
    return Weights.of(arrays)
        .with(base.metadata())
        .with(Map.of("lora", this.toString()))
        .reported(base.report());
  }

  private double scale(String module, Pair pair) {
    return config.scale(module, pair.rank());
  }

  private static WeightArray folded(String key, WeightArray matrix, Pair pair, double scale) {
    List<Integer> shape = matrix.shape();
    List<Integer> expected =
        Stream.concat(pair.up().shape().stream().limit(1), pair.down().shape().stream().skip(1))
            .toList();
    if (!shape.equals(expected) || matrix.isInteger()) {
      throw new WeightsException(
          "expected %s of shape %s for the LoRA adapter, found %s; take the weights that it was trained"
                  .formatted(key, expected, shape)
              + " on");
    }
    return WeightArray.derived(
        shape,
        List.of(matrix, pair.down(), pair.up()),
        () -> folded(matrix.toFloats(), pair, scale));
  }

  private static float[] folded(float[] values, Pair pair, double scale) {
    float[] down = pair.down().floats();
    float[] up = pair.up().floats();
    int rank = pair.rank();
    int columns = down.length / rank;
    double[] row = new double[columns];
    for (int out = 0; out < up.length / rank; out++) {
      Arrays.fill(row, 0);
      for (int k = 0; k < rank; k++) {
        double factor = up[out * rank + k];
        for (int i = 0; i < columns; i++) {
          row[i] += factor * down[k * columns + i];
        }
      }
      for (int i = 0; i < columns; i++) {
        int at = out * columns + i;
        values[at] = (float) (values[at] + scale * row[i]);
      }
    }
    return values;
  }

  private static WeightArray added(String key, WeightArray old, WeightArray more, double scale) {
    if (!old.shape().equals(more.shape()) || old.isInteger() || more.isInteger()) {
      throw new WeightsException(
          "expected %s of shape %s for the LoRA adapter, found %s; take the weights that it was trained"
                  .formatted(key, more.shape(), old.shape())
              + " on");
    }
    return WeightArray.derived(
        old.shape(), List.of(old, more), () -> added(old.toFloats(), more.floats(), scale));
  }

  private static float[] added(float[] values, float[] more, double scale) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (values[i] + scale * more[i]);
    }
    return values;
  }

  /** Returns how many layers it changes, and by which scale, in a short line. */
  @Override
  public String toString() {
    return "LoRA adapter of %s layers, %s".formatted(pairs.size(), config);
  }
}
