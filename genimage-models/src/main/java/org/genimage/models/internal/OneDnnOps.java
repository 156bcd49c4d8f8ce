package org.genimage.models.internal;

import com.google.common.primitives.Longs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ParameterValue;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * oneDNN's convolutions and matrix products, which also do what follows them: bias, sum,
 * non-linearity. TensorFlow's remapper makes the same ops, but copies every constant.
 *
 * <p>A layer adds its own op; the next one that could be part of it replaces it by another with
 * both, and the first is left over: no session runs an op that nothing asks for. The same holds for
 * bfloat16. Each layer takes and gives 32-bit floats; one that finds the cast of the layer before
 * takes what was cast.
 */
final class OneDnnOps {

  private static final String CONV = "_MklNativeFusedConv2D";
  private static final String PRODUCT = "_MklNativeFusedMatMul";
  private static final String FOLLOWED_BY = "fused_ops";
  private static final String BIAS = "BiasAdd";

  /** Ops that move numbers and change none: they move half as much in bfloat16. */
  private static final Set<String> MOVES = Set.of("Reshape", "Transpose", "Roll");

  /** Ops that give what they take. */
  private static final Set<String> NAMES = Set.of("Identity", "StopGradient");

  private final Ops tf;
  private final boolean low;
  private final boolean packs;

  /** The names of the ops that add halves of a layer: others add what is no half. */
  private final Set<String> halves = new HashSet<>();

  /**
   * Creates the ops of a graph.
   *
   * @param low whether convolutions and matrix products see and give bfloat16
   * @param packs whether a matrix product keeps its weights a second time, in blocks, as a
   *     convolution always does; {@link KernelChoice} says where that is faster
   */
  OneDnnOps(Ops tf, boolean low, boolean packs) {
    this.tf = tf;
    this.low = low;
    this.packs = packs;
  }

  /** Returns whether a matrix product keeps its weights a second time. */
  boolean packs() {
    return packs;
  }

  /** Returns whether convolutions and matrix products see and give bfloat16. */
  boolean isLow() {
    return low;
  }

  /**
   * Returns a convolution with bias.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel fixed, {@code [out, in, height, width]}
   * @param bias fixed, {@code [out]}
   */
  Operand<TFloat32> conv(
      Operand<TFloat32> x, ParameterValue kernel, ParameterValue bias, Conv window) {
    int p = window.padding();
    OperationBuilder op =
        builder(tf, CONV)
            .addInput(evenChannels(lower(x)).asOutput())
            .addInput(constant(evenInputs(kernel)).asOutput())
            .addInputList(new Output<?>[] {constant(bias).asOutput()})
            .addInputList(new Output<?>[0])
            .setAttr("num_args", 1)
            .setAttr("strides", Longs.toArray(window.strides()))
            .setAttr("padding", p == 0 ? "VALID" : "EXPLICIT")
            .setAttr("is_filter_const", true)
            .setAttr(FOLLOWED_BY, new String[] {BIAS});
    if (p > 0) {
      op.setAttr("explicit_paddings", Longs.toArray(window.explicitPadding()));
    }
    return raise(op.build().output(0));
  }

  /**
   * Returns a matrix product with bias.
   *
   * @param x {@code [N, ..., C]}
   * @param weight fixed, {@code [out, in]}
   * @param bias fixed, {@code [out]}
   */
  Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight, ParameterValue bias) {
    long[] sides = x.shape().asArray();
    sides[0] = -1;
    sides[sides.length - 1] = bias.shape().get(0);
    Output<?> product =
        linear(tf, evenChannels(rows(lower(x))), constant(evenInputs(weight)), constant(bias))
            .setAttr("is_filter_const", packs)
            .build()
            .output(0);
    return raise(tf.reshape(number(product), tf.array(sides)).asOutput());
  }

  /**
   * Begins a matrix product with bias.
   *
   * @param rows {@code [N, C]}
   * @param weight {@code [C, K]}
   * @param bias {@code [K]}
   */
  static OperationBuilder linear(Ops tf, Operand<?> rows, Operand<?> weight, Operand<?> bias) {
    return linear(tf, rows, weight, bias, List.of());
  }

  /**
   * Begins a matrix product with bias, and what follows it.
   *
   * @param rows {@code [N, C]}
   * @param weight {@code [C, K]}
   * @param bias {@code [K]}
   * @param next the ops that follow
   */
  static OperationBuilder linear(
      Ops tf, Operand<?> rows, Operand<?> weight, Operand<?> bias, List<String> next) {
    List<String> follow = new ArrayList<>(List.of(BIAS));
    follow.addAll(next);
    return builder(tf, PRODUCT)
        .addInput(rows.asOutput())
        .addInput(weight.asOutput())
        .addInputList(new Output<?>[] {bias.asOutput()})
        .setAttr("num_args", 1)
        .setAttr(FOLLOWED_BY, follow.toArray(String[]::new));
  }

  /** Returns the product of two matrices, any of them transposed first. */
  static Output<?> matrixProduct(
      Ops tf, Operand<?> x, boolean xTransposed, Operand<?> y, boolean yTransposed) {
    return builder(tf, "_MklMatMul")
        .addInput(x.asOutput())
        .addInput(y.asOutput())
        .setAttr("transpose_a", xTransposed)
        .setAttr("transpose_b", yTransposed)
        .build()
        .output(0);
  }

  /** Returns max(x, 0). */
  Operand<TFloat32> relu(Operand<TFloat32> x) {
    return followed(x, "Relu", Optional.empty())
        .orElseGet(() -> raise(tf.nn.relu(lower(x)).asOutput()));
  }

  /** Returns x Phi(x) if it can be part of the layer before. */
  Optional<Operand<TFloat32>> gelu(Operand<TFloat32> x) {
    return followed(x, "GeluExact", Optional.empty());
  }

  /** Returns the sum of two of the same shape. */
  Operand<TFloat32> add(Operand<TFloat32> x, Operand<TFloat32> y) {
    return joined(x, y)
        .or(() -> joined(y, x))
        .or(() -> followed(x, "Add", Optional.of(y)))
        .or(() -> followed(y, "Add", Optional.of(x)))
        .orElseGet(() -> raise(sum(lower(x).asOutput(), lower(y).asOutput())));
  }

  /** Returns the sum of two halves of a layer; what is added to it later joins the first half. */
  Operand<TFloat32> halves(Operand<TFloat32> first, Operand<TFloat32> second) {
    Output<?> sum =
        low
            ? tf.math
                .addN(
                    List.of(
                        lower(first).asOutput().expect(TBfloat16.class),
                        lower(second).asOutput().expect(TBfloat16.class)))
                .asOutput()
            : tf.math.addN(List.of(first, second)).asOutput();
    halves.add(operation(sum).name());
    return raise(sum);
  }

  /** Returns whether a layer was added as halves. */
  boolean hasHalves() {
    return !halves.isEmpty();
  }

  private Optional<Operand<TFloat32>> joined(Operand<TFloat32> layer, Operand<TFloat32> term) {
    GraphOperation sum = operation(bare(layer));
    if (!halves.contains(sum.name())) {
      return Optional.empty();
    }
    return followed(raise(sum.input(0)), "Add", Optional.of(term))
        .map(first -> raise(sum(bare(first), sum.input(1))));
  }

  /** Returns the largest value in each window; what is padded never wins. */
  Operand<TFloat32> maxPool(Operand<TFloat32> x, Conv window) {
    boolean same = window.same(x.shape().get(1)) && window.same(x.shape().get(2));
    var input = lower(x);
    Output<?> padded =
        same || window.padding() == 0
            ? input.asOutput()
            : pad(input, window.padding(), Float.NEGATIVE_INFINITY).asOutput();
    return raise(
        builder(tf, "_MklNativeMaxPool")
            .addInput(padded)
            .setAttr("ksize", new long[] {1, window.kernel(), window.kernel(), 1})
            .setAttr("strides", new long[] {1, window.stride(), window.stride(), 1})
            .setAttr("padding", same ? "SAME" : "VALID")
            .build()
            .output(0));
  }

  private <T extends TNumber> Operand<T> pad(Operand<T> x, int pixels, float value) {
    return pad(x, new int[][] {{0, 0}, {pixels, pixels}, {pixels, pixels}, {0, 0}}, value);
  }

  private <T extends TNumber> Operand<T> pad(Operand<T> x, int[][] paddings, float value) {
    @SuppressWarnings("unchecked")
    Operand<T> outside = (Operand<T>) scalar(value);
    return tf.pad(x, tf.constant(paddings), outside);
  }

  /**
   * Returns a convolution of each channel by itself.
   *
   * @param x {@code [N, H, W, C]}
   * @param kernel fixed, {@code [C, 1, height, width]}
   */
  Operand<TFloat32> depthwiseConv(Operand<TFloat32> x, ParameterValue kernel, Conv window) {
    boolean same = window.same();
    OperationBuilder op =
        builder(tf, "_MklNativeDepthwiseConv2dNative")
            .addInput(lower(x).asOutput())
            .addInput(constant(kernel).asOutput())
            .setAttr("strides", Longs.toArray(window.strides()))
            .setAttr("padding", same ? "SAME" : window.padding() == 0 ? "VALID" : "EXPLICIT")
            .setAttr("is_filter_const", true);
    if (!same && window.padding() > 0) {
      op.setAttr("explicit_paddings", Longs.toArray(window.explicitPadding()));
    }
    return raise(op.build().output(0));
  }

  /** Returns maps side by side: the channels of the first, then those of the second and so on. */
  Operand<TFloat32> concat(List<Operand<TFloat32>> maps) {
    if (!low) {
      return tf.concat(maps, tf.constant(-1));
    }
    List<Operand<TBfloat16>> lowered = new ArrayList<>();
    maps.forEach(map -> lowered.add(lower(map).asOutput().expect(TBfloat16.class)));
    return raise(tf.concat(lowered, tf.constant(-1)).asOutput());
  }

  /** Returns for each two channels of {@code [N, L, C]} the sum of their products, in 32 bits. */
  Operand<TFloat32> products(Operand<TFloat32> x) {
    Operand<TFloat32> rows = raise(lower(x).asOutput());
    return raise(product(tf, rows, true, rows, false));
  }

  /** Returns the products of matrices, any of them transposed first. */
  static Output<?> product(
      Ops tf, Operand<?> x, boolean xTransposed, Operand<?> y, boolean yTransposed) {
    return builder(tf, "_MklBatchMatMulV2")
        .addInput(x.asOutput())
        .addInput(y.asOutput())
        .setAttr("adj_x", xTransposed)
        .setAttr("adj_y", yTransposed)
        .build()
        .output(0);
  }

  /** Returns layer normalisation over the last axis, with fixed parameters. */
  Operand<TFloat32> layerNorm(
      Operand<TFloat32> x, ParameterValue weight, ParameterValue bias, double epsilon) {
    return raise(layerNorm(tf, lower(x), constant(weight), constant(bias), epsilon));
  }

  /** Returns layer normalisation over the last axis; oneDNN's op takes two or three axes. */
  static <T extends TNumber> Output<?> layerNorm(
      Ops tf, Operand<T> x, Operand<?> weight, Operand<?> bias, double epsilon) {
    int axes = x.shape().numDimensions();
    boolean fits = axes == 2 || axes == 3;
    Operand<T> rows = fits ? x : tf.reshape(x, tf.array(-1, x.shape().get(axes - 1)));
    Output<?> normal =
        unlabelled(tf, "_MklLayerNorm")
            .addInput(rows.asOutput())
            .addInput(weight.asOutput())
            .addInput(bias.asOutput())
            .setAttr("epsilon", (float) epsilon)
            .build()
            .output(0);
    return fits ? normal : tf.reshape(normal, tf.shape(x)).asOutput();
  }

  /**
   * Returns each head's attention, softmax(q k + bias) v, the heads side by side.
   *
   * @param qkv {@code [N, L, 3 * C]}, the queries scaled
   * @param bias {@code [groups, heads, L * L]}, where groups divides N
   * @return {@code [N, L, C]}
   */
  Operand<TFloat32> attention(Operand<TFloat32> qkv, int heads, Optional<Operand<TFloat32>> bias) {
    long length = qkv.shape().get(1);
    long width = qkv.shape().get(2) / 3;
    long depth = width / heads;
    long groups = bias.map(b -> b.shape().get(0)).orElse(1L);
    var split = tf.reshape(lower(qkv), tf.array(-1, groups, length, 3, heads, depth));
    var apart = tf.linalg.transpose(split, tf.array(3, 0, 1, 4, 2, 5));
    var joined = tf.reshape(apart, tf.array(3, -1, groups * heads, length, depth));
    var parts = tf.unstack(joined, 3L).output();
    Operand<?> query = parts.get(0);
    Operand<?> key = parts.get(1);
    Output<?> scores =
        bias.isEmpty()
            ? product(tf, query, false, key, true)
            : unlabelled(tf, "_MklFusedBatchMatMulV2")
                .addInput(query.asOutput())
                .addInput(key.asOutput())
                .addInputList(
                    new Output<?>[] {
                      scalar(1).asOutput(),
                      tf.reshape(lower(bias.get()), tf.array(1, groups * heads, length, length))
                          .asOutput()
                    })
                .setAttr("adj_y", true)
                .setAttr("num_args", 2)
                .setAttr(FOLLOWED_BY, new String[] {"Mul", "Add"})
                .build()
                .output(0);
    Output<?> attended = product(tf, tf.nn.softmax(number(scores)), false, parts.get(2), false);
    var grouped = tf.reshape(number(attended), tf.array(-1, heads, length, depth));
    var rows = tf.linalg.transpose(grouped, tf.array(0, 2, 1, 3));
    return raise(tf.reshape(rows, tf.array(-1, length, width)).asOutput());
  }

  /** Returns a convolution with what follows it as one op, if x comes from a convolution. */
  Optional<Operand<TFloat32>> followConv(
      Operand<TFloat32> x, String next, Optional<Operand<TFloat32>> argument) {
    return operation(bare(x)).type().equals(CONV) ? followed(x, next, argument) : Optional.empty();
  }

  /** Returns the kernel of a convolution, {@code [height, width, in, out]}. */
  static Operand<TFloat32> kernel(Operand<TFloat32> conv) {
    return operation(conv.asOutput()).input(1).expect(TFloat32.class);
  }

  private Optional<Operand<TFloat32>> followed(
      Operand<TFloat32> x, String next, Optional<Operand<TFloat32>> argument) {
    Output<?> found = bare(x);
    Optional<Operand<? extends TNumber>> sides = Optional.empty();
    if (operation(found).type().equals("Reshape")) {
      sides = Optional.of(integers(operation(found).input(1)));
      found = operation(found).input(0);
    }
    GraphOperation before = operation(found);
    boolean product = before.type().equals(PRODUCT);
    if (!product && !before.type().equals(CONV)) {
      return Optional.empty();
    }
    List<String> follow =
        new ArrayList<>(Arrays.asList(before.attributes().getAttrStringList(FOLLOWED_BY)));
    if (follow.size() > (next.equals("Relu") ? 2 : 1) || follow.contains("Relu")) {
      return Optional.empty();
    }
    follow.add(next);
    List<Output<?>> arguments = new ArrayList<>();
    for (int i = 2; i < before.numInputs(); i++) {
      arguments.add(before.input(i));
    }
    argument.ifPresent(
        y -> arguments.add(product ? rows(lower(y)).asOutput() : lower(y).asOutput()));
    OperationBuilder op =
        builder(tf, before.type())
            .addInput(before.input(0))
            .addInput(before.input(1))
            .addInputList(arguments.toArray(Output<?>[]::new));
    if (!product) {
      op.addInputList(new Output<?>[0]);
      for (String name : List.of("strides", "padding", "explicit_paddings")) {
        op.setAttr(name, before.attributes().getAttrValueProto(name));
      }
    }
    Output<?> result =
        op.setAttr("num_args", arguments.size())
            .setAttr("is_filter_const", packs || !product)
            .setAttr(FOLLOWED_BY, follow.toArray(String[]::new))
            .build()
            .output(0);
    return Optional.of(
        raise(sides.isPresent() ? tf.reshape(number(result), sides.get()).asOutput() : result));
  }

  private static OperationBuilder builder(Ops tf, String type) {
    // The label of kernels that TensorFlow's layout pass puts in the place of others.
    return unlabelled(tf, type).setAttr("_kernel", "MklNameChangeOp");
  }

  private static OperationBuilder unlabelled(Ops tf, String type) {
    return tf.scope().opBuilder(type, type.substring(1));
  }

  /** Returns what a layer computed, before it was cast and named. */
  private Output<?> bare(Operand<TFloat32> x) {
    Output<?> found = x.asOutput();
    while (NAMES.contains(operation(found).type()) || widens(found)) {
      found = operation(found).input(0);
    }
    return found;
  }

  private boolean widens(Output<?> x) {
    return low
        && operation(x).type().equals("Cast")
        && operation(x).input(0).dataType() == DataType.DT_BFLOAT16;
  }

  /** Returns whether a layer gave x in bfloat16. */
  boolean isLow(Operand<TFloat32> x) {
    return bare(x).dataType() == DataType.DT_BFLOAT16;
  }

  /** Returns what a layer sees of x: bfloat16, if layers see that. */
  Operand<? extends TNumber> lower(Operand<TFloat32> x) {
    Output<?> found = bare(x);
    if (!low || found.dataType() == DataType.DT_BFLOAT16) {
      return number(found);
    }
    GraphOperation operation = operation(found);
    if (MOVES.contains(operation.type())) {
      return moved(operation, lower(operation.input(0).expect(TFloat32.class)));
    }
    return tf.dtypes.cast(x, TBfloat16.class);
  }

  /** Returns the same numbers in the places where an op puts them. */
  private Operand<? extends TNumber> moved(GraphOperation move, Operand<? extends TNumber> x) {
    OperationBuilder op = tf.scope().opBuilder(move.type(), move.type()).addInput(x.asOutput());
    for (int i = 1; i < move.numInputs(); i++) {
      op.addInput(move.input(i));
    }
    return number(op.build().output(0));
  }

  /** Returns what an op gave in 32-bit floats. */
  Operand<TFloat32> raise(Output<?> x) {
    return x.dataType() == DataType.DT_FLOAT
        ? x.expect(TFloat32.class)
        : tf.dtypes.cast(x.expect(TBfloat16.class), TFloat32.class);
  }

  /**
   * Returns x with a last channel of zeros if the number of channels is odd. In bfloat16 oneDNN 3.5
   * takes channels in pairs, and fills the last pair's other half with numbers that are not zero.
   */
  private <T extends TNumber> Operand<T> evenChannels(Operand<T> x) {
    Shape shape = x.shape();
    int last = shape.numDimensions() - 1;
    if (!low || shape.get(last) % 2 == 0) {
      return x;
    }
    int[][] paddings = new int[last + 1][2];
    paddings[last][1] = 1;
    return pad(x, paddings, 0);
  }

  /** Returns weights {@code [out, in, ...]} for {@link #evenChannels}. */
  private ParameterValue evenInputs(ParameterValue weight) {
    int inputs = weight.shape().get(1);
    if (!low || inputs % 2 == 0) {
      return weight;
    }
    List<Integer> shape = new ArrayList<>(weight.shape());
    shape.set(1, inputs + 1);
    int outputs = shape.get(0);
    return weight.derived(
        shape,
        numbers -> {
          int row = numbers.length / outputs;
          int padded = row / inputs * (inputs + 1);
          float[] even = new float[outputs * padded];
          for (int i = 0; i < outputs; i++) {
            System.arraycopy(numbers, i * row, even, i * padded, row);
          }
          return even;
        });
  }

  private Operand<? extends TNumber> constant(ParameterValue value) {
    return value.operand(type());
  }

  private Operand<? extends TNumber> scalar(float value) {
    return constant(ParameterValue.fixed(tf, Layout.SAME, List.of(), new float[] {value}));
  }

  private Class<? extends TNumber> type() {
    return low ? TBfloat16.class : TFloat32.class;
  }

  private <T extends TNumber> Operand<T> rows(Operand<T> x) {
    Shape shape = x.shape();
    return shape.numDimensions() == 2
        ? x
        : tf.reshape(x, tf.array(-1, shape.get(shape.numDimensions() - 1)));
  }

  private Output<?> sum(Output<?> x, Output<?> y) {
    return low
        ? tf.math.add(x.expect(TBfloat16.class), y.expect(TBfloat16.class)).asOutput()
        : tf.math.add(x.expect(TFloat32.class), y.expect(TFloat32.class)).asOutput();
  }

  private static Operand<? extends TNumber> integers(Output<?> x) {
    return x.dataType() == DataType.DT_INT64 ? x.expect(TInt64.class) : x.expect(TInt32.class);
  }

  private static GraphOperation operation(Output<?> x) {
    return (GraphOperation) x.op();
  }

  private Operand<? extends TNumber> number(Output<?> x) {
    return low ? x.expect(TBfloat16.class) : x.expect(TFloat32.class);
  }
}
