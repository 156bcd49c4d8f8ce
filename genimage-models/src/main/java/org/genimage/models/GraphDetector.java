package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.genimage.data.Label;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.GraphOps;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.WeightConstants;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.Purpose;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A detector as two graphs, whose sessions are filled with the weights once: the fastest one for
 * scores of 8-bit images, and one with a gradient at every op for pixels in [0, 1], which is built
 * when it is first needed.
 */
final class GraphDetector implements DifferentiableDetector {

  /** Numbers of 4 bytes, with room for the graph itself. */
  private static final long MAX_CONSTANTS = (1L << 31) / 4 - (1 << 22);

  private final Blueprint blueprint;
  private final Weights weights;
  private final Calibration calibration;
  private final Optional<VerdictRule> verdictRule;
  private final Precision precision;
  private final ScoringGraph scoring;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Object gradientCreation = new Object();
  private volatile GradientGraph gradient;
  private boolean closed;

  private GraphDetector(
      Blueprint blueprint,
      Weights weights,
      Precision precision,
      Calibration calibration,
      Optional<VerdictRule> verdictRule,
      ScoringGraph scoring) {
    this.blueprint = blueprint;
    this.weights = weights;
    this.precision = precision;
    this.calibration = calibration;
    this.verdictRule = verdictRule;
    this.scoring = scoring;
  }

  static GraphDetector create(Blueprint blueprint, Weights weights, Precision precision) {
    Calibration calibration = weights.calibration();
    Optional<VerdictRule> verdictRule = VerdictRule.of(weights);
    NativeRuntime.prepare();
    ScoringGraph scoring = ScoringGraph.create(blueprint, weights, precision);
    return new GraphDetector(blueprint, weights, precision, calibration, verdictRule, scoring);
  }

  @Override
  public String name() {
    return blueprint.name();
  }

  /** Returns name, input and threshold in a short line. */
  @Override
  public String toString() {
    String sizes = input().resize().crops() ? input().side() + " pixels" : input().sizes();
    return "%s for images of %s, in %s, threshold %s"
        .formatted(name(), sizes, precision, threshold());
  }

  @Override
  public InputContract input() {
    return blueprint.input();
  }

  @Override
  public Map<String, String> provenance() {
    return weights
        .with(WeightsMetadata.of(blueprint))
        .with(WeightsMetadata.of(precision))
        .metadata();
  }

  @Override
  public Weights weights() {
    return blueprint.describe(weights);
  }

  @Override
  public Calibration calibration() {
    return calibration;
  }

  @Override
  public Optional<VerdictRule> verdictRule() {
    return verdictRule;
  }

  @Override
  public double[] score(ImageBatch images) {
    checkSize(images.height(), images.width());
    return whileOpen(() -> probabilities(scoring.logits(images)));
  }

  @Override
  public double[] score(Pixels pixels) {
    checkSize(pixels.height(), pixels.width());
    return whileOpen(() -> probabilities(gradient().logits(pixels)));
  }

  @Override
  public Logits logits(Pixels pixels) {
    checkSize(pixels.height(), pixels.width());
    return whileOpen(() -> Logits.of(gradient().logits(pixels)));
  }

  @Override
  public Pixels gradient(Pixels pixels, Logits weights) {
    checkSize(pixels.height(), pixels.width());
    checkArgument(
        weights.count() == pixels.count(),
        "%s images need two weights each, got those of %s",
        pixels.count(),
        weights.count());
    return whileOpen(() -> gradient().gradient(pixels, weights));
  }

  /** Returns whether the ops of a gradient were added to a graph. */
  boolean hasGradient() {
    return gradient != null && gradient.hasGradient();
  }

  /** Returns the number of ops in its graphs. */
  int operations() {
    return scoring.operations() + (gradient == null ? 0 : gradient.operations());
  }

  @Override
  public Pixels lossGradient(Pixels pixels, List<Label> labels) {
    checkSize(pixels.height(), pixels.width());
    checkArgument(
        labels.size() == pixels.count(),
        "%s images need as many labels, got %s",
        pixels.count(),
        labels.size());
    return whileOpen(() -> gradient().lossGradient(pixels, labels));
  }

  @Override
  public Operand<TFloat32> logits(Ops tf, Operand<TFloat32> pixels) {
    return logits(tf, KernelChoice.differentiable(GraphOps.of(tf)), pixels);
  }

  @Override
  public Operand<TFloat32> logits(Ops tf, Operand<TFloat32> pixels, CustomGradients gradients) {
    return logits(tf, KernelChoice.training(GraphOps.of(tf), gradients), pixels);
  }

  private Operand<TFloat32> logits(Ops tf, Kernels kernels, Operand<TFloat32> pixels) {
    long[] shape = pixels.shape().asArray();
    checkArgument(
        shape != null
            && shape.length == 4
            && input().accepts((int) shape[1], (int) shape[2])
            && shape[3] == 3,
        "%s takes pixels of shape [N, %s, 3], got %s",
        name(),
        input().resize().crops() ? input().side() + ", " + input().side() : "H, W",
        pixels.shape());
    checkConstants(name(), weights);
    Operand<TFloat32> logits =
        whileOpen(
            () ->
                ScoringGraph.fromPixels(
                    Purpose.GRADIENTS, kernels, pixels, blueprint, new WeightConstants(weights)));
    tf.scope().refreshNames();
    return logits;
  }

  /** TensorFlow keeps a graph as one message, and none of those can be larger than 2 GB. */
  static void checkConstants(String name, Weights weights) {
    if (weights.size() > MAX_CONSTANTS) {
      throw new UnsupportedOperationException(
          ("%s has weights of %s numbers, and a graph that is not genimage's own holds them as"
                  + " constants, %s at most; ask the detector for logits(pixels) and"
                  + " gradient(pixels, weights), which have no limit")
              .formatted(name, weights.size(), MAX_CONSTANTS));
    }
  }

  private GradientGraph gradient() {
    synchronized (gradientCreation) {
      if (gradient == null) {
        gradient = GradientGraph.create(blueprint, weights);
      }
      return gradient;
    }
  }

  private double[] probabilities(float[] logits) {
    double[] scores = new double[logits.length / 2];
    for (int i = 0; i < scores.length; i++) {
      float nature = logits[2 * i];
      float ai = logits[2 * i + 1];
      boolean finite = Float.isFinite(nature) && Float.isFinite(ai);
      scores[i] = finite ? calibration.score(nature, ai) : Double.NaN;
    }
    return UndefinedScoreException.checked(name(), scores);
  }

  private void checkSize(int height, int width) {
    checkArgument(
        input().accepts(height, width),
        "%s takes images of %s, got %sx%s; prepare them with input().prepare(image)",
        name(),
        input().sizes(),
        width,
        height);
    int least = blueprint.network().leastSide();
    if (Math.min(height, width) < least) {
      throw new UnreadableImageException(
          "%s needs an image of at least %s pixels on each side, found %sx%s; leave it out"
              .formatted(name(), least, width, height));
    }
  }

  private <T> T whileOpen(Supplier<T> work) {
    Lock reading = lock.readLock();
    reading.lock();
    try {
      checkState(!closed, "detector %s is closed; load it again", name());
      return work.get();
    } finally {
      reading.unlock();
    }
  }

  @Override
  public void close() {
    Lock writing = lock.writeLock();
    writing.lock();
    try {
      if (!closed) {
        closed = true;
        scoring.close();
        if (gradient != null) {
          gradient.close();
        }
      }
    } finally {
      writing.unlock();
    }
  }
}
