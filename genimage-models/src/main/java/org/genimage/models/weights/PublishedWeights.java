package org.genimage.models.weights;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.models.networks.CommunityForensics;
import org.genimage.models.networks.F3Net;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.networks.Spec;
import org.genimage.models.networks.SwinTransformer;
import org.genimage.models.networks.UnivFd;
import org.genimage.models.nn.Network;

/** Published weights under the keys and in the shapes of the networks here, where they differ. */
public final class PublishedWeights {

  private static final ImmutableMap<String, String> SWIN = swinNames();

  private PublishedWeights() {}

  /**
   * Returns published weights of a network, whole or in part, under the keys and in the shapes that
   * the network has: Swin-T in timm's spelling; Community Forensics in transformers' spelling, or
   * under timm's names without {@code vit.}; UnivFD's tower in transformers' or timm's spelling, or
   * beside CLIP's text encoder, which is left out, and UnivFD's head as its authors' file has it.
   * Weights that fit as they are come back as they are, and so do weights of other spellings.
   *
   * @throws WeightsException if timm's projection has a bias, for which UnivFD has no place
   */
  public static Weights official(Network network, Weights published) {
    if (network instanceof SwinTransformer) {
      return swin(published);
    }
    if (network instanceof CommunityForensics forensics) {
      return communityForensics(forensics, published);
    }
    return network instanceof UnivFd ? ClipKeys.official(published) : published;
  }

  /** Puts what stands before the transformer's keys before timm's. */
  private static Weights communityForensics(CommunityForensics network, Weights published) {
    Weights timm =
        HubSpellings.isTransformers(published)
            ? HubSpellings.here(network.backbone(), published)
            : published;
    return timm.keys().contains("cls_token")
        ? timm.renamed(Maps.toMap(timm.keys(), key -> CommunityForensics.PREFIX + key))
        : timm;
  }

  /**
   * Returns the published backbone of a network under the keys and in the shapes that the network
   * has. Weights that fit as they are come back as they are.
   *
   * @param published weights of the backbone, as its authors or timm publish them
   */
  public static Weights backbone(Network network, Weights published) {
    if (network instanceof F3Net f3net) {
      return f3netTrunks(published, f3net.variant());
    }
    return network instanceof Spec spec
        ? backbone(spec.classifier(), published)
        : official(network, published);
  }

  /**
   * Returns weights of Swin-T under the names of the original release. Since timm 0.9 a stage's
   * downsampling is named after the next stage, and the head is {@code head.fc}; either spelling is
   * recognised, and the original one returned as it is.
   */
  public static Weights swin(Weights published) {
    boolean timm =
        published.keys().stream()
            .anyMatch(key -> key.startsWith("layers.3.downsample.") || key.startsWith("head.fc."));
    return timm ? published.renamed(SWIN) : published;
  }

  /**
   * Returns weights of Hugging Face's transformers under the keys and in the shapes of a network
   * here ({@link org.genimage.models.networks.VisionTransformer}, {@link SwinTransformer}, {@link
   * org.genimage.models.networks.ResNet} or {@link org.genimage.models.networks.ClipClassifier}),
   * and timm's under those keys where they differ. Queries, keys and values are joined; biases that
   * no layer of the published network has are 0. Parts that classify nothing, such as a pooler or
   * CLIP's text tower, are left out, and {@link Weights#report()} has them.
   *
   * @throws WeightsException if two arrays would become one
   */
  public static Weights transformers(Network network, Weights published) {
    Weights bare = published.unwrapped();
    if (HubSpellings.isTransformers(bare)) {
      return HubSpellings.here(network, bare);
    }
    Weights timm = network instanceof SwinTransformer ? swin(bare) : bare;
    return HubSpellings.withPatchBias(network, timm);
  }

  private static ImmutableMap<String, String> swinNames() {
    ImmutableMap.Builder<String, String> names = ImmutableMap.builder();
    for (int stage = 1; stage <= 3; stage++) {
      for (String array : List.of("norm.weight", "norm.bias", "reduction.weight")) {
        names.put(
            "layers." + stage + ".downsample." + array,
            "layers." + (stage - 1) + ".downsample." + array);
      }
    }
    return names
        .put("head.fc.weight", "head.weight")
        .put("head.fc.bias", "head.bias")
        .buildOrThrow();
  }

  /**
   * Returns the trunks of F3Net's default variant, as {@link #f3netTrunks(Weights, F3NetVariant)}
   * does.
   */
  public static Weights f3netTrunks(Weights xception) {
    return f3netTrunks(xception, F3NetVariant.MIX);
  }

  /**
   * Returns the trunks of F3Net from an ImageNet Xception: pointwise kernels get their two sides of
   * 1, the first kernel is repeated over the input channels (4 times for FAD, twice for LFS) and
   * divided by as many, and the classifier ({@code fc}, {@code last_linear}) is left out.
   *
   * @throws IllegalArgumentException if the first kernel does not have four sides
   */
  public static Weights f3netTrunks(Weights xception, F3NetVariant variant) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    Weights trunk = xception.without("fc.", "last_linear.");
    variant
        .trunks()
        .forEach(
            (name, times) ->
                trunk
                    .arrays()
                    .forEach(
                        (key, array) -> arrays.put(name + "." + key, trunk(key, array, times))));
    return Weights.of(arrays).with(xception.metadata());
  }

  private static WeightArray trunk(String key, WeightArray array, int times) {
    if (key.equals("conv1.weight")) {
      return repeated(array, times);
    }
    if (key.endsWith("pointwise.weight") && array.shape().size() == 2) {
      List<Integer> shape = new ArrayList<>(array.shape());
      shape.addAll(List.of(1, 1));
      return array.reshaped(shape);
    }
    return array;
  }

  /** Repeats a kernel [out, in, height, width] over its input channels and divides it. */
  private static WeightArray repeated(WeightArray kernel, int times) {
    List<Integer> shape = new ArrayList<>(kernel.shape());
    checkArgument(
        shape.size() == 4 && !shape.contains(0),
        "Xception's conv1.weight must have 4 sides, got shape %s",
        shape);
    int out = shape.get(0);
    shape.set(1, shape.get(1) * times);
    return WeightArray.derived(shape, List.of(kernel), () -> repeated(kernel.floats(), out, times));
  }

  private static float[] repeated(float[] values, int out, int times) {
    int each = values.length / out;
    float[] result = new float[values.length * times];
    for (int i = 0; i < result.length; i++) {
      result[i] = values[i / (each * times) * each + i % each] / times;
    }
    return result;
  }
}
