package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.Iterators;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.internal.GraphWeights;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.SecondThread;
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
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Bytes in, logits out. */
final class ScoringGraph implements AutoCloseable {

  private final Graph graph;
  private final Session session;
  private final Placeholder<TUint8> images;
  private final Operand<TFloat32> logits;
  private final int runs;

  private ScoringGraph(
      Graph graph,
      Session session,
      Placeholder<TUint8> images,
      Operand<TFloat32> logits,
      int runs) {
    this.graph = graph;
    this.session = session;
    this.images = images;
    this.logits = logits;
    this.runs = runs;
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
      Kernels kernels = choice.apply(tf);
      Operand<TFloat32> logits = fromBytes(kernels, images, blueprint, variables);
      Session session = filledSession(graph, tf, variables, KernelChoice.session(kernels));
      return new ScoringGraph(graph, session, images, logits, KernelChoice.runs(kernels));
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /** Returns a session of a graph that is built, with the numbers of its weights. */
  static Session filledSession(Graph graph, Ops tf, WeightVariables variables) {
    return filledSession(graph, tf, variables, SessionSettings.scoring());
  }

  private static Session filledSession(
      Graph graph, Ops tf, WeightVariables variables, ConfigProto settings) {
    Session session = new Session(graph, settings);
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
    ByteDataBuffer bytes = DataBuffers.of(batch.toArray(), true, false);
    float[] values = new float[2 * batch.count()];
    int parts = Math.min(runs, batch.count());
    SecondThread.run(
        IntStream.range(0, parts)
            .mapToObj(
                part -> {
                  int from = batch.count() * part / parts;
                  int to = batch.count() * (part + 1) / parts;
                  Shape shape = Shape.of(to - from, batch.height(), batch.width(), 3);
                  return (Runnable) () -> run(bytes, from, shape, values);
                })
            .toList());
    return values;
  }

  private void run(ByteDataBuffer bytes, int from, Shape shape, float[] values) {
    long image = 3 * shape.get(1) * shape.get(2);
    try (TUint8 fed = TUint8.tensorOf(shape, bytes.slice(from * image, shape.size()));
        var result = session.runner().feed(images, fed).fetch(logits).run()) {
      ((TFloat32) result.get(0)).copyTo(DataBuffers.of(values).slice(2L * from, 2 * shape.get(0)));
    }
  }

  /** Returns in how many runs at a time a batch is scored. */
  int runs() {
    return runs;
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
