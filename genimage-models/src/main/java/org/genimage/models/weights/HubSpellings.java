package org.genimage.models.weights;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Floats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.genimage.models.networks.ClipClassifier;
import org.genimage.models.networks.ResNet;
import org.genimage.models.networks.SwinTransformer;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.nn.Network;

/**
 * The keys of Hugging Face's transformers. Queries, keys and values stand apart there, and a
 * network may lack biases that the networks here have, or have a narrower MLP: zeros take their
 * place, which change nothing.
 */
final class HubSpellings {

  /** A part of a key, and what it is called here; tried in order, the first that matches counts. */
  private record Rule(Pattern pattern, String replacement) {

    static Rule of(String pattern, String replacement) {
      return new Rule(Pattern.compile(pattern), replacement);
    }
  }

  private static final List<Rule> BLOCK =
      List.of(
          Rule.of("(layernorm_before|layer_norm1)\\.(.+)", "norm1.$2"),
          Rule.of("(layernorm_after|layer_norm2)\\.(.+)", "norm2.$2"),
          Rule.of(
              "(attention\\.attention|attention\\.self|attention|self_attn)"
                  + "\\.(query|key|value|q_proj|k_proj|v_proj)\\.(.+)",
              "attn.$2.$3"),
          Rule.of(
              "(attention\\.output\\.dense|attention\\.o_proj|self_attn\\.out_proj)\\.(.+)",
              "attn.proj.$2"),
          Rule.of("attention\\.(self\\.)?(relative_position_.+)", "attn.$2"),
          Rule.of("(intermediate\\.dense|mlp\\.fc1)\\.(.+)", "mlp.fc1.$2"),
          Rule.of("(output\\.dense|mlp\\.fc2)\\.(.+)", "mlp.fc2.$2"));

  private static final List<Rule> VIT =
      List.of(
          Rule.of("(vit\\.)?embeddings\\.cls_token", "cls_token"),
          Rule.of("(vit\\.)?embeddings\\.position_embeddings", "pos_embed"),
          Rule.of(
              "(vit\\.)?embeddings\\.patch_embeddings\\.projection\\.(.+)", "patch_embed.proj.$2"),
          Rule.of("(vit\\.)?(encoder\\.layer|layers)\\.(\\d+)\\.(.+)", "blocks.$3.*$4"),
          Rule.of("(vit\\.)?layernorm\\.(.+)", "norm.$2"),
          Rule.of("(vit\\.)?(pooler\\..+|embeddings\\.mask_token)", ""),
          Rule.of("classifier\\.(.+)", "head.$1"));

  private static final List<Rule> CLIP =
      List.of(
          Rule.of("(.*\\.)?vision_model\\.embeddings\\.class_embedding", "cls_token"),
          Rule.of("(.*\\.)?vision_model\\.embeddings\\.position_embedding\\.weight", "pos_embed"),
          Rule.of(
              "(.*\\.)?vision_model\\.embeddings\\.patch_embedding\\.(.+)", "patch_embed.proj.$2"),
          Rule.of("(.*\\.)?vision_model\\.pre_layrnorm\\.(.+)", "norm_pre.$2"),
          Rule.of("(.*\\.)?vision_model\\.encoder\\.layers\\.(\\d+)\\.(.+)", "blocks.$2.*$3"),
          // The text tower and what belongs to it has no part in a classifier of images.
          Rule.of(
              "(.*\\.)?(vision_model\\.post_layernorm|vision_model\\.embeddings\\.position_ids"
                  + "|text_model|text_projection|visual_projection|logit_scale)(\\..+)?",
              ""),
          Rule.of("classifier\\.(.+)", "head.$1"));

  private static final List<Rule> SWIN =
      List.of(
          Rule.of(
              "(swin\\.)?embeddings\\.patch_embeddings\\.projection\\.(.+)", "patch_embed.proj.$2"),
          Rule.of("(swin\\.)?embeddings\\.norm\\.(.+)", "patch_embed.norm.$2"),
          Rule.of(
              "(swin\\.)?(encoder\\.)?layers\\.(\\d+)\\.blocks\\.(\\d+)\\.(.+)",
              "layers.$3.blocks.$4.*$5"),
          Rule.of(
              "(swin\\.)?(encoder\\.)?layers\\.(\\d+)\\.downsample\\.(.+)",
              "layers.$3.downsample.$4"),
          Rule.of("(swin\\.)?layernorm\\.(.+)", "norm.$2"),
          Rule.of("classifier\\.(.+)", "head.$1"));

  private static final List<String> MARKS =
      List.of(
          "embeddings.patch_embeddings.projection.weight",
          "vision_model.embeddings.patch_embedding.weight",
          "resnet.embedder.embedder.convolution.weight");

  private static final Pattern RESNET =
      Pattern.compile(
          "(resnet\\.)?encoder\\.stages\\.(\\d+)\\.layers\\.(\\d+)\\.(layer\\.(\\d+)|shortcut)"
              + "\\.(convolution|normalization)\\.(.+)");
  private static final Pattern RESNET_STEM =
      Pattern.compile("(resnet\\.)?embedder\\.embedder\\.(convolution|normalization)\\.(.+)");
  private static final Pattern RESNET_HEAD = Pattern.compile("classifier\\.1\\.(.+)");

  private static final Pattern QUERY = Pattern.compile("(.+\\.attn\\.)(?:query|q_proj)\\.weight");

  private HubSpellings() {}

  /** Returns whether weights have keys of transformers. */
  static boolean isTransformers(Weights weights) {
    return weights.keys().stream().anyMatch(key -> MARKS.stream().anyMatch(key::endsWith));
  }

  /** Returns the weights under the network's keys and in its shapes. */
  static Weights here(Network network, Weights published) {
    if (network instanceof ResNet) {
      return renamed(published, HubSpellings::resNet);
    }
    if (network instanceof SwinTransformer) {
      return completed(renamed(published, key -> name(SWIN, key)));
    }
    if (network instanceof VisionTransformer) {
      return completed(renamed(published, key -> name(VIT, key)));
    }
    return network instanceof ClipClassifier
        ? withPatchBias(network, completed(renamed(published, key -> name(CLIP, key))))
        : published;
  }

  /** Returns the weights with a bias of zeros for CLIP's patches, which have none. */
  static Weights withPatchBias(Network network, Weights weights) {
    boolean clip =
        network instanceof ClipClassifier
            || network instanceof VisionTransformer transformer && transformer.normFirst();
    if (!clip) {
      return weights;
    }
    Map<String, WeightArray> arrays = new LinkedHashMap<>(weights.arrays());
    bias(arrays, "patch_embed.proj");
    return Weights.of(arrays).with(weights.metadata()).reported(weights.report());
  }

  private interface Spelling {
    /** Returns the key here; nothing if there is no place for it. */
    Optional<String> of(String key);
  }

  private static Weights renamed(Weights published, Spelling spelling) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    List<String> leftOut = new ArrayList<>();
    published
        .arrays()
        .forEach(
            (key, array) -> {
              Optional<String> name = spelling.of(key);
              if (name.isEmpty()) {
                leftOut.add(key);
              } else if (arrays.put(name.get(), array) != null) {
                throw new WeightsException(
                    "expected one array for %s, found two, the latter %s; take weights of one library"
                        .formatted(name.get(), key));
              }
            });
    return Weights.of(arrays)
        .with(published.metadata())
        .reported(published.report().leftOut(leftOut));
  }

  /** Returns what a rule makes of a key; keys that no rule knows stay as they are. */
  private static Optional<String> name(List<Rule> rules, String key) {
    for (Rule rule : rules) {
      Matcher matcher = rule.pattern().matcher(key);
      if (matcher.matches()) {
        String name = matcher.replaceFirst(rule.replacement());
        int inner = name.indexOf('*');
        if (inner >= 0) {
          return name(BLOCK, name.substring(inner + 1)).map(name.substring(0, inner)::concat);
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
      }
    }
    return Optional.of(key);
  }

  private static Optional<String> resNet(String key) {
    Matcher inner = RESNET.matcher(key);
    Matcher stem = RESNET_STEM.matcher(key);
    Matcher head = RESNET_HEAD.matcher(key);
    if (stem.matches()) {
      return Optional.of((stem.group(2).equals("convolution") ? "conv1." : "bn1.") + stem.group(3));
    }
    if (head.matches()) {
      return Optional.of("fc." + head.group(1));
    }
    if (!inner.matches()) {
      return Optional.of(key);
    }
    boolean convolution = inner.group(6).equals("convolution");
    String layer =
        inner.group(5) == null
            ? convolution ? "downsample.0" : "downsample.1"
            : (convolution ? "conv" : "bn") + next(inner.group(5));
    return Optional.of(
        "layer%s.%s.%s.%s".formatted(next(inner.group(2)), inner.group(3), layer, inner.group(7)));
  }

  /** Here stages and layers are counted from 1. */
  private static String next(String index) {
    return Long.toString(Long.parseLong(index) + 1);
  }

  /** Joins queries, keys and values, and puts zeros where transformers has nothing. */
  private static Weights completed(Weights weights) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>(weights.arrays());
    for (String key : weights.keys()) {
      Matcher query = QUERY.matcher(key);
      if (query.matches()) {
        join(arrays, query.group(1), "weight");
        join(arrays, query.group(1), "bias");
      }
    }
    token(arrays, "cls_token", 1);
    token(arrays, "pos_embed", 2);
    // Where one layer has biases, one without them is damaged.
    boolean biased = arrays.keySet().stream().anyMatch(key -> key.endsWith(".attn.qkv.bias"));
    for (String key : ImmutableMap.copyOf(arrays).keySet()) {
      if (key.endsWith(".attn.qkv.weight") && !biased) {
        bias(arrays, key.substring(0, key.length() - ".weight".length()));
      } else if (key.endsWith(".mlp.fc1.weight")) {
        widen(arrays, key.substring(0, key.length() - "fc1.weight".length()));
      }
    }
    return Weights.of(arrays).with(weights.metadata()).reported(weights.report());
  }

  private static void join(Map<String, WeightArray> arrays, String place, String kind) {
    List<WeightArray> parts = new ArrayList<>();
    for (List<String> names :
        List.of(
            List.of("query.", "q_proj."),
            List.of("key.", "k_proj."),
            List.of("value.", "v_proj."))) {
      for (String name : names) {
        Optional.ofNullable(arrays.remove(place + name + kind)).ifPresent(parts::add);
      }
    }
    if (parts.size() == 3
        && parts.stream().allMatch(part -> !part.isInteger() && !part.shape().isEmpty())
        && parts.stream().map(WeightArray::shape).distinct().count() == 1) {
      List<Integer> shape = new ArrayList<>(parts.get(0).shape());
      shape.set(0, 3 * shape.get(0));
      arrays.put(
          place + "qkv." + kind,
          WeightArray.derived(
              shape,
              parts,
              () ->
                  Floats.concat(parts.stream().map(WeightArray::floats).toArray(float[][]::new))));
    }
  }

  /** CLIP's token and positions have fewer sides. */
  private static void token(Map<String, WeightArray> arrays, String key, int sides) {
    arrays.computeIfPresent(
        key,
        (name, array) -> {
          if (array.isInteger() || array.shape().size() != sides) {
            return array;
          }
          List<Integer> shape = new ArrayList<>(Collections.nCopies(3 - sides, 1));
          shape.addAll(array.shape());
          return array.reshaped(shape);
        });
  }

  private static void bias(Map<String, WeightArray> arrays, String layer) {
    WeightArray weight = arrays.get(layer + ".weight");
    if (weight != null && !weight.shape().isEmpty()) {
      int outputs = weight.shape().get(0);
      arrays.putIfAbsent(layer + ".bias", WeightArray.of(List.of(outputs), new float[outputs]));
    }
  }

  /** An MLP with fewer hidden channels than four times its width gets channels that are 0. */
  private static void widen(Map<String, WeightArray> arrays, String mlp) {
    WeightArray in = arrays.get(mlp + "fc1.weight");
    WeightArray bias = arrays.get(mlp + "fc1.bias");
    WeightArray out = arrays.get(mlp + "fc2.weight");
    if (bias == null || out == null || in.shape().size() != 2) {
      return;
    }
    int hidden = in.shape().get(0);
    int width = in.shape().get(1);
    boolean fits =
        bias.shape().equals(List.of(hidden)) && out.shape().equals(List.of(width, hidden));
    if (!fits || hidden >= 4 * width || in.isInteger() || bias.isInteger() || out.isInteger()) {
      return;
    }
    int wide = 4 * width;
    arrays.put(
        mlp + "fc1.weight",
        WeightArray.derived(
            List.of(wide, width), List.of(in), () -> Arrays.copyOf(in.floats(), wide * width)));
    arrays.put(
        mlp + "fc1.bias",
        WeightArray.derived(
            List.of(wide), List.of(bias), () -> Arrays.copyOf(bias.floats(), wide)));
    arrays.put(
        mlp + "fc2.weight",
        WeightArray.derived(
            List.of(width, wide), List.of(out), () -> widened(out.floats(), width, hidden, wide)));
  }

  private static float[] widened(float[] values, int rows, int columns, int wide) {
    float[] widened = new float[rows * wide];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(values, row * columns, widened, row * wide, columns);
    }
    return widened;
  }
}
