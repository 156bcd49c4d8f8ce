package org.genimage.models;

import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.SessionSettings;
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

/** Pixels in [0, 1] in; logits, and the loss's gradient with respect to each pixel, out. */
final class GradientGraph implements AutoCloseable {

  private final Graph graph;
  private final Session session;
  private final Placeholder<TFloat32> pixels;
  private final Placeholder<TFloat32> targets;
  private final Operand<TFloat32> logits;
  private final Operand<TFloat32> gradient;

  private GradientGraph(
      Graph graph,
      Session session,
      Placeholder<TFloat32> pixels,
      Placeholder<TFloat32> targets,
      Operand<TFloat32> logits,
      Operand<TFloat32> gradient) {
    this.graph = graph;
    this.session = session;
    this.pixels = pixels;
    this.targets = targets;
    this.logits = logits;
    this.gradient = gradient;
  }

  static GradientGraph create(Blueprint blueprint, Weights weights) {
    Graph graph = new Graph();
    try {
      Ops tf = Ops.create(graph);
      int side = blueprint.input().side();
      Placeholder<TFloat32> pixels =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
      Placeholder<TFloat32> targets =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 2)));
      CustomGradients gradients = new CustomGradients();
      Operand<TFloat32> logits =
          ScoringGraph.fromPixels(
              Purpose.GRADIENTS, KernelChoice.training(tf, gradients), pixels, blueprint, weights);
      // Summed over the batch, since an image's loss does not depend on the other images.
      Operand<TFloat32> loss =
          tf.sum(tf.nn.softmaxCrossEntropyWithLogits(logits, targets).loss(), tf.constant(0));
      Operand<TFloat32> gradient = gradients.of(graph, tf, loss, List.of(pixels)).get(0);
      Session session = new Session(graph, SessionSettings.scoring());
      return new GradientGraph(graph, session, pixels, targets, logits, gradient);
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
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
    float[] values = new float[Math.toIntExact(shape(batch).size())];
    try (TFloat32 fed = tensor(batch);
        TFloat32 fedTargets =
            TFloat32.tensorOf(Shape.of(labels.size(), 2), DataBuffers.of(oneHot, true, false));
        var result =
            session.runner().feed(pixels, fed).feed(targets, fedTargets).fetch(gradient).run()) {
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
