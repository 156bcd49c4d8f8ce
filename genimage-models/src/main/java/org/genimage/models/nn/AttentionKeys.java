package org.genimage.models.nn;

import java.util.List;

/** How a checkpoint spells the parameters of multi-head self-attention. */
public enum AttentionKeys {
  /** One linear layer {@code qkv}, then {@code proj}: timm. */
  QKV("proj") {
    @Override
    Projection projection(ModelScope scope, int width) {
      return linear(scope.at("qkv"), width, 3 * width);
    }
  },
  /**
   * Three linear layers {@code q_proj}, {@code k_proj}, {@code v_proj}, then {@code out_proj}:
   * transformers' CLIP.
   */
  SEPARATE("out_proj") {
    @Override
    Projection projection(ModelScope scope, int width) {
      List<Projection> parts =
          List.of("q_proj", "k_proj", "v_proj").stream()
              .map(name -> linear(scope.at(name), width, width))
              .toList();
      return new Projection(
          ParameterValue.joined(parts.stream().map(Projection::weight).toList()),
          ParameterValue.joined(parts.stream().map(Projection::bias).toList()));
    }
  },
  /**
   * The entries {@code in_proj_weight} and {@code in_proj_bias}, then {@code out_proj}: PyTorch's
   * MultiheadAttention, OpenAI's CLIP.
   */
  IN_PROJ("out_proj") {
    @Override
    Projection projection(ModelScope scope, int width) {
      return new Projection(
          scope.weight("in_proj_weight", Layout.LINEAR, Transformers.WEIGHTS, 3 * width, width),
          scope.weight("in_proj_bias", Layout.SAME, Init.ZEROS, 3 * width));
    }
  };

  /**
   * The linear layer of queries, keys and values.
   *
   * @param weight {@code [3 * C, C]}: queries, keys, values
   * @param bias {@code [3 * C]}
   */
  record Projection(ParameterValue weight, ParameterValue bias) {}

  private final String output;

  AttentionKeys(String output) {
    this.output = output;
  }

  abstract Projection projection(ModelScope scope, int width);

  /** Returns the name of the layer that projects the heads' outputs. */
  String output() {
    return output;
  }

  private static Projection linear(ModelScope scope, int inputs, int outputs) {
    return new Projection(
        scope.weight("weight", Layout.LINEAR, Transformers.WEIGHTS, outputs, inputs),
        scope.weight("bias", Layout.SAME, Init.ZEROS, outputs));
  }
}
