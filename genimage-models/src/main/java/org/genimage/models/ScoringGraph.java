package org.genimage.models;

import java.util.function.Function;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.internal.WeightConstants;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Purpose;
import org.genimage.models.weights.Weights;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Bytes in, logits out. */
final class ScoringGraph implements AutoCloseable {

  private final Graph graph;
  private final Session session;
  private final Placeholder<TUint8> images;
  private final Operand<TFloat32> logits;

  private ScoringGraph(
      Graph graph, Session session, Placeholder<TUint8> images, Operand<TFloat32> logits) {
    this.graph = graph;
    this.session = session;
    this.images = images;
    this.logits = logits;
  }

  /**
   * Returns the graph in the fastest form that TensorFlow has here.
   *
   * @throws UnsupportedOperationException if it has none in this precision
   */
  static ScoringGraph create(Blueprint blueprint, Weights weights, Precision precision) {
    if (precision == Precision.FLOAT32) {
      return create(blueprint, weights, KernelChoice::scoring);
    }
    if (!KernelChoice.scoresBfloat16()) {
      throw new UnsupportedOperationException(
          "scores in bfloat16 need TensorFlow with oneDNN on Linux, a processor with AVX-512 and no"
              + " GPU, which this machine lacks; load %s in FLOAT32".formatted(blueprint.name()));
    }
    return create(blueprint, weights, KernelChoice::scoringBfloat16);
  }

  private static ScoringGraph create(
      Blueprint blueprint, Weights weights, Function<Ops, Kernels> choice) {
    Graph graph = new Graph();
    try {
      Ops tf = GraphOps.of(graph);
      Placeholder<TUint8> images =
          tf.placeholder(TUint8.class, Placeholder.shape(blueprint.input().shape()));
      Operand<TFloat32> logits = fromBytes(choice.apply(tf), images, blueprint, weights);
      return new ScoringGraph(graph, new Session(graph, SessionSettings.scoring()), images, logits);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /** Adds the detector: {@code [N, side, side, 3]}, 0 to 255, to {@code [N, 2]}: nature, ai. */
  static Operand<TFloat32> fromBytes(
      Kernels kernels, Operand<TUint8> images, Blueprint blueprint, Weights weights) {
    Ops tf = kernels.tf();
    Operand<TFloat32> pixels =
        tf.math.div(tf.dtypes.cast(images, TFloat32.class), tf.constant(255f));
    return fromPixels(Purpose.SCORING, kernels, pixels, blueprint, weights);
  }

  /** Adds the detector: {@code [N, side, side, 3]}, in [0, 1], to {@code [N, 2]}: nature, ai. */
  static Operand<TFloat32> fromPixels(
      Purpose purpose,
      Kernels kernels,
      Operand<TFloat32> pixels,
      Blueprint blueprint,
      Weights weights) {
    Ops tf = kernels.tf();
    WeightConstants constants = new WeightConstants(weights);
    ModelScope scope = ModelScope.root(purpose, kernels, constants);
    Operand<TFloat32> outputs =
        blueprint.network().logits(scope, blueprint.input().normalise(tf, pixels));
    constants.verify(blueprint.name());
    return blueprint.head().byLabel(tf, outputs);
  }

  /** Returns {@code [count, 2]}, row-major: nature, ai. */
  float[] logits(ImageBatch batch) {
    Shape shape = Shape.of(batch.count(), batch.height(), batch.width(), 3);
    float[] values = new float[2 * batch.count()];
    try (TUint8 fed = TUint8.tensorOf(shape, DataBuffers.of(batch.toArray(), true, false));
        var result = session.runner().feed(images, fed).fetch(logits).run()) {
      ((TFloat32) result.get(0)).copyTo(DataBuffers.of(values));
    }
    return values;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
