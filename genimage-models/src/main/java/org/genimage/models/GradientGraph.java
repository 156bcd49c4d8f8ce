package org.genimage.models;

import com.google.common.collect.Iterators;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.WeightVariables;
import org.genimage.models.nn.CustomGradients;
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

/**
 * Pixels in [0, 1] in; logits and gradients with respect to each pixel out. The ops of the gradient
 * are added when one is first asked for, so scores alone never pay for them.
 */
final class GradientGraph implements AutoCloseable {

  private final Graph graph;
  private final Session session;
  private final Placeholder<TFloat32> pixels;
  private final Operand<TFloat32> logits;
  private final CustomGradients customGradients;
  private volatile Backward backward;

  private GradientGraph(
      Graph graph,
      Session session,
      Placeholder<TFloat32> pixels,
      Operand<TFloat32> logits,
      CustomGradients customGradients) {
    this.graph = graph;
    this.session = session;
    this.pixels = pixels;
    this.logits = logits;
    this.customGradients = customGradients;
  }

  static GradientGraph create(Blueprint blueprint, Weights weights) {
    Graph graph = new Graph();
    try {
      Ops tf = GraphOps.of(graph);
      Placeholder<TFloat32> pixels =
          tf.placeholder(TFloat32.class, Placeholder.shape(blueprint.input().shape()));
      CustomGradients customGradients = new CustomGradients();
      WeightVariables variables = new WeightVariables(weights);
      Operand<TFloat32> logits =
          ScoringGraph.fromPixels(
              Purpose.GRADIENTS,
              KernelChoice.training(tf, customGradients),
              pixels,
              blueprint,
              variables);
      Session session = ScoringGraph.filledSession(graph, tf, variables);
      return new GradientGraph(graph, session, pixels, logits, customGradients);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /**
   * What a gradient adds to the graph.
   *
   * @param targets {@code [N, 2]}, the labels whose loss is differentiated, one-hot
   * @param upstream {@code [N, 2]}, the gradient with respect to the logits: that of the loss,
   *     unless it is fed
   * @param gradient {@code [N, side, side, 3]}
   */
  private record Backward(
      Placeholder<TFloat32> targets, Operand<TFloat32> upstream, Operand<TFloat32> gradient) {}

  int operations() {
    return Iterators.size(graph.operations());
  }

  /** Returns whether a gradient was asked for. */
  boolean hasGradient() {
    return backward != null;
  }

  private synchronized Backward backward() {
    if (backward == null) {
      Ops tf = GraphOps.of(graph);
      Placeholder<TFloat32> targets =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 2)));
      Operand<TFloat32> ofLoss = tf.nn.softmaxCrossEntropyWithLogits(logits, targets).backprop();
      Operand<TFloat32> upstream = tf.placeholderWithDefault(ofLoss, Shape.of(-1, 2));
      // Summed over the batch, since an image's logits do not depend on the other images.
      Operand<TFloat32> weighted =
          tf.sum(tf.math.mul(logits, tf.stopGradient(upstream)), tf.array(0, 1));
      Operand<TFloat32> gradient = customGradients.of(graph, tf, weighted, List.of(pixels)).get(0);
      backward = new Backward(targets, upstream, gradient);
    }
    return backward;
  }

  /** Returns {@code [count, 2]}, row-major: nature, ai. */
  float[] logits(Pixels batch) {
    float[] values = new float[2 * batch.count()];
    try (TFloat32 fed = tensor(batch);
        var result = session.runner().feed(pixels, fed).fetch(logits).run()) {
      ((TFloat32) result.get(0)).copyTo(DataBuffers.of(values));
    }
    return values;
  }

  Pixels lossGradient(Pixels batch, List<Label> labels) {
    float[] oneHot = new float[2 * labels.size()];
    for (int i = 0; i < labels.size(); i++) {
      oneHot[2 * i + labels.get(i).index()] = 1;
    }
    return gradient(batch, backward().targets(), oneHot);
  }

  /** Returns the gradient of the sum of all logits, each times its weight. */
  Pixels gradient(Pixels batch, Logits weights) {
    return gradient(batch, backward().upstream(), weights.toArray());
  }

  private Pixels gradient(Pixels batch, Operand<TFloat32> given, float[] numbers) {
    float[] values = new float[Math.toIntExact(shape(batch).size())];
    try (TFloat32 fed = tensor(batch);
        TFloat32 fedNumbers =
            TFloat32.tensorOf(Shape.of(batch.count(), 2), DataBuffers.of(numbers, true, false));
        var result =
            session
                .runner()
                .feed(pixels, fed)
                .feed(given, fedNumbers)
                .fetch(backward().gradient())
                .run()) {
      ((TFloat32) result.get(0)).copyTo(DataBuffers.of(values));
    }
    return Pixels.of(batch.count(), batch.height(), batch.width(), values);
  }

  private static TFloat32 tensor(Pixels batch) {
    return TFloat32.tensorOf(shape(batch), DataBuffers.of(batch.toArray(), true, false));
  }

  private static Shape shape(Pixels batch) {
    return Shape.of(batch.count(), batch.height(), batch.width(), 3);
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
