package org.genimage.models.networks;

import static com.google.common.base.Preconditions.checkArgument;
import static org.genimage.models.nn.Conv.kernel;
import static org.genimage.models.nn.Layers.batchNorm;
import static org.genimage.models.nn.Layers.biasedConv;
import static org.genimage.models.nn.Layers.biasedDepthwiseConv;
import static org.genimage.models.nn.Layers.channels;
import static org.genimage.models.nn.Layers.linear;

import java.util.ArrayList;
import java.util.List;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Dct;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Sum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;

/**
 * Thinking in frequency, Qian et al. 2020: the image taken apart into frequency bands (FAD, section
 * 3.1) and the statistics of local spectra (LFS, section 3.2), each with an Xception, and attention
 * between the two (MixBlock, section 3.3). Inputs lie in [-1, 1].
 *
 * <p>Where the published code and the paper differ, the code is followed, since weights come from
 * it: LFS takes the logarithm before it filters and sums (the paper: after), and grey values span
 * 245 levels.
 *
 * @param variant which published implementation
 * @param outputs number of logits
 */
public record F3Net(F3NetVariant variant, int outputs) implements Network {

  private static final Xception FAD_TRUNK = new Xception(2);
  private static final Xception LFS_TRUNK = new Xception(1);
  private static final Conv LOCAL = new Conv(10, 2, 4);
  private static final int LOCAL_BANDS = 6;

  @Override
  public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) { // [N, 299, 299, 3]
    Operand<TFloat32> features =
        switch (variant) {
          case MIX -> mixed(scope, images); // [N, 4096]
          case FAD -> fad(scope, images); // [N, 2048]
          case LFS -> lfs(scope, images); // [N, 2048]
          case BOTH -> join(scope, fad(scope, images), lfs(scope, images)); // [N, 4096]
          case ORIGINAL -> branch(FAD_TRUNK, scope.at("xcep"), images); // [N, 2048]
        };
    var pooled = scope.at("pooled").output(features);
    var kept = Layers.dropout(scope.at("dp"), pooled, scope.drop().units());
    return linear(scope.at("fc"), kept, outputs); // [N, outputs]
  }

  @Override
  public List<String> head() {
    return List.of("fc.");
  }

  @Override
  public List<String> fresh() {
    return switch (variant) {
      case MIX -> List.of("fad_head.", "lfs_head.", "mix_block", "fc.");
      case FAD, LFS, BOTH, ORIGINAL ->
          List.of("FAD_head.", "LFS_head.", "FAD_xcep.fc.", "LFS_xcep.fc.", "xcep.fc.", "fc.");
    };
  }

  private Operand<TFloat32> mixed(ModelScope scope, Operand<TFloat32> images) {
    scope.order(
        "fad_head", "lfs_head", "fad_excep", "lfs_excep", "mix_block7", "mix_block12", "fc");
    var fad = scope.at("fad_excep");
    var lfs = scope.at("lfs_excep");
    var streams =
        new Streams(
            FAD_TRUNK.entry(fad, decomposition(scope.at("fad_head"), images)),
            LFS_TRUNK.entry(lfs, localStatistics(scope.at("lfs_head"), images)));
    streams = mix(scope.at("mix_block7"), streams); // 2 x [N, 19, 19, 728]
    streams =
        new Streams(FAD_TRUNK.middle(fad, streams.fad()), LFS_TRUNK.middle(lfs, streams.lfs()));
    streams = mix(scope.at("mix_block12"), streams); // 2 x [N, 10, 10, 1024]
    return join(scope, FAD_TRUNK.exit(fad, streams.fad()), LFS_TRUNK.exit(lfs, streams.lfs()));
  }

  private Operand<TFloat32> fad(ModelScope scope, Operand<TFloat32> images) {
    var x = decomposition(scope.at("FAD_head"), images);
    return branch(FAD_TRUNK, scope.at("FAD_xcep"), x);
  }

  private Operand<TFloat32> lfs(ModelScope scope, Operand<TFloat32> images) {
    var x = localStatistics(scope.at("LFS_head"), images);
    return branch(LFS_TRUNK, scope.at("LFS_xcep"), x);
  }

  private Operand<TFloat32> branch(Xception trunk, ModelScope scope, Operand<TFloat32> input) {
    var x = trunk.exit(scope, trunk.middle(scope, trunk.entry(scope, input)));
    // Checkpoints of yyk-wew hold the trunk's own classifier, which takes no part: it counts 0.
    var idle = linear(scope.at("fc"), x, outputs);
    return scope.tf().math.add(x, scope.tf().math.mul(idle, scope.tf().constant(0f)));
  }

  private static Operand<TFloat32> join(
      ModelScope scope, Operand<TFloat32> fad, Operand<TFloat32> lfs) {
    return scope.tf().concat(List.of(fad, lfs), scope.tf().constant(1));
  }

  /** FAD: four images, each what one filter leaves of the whole image's spectrum. */
  public Operand<TFloat32> decomposition(ModelScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    int size = side(images);
    var dct = scope.fixed("_DCT_all", Dct.matrix(size), size, size);
    scope.fixed("_DCT_all_T", Dct.transposedMatrix(size), size, size);
    var planes = tf.linalg.transpose(images, tf.array(0, 3, 1, 2)); // [N, 3, 299, 299]
    var spectrum = Dct.transform(tf, planes, dct);
    List<Operand<TFloat32>> filtered = new ArrayList<>();
    for (Band band : globalBands(size)) {
      var filter = filter(scope.at("filters").at(filtered.size()), band, size);
      filtered.add(tf.math.mul(spectrum, filter));
    }
    var bands = Dct.inverse(tf, tf.concat(filtered, tf.constant(1)), dct); // [N, 12, 299, 299]
    return scope.output(tf.linalg.transpose(bands, tf.array(0, 2, 3, 1))); // [N, 299, 299, 12]
  }

  private List<Band> globalBands(int size) {
    Band all = new Band(0, 2 * size);
    if (variant == F3NetVariant.MIX) {
      int low = size / 16;
      int middle = size / 8;
      return List.of(new Band(0, low), new Band(low, middle), new Band(middle, size), all);
    }
    double low = Math.floor(size / 2.82);
    int middle = size / 2;
    return List.of(new Band(0, low), new Band(low, middle), new Band(middle, 2 * size), all);
  }

  /** LFS: six bands' mean log-magnitudes in the spectrum of each window of 10x10 grey values. */
  public Operand<TFloat32> localStatistics(ModelScope scope, Operand<TFloat32> images) {
    Ops tf = scope.tf();
    int size = LOCAL.kernel();
    scope.fixed("_DCT_patch", Dct.matrix(size), size, size);
    scope.fixed("_DCT_patch_T", Dct.transposedMatrix(size), size, size);
    Operand<TFloat32> grey =
        tf.sum(
            tf.math.mul(images, tf.constant(new float[] {0.299f, 0.587f, 0.114f})),
            tf.constant(3),
            Sum.keepDims(true));
    grey = tf.math.mul(tf.math.add(grey, tf.constant(1f)), tf.constant(122.5f));
    var dct = Dct.windows(tf, grey, LOCAL); // [N, 149, 149, 100]
    var magnitude = tf.math.add(tf.math.abs(dct), tf.constant(1e-15f));
    var logarithm = tf.math.mul(tf.math.log(magnitude), tf.constant((float) (1 / Math.log(10))));
    List<Operand<TFloat32>> means = new ArrayList<>();
    for (int i = 0; i < LOCAL_BANDS; i++) {
      double width = 2.0 * size / LOCAL_BANDS;
      Band band = new Band(width * i, width * (i + 1));
      var place = scope.at("filters").at(i);
      var filter = filter(place, band, size);
      var count = place.fixed("ft_num", new float[] {count(band, size)});
      var mean = tf.linalg.transpose(tf.math.div(filter, count), tf.array(1, 0));
      means.add(tf.reshape(mean, tf.array(1, size * size)));
    }
    int positions = side(dct);
    Operand<TFloat32> bands =
        tf.linalg.matMul(
            tf.reshape(logarithm, tf.array(-1, size * size)),
            tf.concat(means, tf.constant(0)),
            MatMul.transposeB(true));
    return scope.output(
        tf.reshape(bands, tf.array(-1, positions, positions, LOCAL_BANDS))); // [N, 149, 149, 6]
  }

  /** Ones in the band, and what is learned on top, between -1 and 1. */
  private Operand<TFloat32> filter(ModelScope scope, Band band, int size) {
    var base = scope.fixed("base", base(band, size), size, size);
    var learned = scope.parameter("learnable", Layout.SAME, Init.normal(0.1), size, size);
    return scope.tf().math.add(base, centredSigmoid(scope, learned));
  }

  private float[] base(Band band, int size) {
    float[] ones = new float[size * size];
    for (int i = 0; i < ones.length; i++) {
      int frequency = i / size + i % size;
      boolean started =
          variant == F3NetVariant.MIX ? frequency > band.start() : frequency >= band.start();
      ones[i] = started && frequency <= band.end() ? 1 : 0;
    }
    return ones;
  }

  private float count(Band band, int size) {
    float count = 0;
    for (float one : base(band, size)) {
      count += one;
    }
    return count;
  }

  /**
   * MixBlock: per channel, attention between the rows of both streams weighs, position by position,
   * what each stream takes from the other.
   */
  public static Streams mix(ModelScope scope, Streams x) {
    Ops tf = scope.tf();
    checkArgument(
        side(x.fad()) == side(x.lfs()),
        "F3Net's branches must meet at equal sides, got %s and %s; an input of 299 pixels fits",
        side(x.fad()),
        side(x.lfs()));
    var toFad = factor(scope, "FAD_gamma");
    var toLfs = factor(scope, "LFS_gamma");
    int width = channels(x.fad());
    var query =
        rows(
            scope,
            biasedConv(scope.at("FAD_query"), x.fad(), width, kernel(1)),
            biasedConv(scope.at("LFS_query"), x.lfs(), width, kernel(1)));
    var key =
        rows(
            scope,
            biasedConv(scope.at("FAD_key"), x.fad(), width, kernel(1)),
            biasedConv(scope.at("LFS_key"), x.lfs(), width, kernel(1)));
    Operand<TFloat32> energy = tf.linalg.einsum(List.of(query, key), "nrkc,nskc->ncrs");
    Operand<TFloat32> attention =
        scope
            .at("attention")
            .output(tf.linalg.transpose(tf.nn.softmax(energy), tf.array(0, 2, 3, 1)));
    var fad = tf.math.mul(tf.math.mul(x.lfs(), attention), toLfs);
    var lfs = tf.math.mul(tf.math.mul(x.fad(), attention), toFad);
    return new Streams(
        scope.at("fad").output(tf.math.add(x.fad(), project(scope, "FAD", fad))),
        scope.at("lfs").output(tf.math.add(x.lfs(), project(scope, "LFS", lfs))));
  }

  private static Operand<TFloat32> factor(ModelScope scope, String name) {
    return centredSigmoid(scope, scope.parameter(name, Layout.SAME, Init.ZEROS, 1));
  }

  /** The two streams' rows, one behind the other: {@code [N, H, 2 W, C]}. */
  private static Operand<TFloat32> rows(
      ModelScope scope, Operand<TFloat32> fad, Operand<TFloat32> lfs) {
    return scope.tf().concat(List.of(fad, lfs), scope.tf().constant(2));
  }

  private static Operand<TFloat32> project(ModelScope scope, String stream, Operand<TFloat32> x) {
    var y = biasedDepthwiseConv(scope.at(stream + "_conv"), x, kernel(1));
    return batchNorm(scope.at(stream + "_bn"), y, Init.ONES);
  }

  /** 2 sigmoid(x) - 1, which is 0 at 0. */
  private static Operand<TFloat32> centredSigmoid(ModelScope scope, Operand<TFloat32> x) {
    Ops tf = scope.tf();
    return tf.math.sub(tf.math.mul(tf.math.sigmoid(x), tf.constant(2f)), tf.constant(1f));
  }

  private static int side(Operand<TFloat32> images) {
    return Math.toIntExact(images.shape().get(1));
  }

  /** Frequencies by the sum of their two indices. */
  private record Band(double start, double end) {}

  /** Both branches at the same depth. */
  public record Streams(Operand<TFloat32> fad, Operand<TFloat32> lfs) {}
}
