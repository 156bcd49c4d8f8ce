package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Iterators;
import java.util.function.Function;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.internal.GraphWeights;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.internal.WeightVariables;
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
      return create(blueprint, weights, tf -> KernelChoice.scoring(tf, weights));
    }
    if (!KernelChoice.scoresBfloat16()) {
      throw new UnsupportedOperationException(
          "scores in bfloat16 need TensorFlow with oneDNN on Linux, a processor with AVX-512 and no"
              + " GPU, which this machine lacks; load %s in FLOAT32".formatted(blueprint.name()));
    }
    return create(blueprint, weights, tf -> KernelChoice.scoringBfloat16(tf, weights));
  }

  private static ScoringGraph create(
      Blueprint blueprint, Weights weights, Function<Ops, Kernels> choice) {
    Graph graph = new Graph();
    try {
      Ops tf = GraphOps.of(graph);
      Placeholder<TUint8> images =
          tf.placeholder(TUint8.class, Placeholder.shape(blueprint.input().shape()));
      WeightVariables variables = new WeightVariables(weights);
      Operand<TFloat32> logits = fromBytes(choice.apply(tf), images, blueprint, variables);
      return new ScoringGraph(graph, filledSession(graph, tf, variables), images, logits);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /** Returns a session of a graph that is built, with the numbers of its weights. */
  static Session filledSession(Graph graph, Ops tf, WeightVariables variables) {
    Session session = new Session(graph, SessionSettings.scoring());
    try {
      variables.fill(tf, session);
      return session;
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** Adds the detector: {@code [N, side, side, 3]}, 0 to 255, to {@code [N, 2]}: nature, ai. */
  static Operand<TFloat32> fromBytes(
      Kernels kernels, Operand<TUint8> images, Blueprint blueprint, GraphWeights weights) {
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
      GraphWeights weights) {
    checkArgument(
        blueprint.input().resize().crops() || blueprint.network().takesAnySize(),
        "%s needs images of one size, got an input of whole images; give it an input contract that"
            + " crops",
        blueprint.name());
    Ops tf = kernels.tf();
    ModelScope scope = ModelScope.root(purpose, kernels, weights);
    Operand<TFloat32> outputs =
        blueprint.network().logits(scope, blueprint.input().normalise(tf, pixels));
    weights.verify(blueprint.name());
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

  int operations() {
    return Iterators.size(graph.operations());
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
