package org.genimage.models.weights;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Floats;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * CLIP's image tower under OpenAI's keys, as UnivFD has them, from the spellings in which it is
 * published: OpenAI's own, that of UnivFD's trainer, transformers' and timm's.
 */
final class ClipKeys {

  private static final String TOWER = "visual.";
  private static final String TRAINER = "model.";
  private static final String PROJECTION = "visual.proj";
  private static final String TIMM_BIAS = "head.bias";
  private static final String OFFICIAL_BLOCKS = "visual.transformer.resblocks.";
  private static final List<String> PARTS = List.of("q", "k", "v");
  private static final Pattern PART =
      Pattern.compile(
          "(?<before>vision_model\\.encoder\\.layers\\.(?<block>\\d+)\\.self_attn\\.)"
              + "(?<part>[qkv])_proj\\.(?<kind>weight|bias)");

  /** The authors publish the head alone, under the names that a single layer has. */
  private static final ImmutableMap<String, String> HEAD_FILE =
      ImmutableMap.of("weight", "fc.weight", "bias", "fc.bias");

  /** Beginnings of keys of CLIP's text encoder, and of what stands beside both encoders. */
  private static final List<String> TEXT =
      List.of(
          "transformer.",
          "token_embedding.",
          "positional_embedding",
          "ln_final.",
          "text_projection",
          "text_model.",
          "logit_scale",
          "logit_bias",
          "input_resolution",
          "context_length",
          "vocab_size",
          "vision_model.embeddings.position_ids");

  private static final Spelling TRANSFORMERS =
      new Spelling(
          "vision_model.encoder.layers.",
          ImmutableMap.<String, String>builder()
              .put("vision_model.embeddings.class_embedding", "visual.class_embedding")
              .put(
                  "vision_model.embeddings.position_embedding.weight",
                  "visual.positional_embedding")
              .put("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight")
              .put("vision_model.pre_layrnorm.", "visual.ln_pre.")
              .put("vision_model.post_layernorm.", "visual.ln_post.")
              .put("visual_projection.weight", PROJECTION)
              .buildOrThrow(),
          ImmutableMap.of(
              "self_attn.out_proj.", "attn.out_proj.",
              "layer_norm1.", "ln_1.",
              "layer_norm2.", "ln_2.",
              "mlp.fc1.", "mlp.c_fc.",
              "mlp.fc2.", "mlp.c_proj."));

  private static final Spelling TIMM =
      new Spelling(
          "blocks.",
          ImmutableMap.of(
              "cls_token", "visual.class_embedding",
              "pos_embed", "visual.positional_embedding",
              "patch_embed.proj.weight", "visual.conv1.weight",
              "norm_pre.", "visual.ln_pre.",
              "norm.", "visual.ln_post.",
              "head.weight", PROJECTION),
          ImmutableMap.of(
              "attn.qkv.", "attn.in_proj_",
              "attn.proj.", "attn.out_proj.",
              "norm1.", "ln_1.",
              "norm2.", "ln_2.",
              "mlp.fc1.", "mlp.c_fc.",
              "mlp.fc2.", "mlp.c_proj."));

  /**
   * One way to spell the tower.
   *
   * @param blocks what stands before a block's number
   * @param outer OpenAI's beginning of a key outside the blocks, by the one here
   * @param inner OpenAI's beginning of a key after a block's number, by the one here
   */
  private record Spelling(
      String blocks, ImmutableMap<String, String> outer, ImmutableMap<String, String> inner) {

    /** Returns OpenAI's key; the same one if it is none of these. */
    String official(String key) {
      int dot = key.indexOf('.', blocks.length());
      if (!key.startsWith(blocks) || dot < 0) {
        return replaced(key, outer);
      }
      String block = "visual.transformer.resblocks." + key.substring(blocks.length(), dot + 1);
      String name = key.substring(dot + 1);
      String official = replaced(name, inner);
      return official.equals(name) ? key : block + official;
    }

    private static String replaced(String key, Map<String, String> beginnings) {
      return beginnings.entrySet().stream()
          .filter(one -> key.startsWith(one.getKey()))
          .findFirst()
          .map(one -> one.getValue() + key.substring(one.getKey().length()))
          .orElse(key);
    }
  }

  private ClipKeys() {}

  /**
   * Returns the same numbers under OpenAI's keys. Keys of the text encoder beside a tower are left
   * out, and the report has them.
   *
   * @throws WeightsException if timm's projection has a bias, for which CLIP has no place
   */
  static Weights official(Weights published) {
    Set<String> keys = published.keys();
    if (keys.equals(HEAD_FILE.keySet())) {
      return published.renamed(HEAD_FILE);
    }
    if (begins(keys, TRAINER + TOWER)) {
      return withoutText(renamed(published, ClipKeys::withoutTrainer));
    }
    if (begins(keys, "vision_model.")) {
      return withoutText(renamed(joined(published), TRANSFORMERS::official));
    }
    if (keys.contains("norm_pre.weight") && keys.contains("patch_embed.proj.weight")) {
      return renamed(withoutBias(published), TIMM::official);
    }
    return begins(keys, TOWER) ? withoutText(published) : published;
  }

  private static boolean begins(Set<String> keys, String beginning) {
    return keys.stream().anyMatch(key -> key.startsWith(beginning));
  }

  private static String withoutTrainer(String key) {
    return key.startsWith(TRAINER) ? key.substring(TRAINER.length()) : key;
  }

  private static Weights withoutText(Weights weights) {
    List<String> text =
        weights.keys().stream().filter(key -> TEXT.stream().anyMatch(key::startsWith)).toList();
    return text.isEmpty()
        ? weights
        : weights.without(TEXT.toArray(String[]::new)).reported(weights.report().leftOut(text));
  }

  /** Brings keys and shapes into OpenAI's form. */
  private static Weights renamed(Weights weights, UnaryOperator<String> official) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    weights
        .arrays()
        .forEach(
            (key, array) -> {
              String name = official.apply(key);
              arrays.put(name, name.equals(key) ? array : shaped(name, key, array));
            });
    return Weights.of(arrays).with(weights.metadata()).reported(weights.report());
  }

  /** A matrix of another spelling is transposed; tokens and positions lose sides of 1. */
  private static WeightArray shaped(String name, String key, WeightArray array) {
    if (name.equals(PROJECTION) && !key.endsWith(PROJECTION) && array.shape().size() == 2) {
      return transposed(array);
    }
    int rank = name.equals("visual.class_embedding") ? 1 : 2;
    boolean token = name.endsWith("_embedding") && array.shape().size() > rank;
    List<Integer> sides = array.shape();
    while (token && sides.size() > rank && sides.get(0) == 1) {
      sides = sides.subList(1, sides.size());
    }
    return token ? WeightArray.of(sides, array.floats()) : array;
  }

  private static WeightArray transposed(WeightArray matrix) {
    int rows = matrix.shape().get(0);
    int columns = matrix.shape().get(1);
    float[] values = matrix.floats();
    float[] result = new float[values.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        result[column * rows + row] = values[row * columns + column];
      }
    }
    return WeightArray.of(List.of(columns, rows), result);
  }

  /** Joins queries, keys and values, which transformers has apart. */
  private static Weights joined(Weights weights) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    weights
        .arrays()
        .forEach(
            (key, array) -> {
              Matcher matcher = PART.matcher(key);
              List<WeightArray> parts = matcher.matches() ? parts(weights, matcher) : List.of();
              if (parts.size() < PARTS.size()) {
                arrays.put(key, array);
              } else if (matcher.group("part").equals("q")) {
                String layer = OFFICIAL_BLOCKS + matcher.group("block") + ".attn.in_proj_";
                arrays.put(layer + matcher.group("kind"), stacked(parts));
              }
            });
    return Weights.of(arrays).with(weights.metadata()).reported(weights.report());
  }

  /** Returns queries, keys and values of a layer; fewer if one is missing or of another shape. */
  private static List<WeightArray> parts(Weights weights, Matcher layer) {
    List<Integer> shape = weights.get(layer.group()).shape();
    return PARTS.stream()
        .map(part -> layer.group("before") + part + "_proj." + layer.group("kind"))
        .filter(weights.keys()::contains)
        .map(weights::get)
        .filter(array -> array.shape().equals(shape) && !shape.isEmpty())
        .toList();
  }

  private static WeightArray stacked(List<WeightArray> parts) {
    List<Integer> shape = new ArrayList<>(parts.get(0).shape());
    shape.set(0, parts.stream().mapToInt(part -> part.shape().get(0)).sum());
    return WeightArray.of(
        shape, Floats.concat(parts.stream().map(WeightArray::floats).toArray(float[][]::new)));
  }

  private static Weights withoutBias(Weights weights) {
    WeightArray bias = weights.arrays().get(TIMM_BIAS);
    if (bias == null) {
      return weights;
    }
    for (float value : bias.floats()) {
      if (value != 0) {
        throw new WeightsException(
            "expected a head.bias of zeros beside CLIP's tower in timm's spelling, since CLIP's"
                + " projection has none, found %s; is the file of another network?"
                    .formatted(value));
      }
    }
    return weights.without(TIMM_BIAS);
  }
}
