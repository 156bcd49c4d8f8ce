package org.genimage.models.internal;

import static org.genimage.models.nn.Layers.channels;

import com.google.common.primitives.Longs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.genimage.models.nn.Activation;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.ParameterValue;
import org.genimage.models.nn.Shapes;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.op.nn.FusedBatchNormGrad;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Kernels for training in bfloat16 on a CPU. Layers and their gradients see and give bfloat16.
 * Weights, the statistics of batch norms, layer norms and residual sums of transformers are 32-bit
 * floats, and so is everything that networks calculate otherwise, such as spectra, and the loss.
 */
final class Bfloat16TrainingKernels implements Kernels {

  /** The numbers of one of the processor's widest registers. */
  private static final int CHANNELS = 16;

  private final Ops tf;
  private final OneDnnOps ops;
  private final Kernels float32;
  private final Formulas formulas;

  /**
   * Creates the kernels of a graph.
   *
   * @param float32 kernels of what stays in 32-bit floats
   * @param formulas how single numbers are calculated from others
   */
  Bfloat16TrainingKernels(Kernels float32, Formulas formulas) {
    this.tf = float32.tf();
    this.ops = new OneDnnOps(tf, true, false);
    this.float32 = float32;
    this.formulas = formulas;
  }

  @Override
  public Ops tf() {
    return tf;
  }

  @Override
  public CustomGradients gradients() {
    return float32.gradients();
  }

  @Override
  public Operand<TFloat32> named(Operand<TFloat32> named, Operand<TFloat32> x) {
    return float32.named(named, x);
  }

  @Override
  public Operand<TFloat32> relu(Operand<TFloat32> x) {
    var y = tf.nn.relu(lower(x));
    return register(
        raise(y),
        List.of(x),
        up ->
            List.of(
                ops.raise(
                    tf.scope()
                        .opBuilder("ReluGrad", "ReluGrad")
                        .addInput(lower(up).asOutput())
                        .addInput(y.asOutput())
                        .build()
                        .output(0))));
  }

  @Override
  public Operand<TFloat32> gelu(Operand<TFloat32> x) {
    return float32.gelu(x);
  }

  /** Returns a sum, in 32 bits if one of the two has as many, such as a transformer's tokens. */
  @Override
  public Operand<TFloat32> add(Operand<TFloat32> x, Operand<TFloat32> y) {
    return ops.isLow(x) && ops.isLow(y)
        ? register(raise(tf.math.add(lower(x), lower(y))), List.of(x, y), up -> List.of(up, up))
        : float32.add(x, y);
  }

  @Override
  public Operand<TFloat32> conv(Operand<TFloat32> x, Operand<TFloat32> kernel, Conv window) {
    Convolution conv = new Convolution(x, kernel, window);
    return register(raise(conv.of()), List.of(x, kernel), up -> conv.gradients(lower(up)));
  }

  @Override
  public Operand<TFloat32> conv(
      Operand<TFloat32> x, ParameterValue kernel, ParameterValue bias, Conv window) {
    int side = window.kernel();
    boolean patches = side > 1 && side == window.stride() && window.padding() == 0;
    long height = x.shape().get(1);
    long width = x.shape().get(2);
    if (patches && height > 0 && width > 0 && height % side == 0 && width % side == 0) {
      return patches(x, kernel.operand(), bias.operand(), side);
    }
    var weight = kernel.operand();
    var offset = bias.operand();
    int filters = channels(weight);
    Convolution conv = new Convolution(x, weight, window);
    return register(
        raise(tf.nn.biasAdd(conv.of(), lower(offset))),
        List.of(x, weight, offset),
        up -> {
          List<Operand<TFloat32>> gradients = new ArrayList<>(conv.gradients(lower(up)));
          gradients.add(sumOfRows(tf.reshape(lower(up), tf.array(-1, filters))));
          return gradients;
        });
  }

  /**
   * A convolution. An odd number of channels is made even: oneDNN 3.5 takes channels in pairs, and
   * fills the last pair's other half with numbers that are not zero.
   */
  private final class Convolution {

    private final Conv window;
    private final int inputs;
    private final int odd;
    private final Operand<TBfloat16> images;
    private final Operand<TBfloat16> kernel;

    Convolution(Operand<TFloat32> x, Operand<TFloat32> kernel, Conv window) {
      this.window = window;
      this.inputs = channels(x);
      this.odd = inputs % 2;
      this.images = more(lower(x), 4, 3, odd);
      this.kernel = more(lower(kernel), 4, 2, odd);
    }

    Operand<TBfloat16> of() {
      return Convolutions.of(tf, images, kernel, window);
    }

    List<Operand<TFloat32>> gradients(Operand<TBfloat16> upstream) {
      var byImages = Convolutions.inputGradient(tf, images, kernel, upstream, window);
      var byKernel = Convolutions.kernelGradient(tf, images, kernel, upstream, window);
      return List.of(
          raise(less(byImages, 4, 3, odd, inputs)), raise(less(byKernel, 4, 2, odd, inputs)));
    }
  }

  /**
   * Returns x with zeros behind the last entry of an axis.
   *
   * @param rank of x; that of a gradient may not be known
   */
  private <T extends TNumber> Operand<T> more(Operand<T> x, int rank, int axis, int count) {
    if (count == 0) {
      return x;
    }
    int[][] paddings = new int[rank][2];
    paddings[axis][1] = count;
    return tf.pad(x, tf.constant(paddings), Shapes.scalar(tf, 0, x.type()));
  }

  /** Returns x without the zeros that were added; a number of entries of the axis is left. */
  private <T extends TNumber> Operand<T> less(
      Operand<T> x, int rank, int axis, int count, int left) {
    if (count == 0) {
      return x;
    }
    int[] size = new int[rank];
    Arrays.fill(size, -1);
    size[axis] = left;
    return tf.slice(x, tf.constant(new int[rank]), tf.constant(size));
  }

  /** Returns a linear layer of square patches. */
  private Operand<TFloat32> patches(
      Operand<TFloat32> x, Operand<TFloat32> kernel, Operand<TFloat32> bias, int side) {
    long height = x.shape().get(1) / side;
    long width = x.shape().get(2) / side;
    int inputs = channels(x);
    int outputs = channels(kernel);
    var apart = tf.reshape(x, tf.array(-1, height, side, width, side, inputs));
    var rows =
        tf.reshape(
            tf.linalg.transpose(apart, tf.array(0, 1, 3, 2, 4, 5)),
            tf.array(-1, side * side * inputs));
    var matrix = tf.reshape(kernel, tf.array(side * side * inputs, outputs));
    return tf.reshape(linear(rows, matrix, bias), tf.array(-1, height, width, outputs));
  }

  @Override
  public Operand<TFloat32> depthwiseConv(Operand<TFloat32> x, ParameterValue kernel, Conv window) {
    int inputs = channels(x);
    int side = window.kernel();
    int filters = kernel.shape().get(0) / inputs;
    var all = kernel.operand(); // [side, side, filters * C, 1]
    var images = lower(x);
    var each = tf.reshape(lower(all), tf.array(side, side, inputs, filters));
    return register(
        raise(Convolutions.depthwise(tf, images, each, window)),
        List.of(x, all),
        up -> {
          var upstream = lower(up);
          var byKernel = Convolutions.depthwiseKernelGradient(tf, images, each, upstream, window);
          return List.of(
              raise(Convolutions.depthwiseInputGradient(tf, images, each, upstream, window)),
              raise(tf.reshape(byKernel, tf.shape(all))));
        });
  }

  @Override
  public Operand<TFloat32> maxPool(Operand<TFloat32> x, Conv window) {
    boolean same = window.same(x.shape().get(1)) && window.same(x.shape().get(2));
    int p = same ? 0 : window.padding();
    var images = lower(x);
    var padded = p == 0 ? images : window.pad(tf, images, Float.NEGATIVE_INFINITY);
    // tf.nn.maxPool makes MaxPoolV2, which TensorFlow does not leave to oneDNN.
    var y = pool("MaxPool", window, same, padded);
    return register(
        raise(y),
        List.of(x),
        up -> {
          var gradient = pool("MaxPoolGrad", window, same, padded, y, lower(up));
          return List.of(
              raise(
                  p == 0 ? gradient : tf.slice(gradient, tf.array(0, p, p, 0), tf.shape(images))));
        });
  }

  @SafeVarargs
  private Operand<TBfloat16> pool(
      String type, Conv window, boolean same, Operand<TBfloat16>... inputs) {
    OperationBuilder op = tf.scope().opBuilder(type, type);
    for (Operand<TBfloat16> input : inputs) {
      op.addInput(input.asOutput());
    }
    return op.setAttr("ksize", new long[] {1, window.kernel(), window.kernel(), 1})
        .setAttr("strides", Longs.toArray(window.strides()))
        .setAttr("padding", same ? "SAME" : "VALID")
        .build()
        .output(0);
  }

  /**
   * Returns batch normalisation. oneDNN 3.5 takes channels by {@value #CHANNELS}; with others it
   * needed six to eight times as long, so channels of zeros are added and removed.
   */
  @Override
  public BatchNormalised batchNorm(
      Operand<TFloat32> x, Operand<TFloat32> weight, Operand<TFloat32> bias, float epsilon) {
    int channels = channels(x);
    int missing = (CHANNELS - channels % CHANNELS) % CHANNELS;
    var images = more(lower(x), 4, 3, missing);
    var scale = more(weight, 1, 0, missing);
    var none = tf.constant(new float[0]);
    FusedBatchNorm<TBfloat16, TFloat32> norm =
        tf.nn.fusedBatchNorm(
            images,
            scale,
            more(bias, 1, 0, missing),
            none,
            none,
            FusedBatchNorm.epsilon(epsilon),
            FusedBatchNorm.isTraining(true));
    var y =
        register(
            raise(less(norm.y(), 4, 3, missing, channels)),
            List.of(x, weight, bias),
            up -> {
              FusedBatchNormGrad<TBfloat16, TFloat32> gradient =
                  tf.nn.fusedBatchNormGrad(
                      more(lower(up), 4, 3, missing),
                      images,
                      scale,
                      norm.reserveSpace1(),
                      norm.reserveSpace2(),
                      norm.reserveSpace3(),
                      FusedBatchNormGrad.epsilon(epsilon),
                      FusedBatchNormGrad.isTraining(true));
              return List.of(
                  raise(less(gradient.xBackprop(), 4, 3, missing, channels)),
                  less(gradient.scaleBackprop(), 1, 0, missing, channels),
                  less(gradient.offsetBackprop(), 1, 0, missing, channels));
            });
    return new BatchNormalised(
        y,
        less(norm.batchMean(), 1, 0, missing, channels),
        less(norm.batchVariance(), 1, 0, missing, channels));
  }

  @Override
  public Operand<TFloat32> products(Operand<TFloat32> x) {
    var rows = lower(x);
    return register(
        raise(batched(rows, true, rows, false)),
        List.of(x),
        up -> List.of(raise(batched(rows, false, lower(TrainingKernels.twice(tf, up)), false))));
  }

  @Override
  public Operand<TFloat32> layerNorm(
      Operand<TFloat32> x, ParameterValue weight, ParameterValue bias, double epsilon) {
    return float32.layerNorm(x, weight, bias, epsilon);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight) {
    var wide = Shapes.flatten(tf, x);
    var rows = lower(wide);
    var matrix = weight.operand();
    var y =
        register(
            raise(product(rows, false, lower(matrix), false)),
            List.of(wide, matrix),
            up -> List.of(byRows(lower(up), matrix), byWeight(rows, lower(up))));
    return Shapes.unflatten(tf, y, x);
  }

  @Override
  public Operand<TFloat32> linear(Operand<TFloat32> x, ParameterValue weight, ParameterValue bias) {
    var y = linear(Shapes.flatten(tf, x), weight.operand(), bias.operand());
    return Shapes.unflatten(tf, y, x);
  }

  private Operand<TFloat32> linear(
      Operand<TFloat32> wide, Operand<TFloat32> matrix, Operand<TFloat32> offset) {
    var rows = lower(wide);
    return register(
        raise(sums(rows, matrix, offset)),
        List.of(wide, matrix, offset),
        up -> {
          var upstream = lower(up);
          return List.of(byRows(upstream, matrix), byWeight(rows, upstream), sumOfRows(upstream));
        });
  }

  /**
   * Returns two linear layers with a non-linearity between them. Of the hidden numbers only those
   * before it are kept; for the gradient the others are calculated once more.
   */
  @Override
  public Operand<TFloat32> feedForward(
      Activation between,
      Operand<TFloat32> x,
      ParameterValue in,
      ParameterValue inBias,
      ParameterValue out,
      ParameterValue outBias) {
    if (between != Activation.GELU) {
      return Kernels.super.feedForward(between, x, in, inBias, out, outBias);
    }
    var first = in.operand();
    var firstBias = inBias.operand();
    var second = out.operand();
    var secondBias = outBias.operand();
    var wide = Shapes.flatten(tf, x);
    var rows = lower(wide);
    var hidden = sums(rows, first, firstBias);
    var y =
        register(
            raise(sums(gelu(tf, hidden), second, secondBias)),
            List.of(wide, first, firstBias, second, secondBias),
            up -> {
              var upstream = lower(up);
              var inner = geluGradient(product(upstream, false, lower(second), true), hidden);
              Ops late = tf.withControlDependencies(List.of(upstream));
              return List.of(
                  byRows(inner, first),
                  byWeight(rows, inner),
                  sumOfRows(inner),
                  byWeight(gelu(late, hidden), upstream),
                  sumOfRows(upstream));
            });
    return Shapes.unflatten(tf, y, x);
  }

  private Operand<TBfloat16> gelu(Ops tf, Operand<TBfloat16> x) {
    return formulas.of(
        tf,
        "gelu",
        TBfloat16.class,
        (inside, inputs) -> inside.math.mul(inputs.get(0), normalShare(inside, inputs.get(0))),
        List.of(x));
  }

  /** The slope of x Phi(x) is Phi(x) + x phi(x). */
  private Operand<TBfloat16> geluGradient(Operand<TBfloat16> upstream, Operand<TBfloat16> x) {
    return formulas.of(
        tf,
        "gelu_gradient",
        TBfloat16.class,
        (inside, inputs) -> {
          var number = inputs.get(1);
          var level = inside.constant((float) -Math.log(Math.sqrt(2 * Math.PI)));
          var half = inside.math.mul(inside.math.square(number), inside.constant(0.5f));
          var bell = inside.math.exp(inside.math.sub(level, half));
          var slope = inside.math.add(normalShare(inside, number), inside.math.mul(number, bell));
          return inside.math.mul(inputs.get(0), slope);
        },
        List.of(upstream, x));
  }

  /** Returns the normal distribution function. */
  private static Operand<TFloat32> normalShare(Ops tf, Operand<TFloat32> x) {
    var erf = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
    return tf.math.mul(tf.math.add(erf, tf.constant(1f)), tf.constant(0.5f));
  }

  /** Returns a linear layer of rows. */
  private Operand<TBfloat16> sums(
      Operand<TBfloat16> rows, Operand<TFloat32> matrix, Operand<TFloat32> offset) {
    return OneDnnOps.linear(tf, rows, lower(matrix), lower(offset))
        .build()
        .output(0)
        .expect(TBfloat16.class);
  }

  private Operand<TFloat32> byRows(Operand<TBfloat16> upstream, Operand<TFloat32> matrix) {
    return raise(product(upstream, false, lower(matrix), true));
  }

  private Operand<TFloat32> byWeight(Operand<TBfloat16> rows, Operand<TBfloat16> upstream) {
    return raise(product(rows, true, upstream, false));
  }

  /** Returns the sum of all rows: oneDNN adds up in 32 bits. */
  private Operand<TFloat32> sumOfRows(Operand<TBfloat16> rows) {
    var count = tf.slice(tf.shape(rows), tf.array(0), tf.array(1));
    var ones =
        tf.fill(
            tf.concat(List.of(tf.array(1), count), tf.constant(0)),
            Shapes.scalar(tf, 1, TBfloat16.class));
    return raise(
        tf.reshape(
            product(ones, false, rows, false), tf.array(Math.toIntExact(rows.shape().get(1)))));
  }

  private Operand<TBfloat16> product(
      Operand<TBfloat16> x, boolean transposed, Operand<TBfloat16> y, boolean other) {
    return OneDnnOps.matrixProduct(tf, x, transposed, y, other).expect(TBfloat16.class);
  }

  @Override
  public Operand<TFloat32> attention(
      Operand<TFloat32> qkv, int heads, Optional<Operand<TFloat32>> bias) {
    long length = qkv.shape().get(1);
    int width = channels(qkv) / 3;
    int depth = width / heads;
    var split = tf.reshape(lower(qkv), tf.array(-1, length, 3, heads, depth));
    var parts = tf.unstack(tf.linalg.transpose(split, tf.array(2, 0, 3, 1, 4)), 3L).output();
    var query = parts.get(0); // [N, heads, L, depth]
    var key = parts.get(1);
    var value = parts.get(2);
    var weights = tf.nn.softmax(scores(query, key, bias));
    var attended = batched(weights, false, value, false);
    var y =
        tf.reshape(
            tf.linalg.transpose(attended, tf.array(0, 2, 1, 3)), tf.array(-1, length, width));
    List<Operand<TFloat32>> inputs = new ArrayList<>(List.of(qkv));
    bias.ifPresent(inputs::add);
    return register(
        raise(y),
        inputs,
        up -> {
          var apart = tf.reshape(lower(up), tf.array(-1, length, heads, depth));
          var upstream = tf.linalg.transpose(apart, tf.array(0, 2, 1, 3));
          // The mean gradient of the weights, from what is smaller than the weights.
          var along =
              formulas.of(
                  tf,
                  "attention_mean",
                  TFloat32.class,
                  (inside, each) -> inside.math.mul(each.get(0), each.get(1)),
                  List.of(upstream, attended));
          var mean = tf.sum(along, tf.constant(-1), Sum.keepDims(true));
          var gradient =
              formulas.of(
                  tf,
                  "softmax_gradient",
                  TBfloat16.class,
                  (inside, each) ->
                      inside.math.mul(inside.math.sub(each.get(0), each.get(2)), each.get(1)),
                  List.of(batched(upstream, false, value, true), weights, mean));
          var byQuery = batched(gradient, false, key, false);
          var byKey = batched(gradient, true, query, false);
          var byValue = batched(weights, true, upstream, false);
          var stacked = tf.stack(List.of(byQuery, byKey, byValue)); // [3, N, heads, L, depth]
          var joined =
              tf.reshape(
                  tf.linalg.transpose(stacked, tf.array(1, 3, 0, 2, 4)),
                  tf.array(-1, length, 3 * width));
          List<Operand<TFloat32>> gradients = new ArrayList<>(List.of(raise(joined)));
          bias.ifPresent(b -> gradients.add(sumOfGroups(gradient, b)));
          return gradients;
        });
  }

  private Operand<TBfloat16> scores(
      Operand<TBfloat16> query, Operand<TBfloat16> key, Optional<Operand<TFloat32>> bias) {
    var scores = batched(query, false, key, true);
    return bias.map(
            b -> {
              long[] from = scores.shape().asArray();
              long[] to = b.shape().asArray();
              var grouped = tf.reshape(scores, tf.array(-1, to[0], to[1], to[2]));
              Operand<TBfloat16> sum =
                  tf.reshape(
                      tf.math.add(grouped, lower(b)), tf.array(-1, from[1], from[2], from[3]));
              return sum;
            })
        .orElse(scores);
  }

  private Operand<TFloat32> sumOfGroups(Operand<TBfloat16> gradient, Operand<TFloat32> bias) {
    long[] sides = bias.shape().asArray();
    var rows = tf.reshape(gradient, tf.array(-1, sides[0] * sides[1] * sides[2]));
    return tf.reshape(sumOfRows(rows), tf.array(sides));
  }

  private Operand<TBfloat16> batched(
      Operand<TBfloat16> x, boolean transposed, Operand<TBfloat16> y, boolean other) {
    return OneDnnOps.product(tf, x, transposed, y, other).expect(TBfloat16.class);
  }

  private Operand<TBfloat16> lower(Operand<TFloat32> x) {
    return ops.lower(x).asOutput().expect(TBfloat16.class);
  }

  private Operand<TFloat32> raise(Operand<TBfloat16> x) {
    return ops.raise(x.asOutput());
  }
}
