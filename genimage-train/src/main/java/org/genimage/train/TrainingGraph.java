package org.genimage.train;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.genimage.data.Batch;
import org.genimage.data.ImageBatch;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.models.Blueprint;
import org.genimage.models.InputContract;
import org.genimage.models.nn.Mode;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The native side of one training: a graph with the step and the validation pass over the same
 * variables, and the session that keeps these from step to step.
 */
final class TrainingGraph implements AutoCloseable {

  {
    NativeRuntime.prepare();
  }

  private final Graph graph = new Graph();
  private final Session session;
  private final TrainableVariables variables;
  private final TrainableVariables slots = new TrainableVariables();
  private final Placeholder<TUint8> images;
  private final Placeholder<TFloat32> targets;
  private final Placeholder<TFloat32> rate;
  private final Placeholder<TInt64> draw;
  private final long layerSeed;
  private final Erasing erasing;
  private final TrainingPass step;
  private final Operand<TFloat32> validationLogits;

  TrainingGraph(Blueprint blueprint, Recipe recipe, Frozen frozen, Execution execution) {
    variables = new TrainableVariables(frozen::covers);
    layerSeed = Seed.of(recipe.seed()).at("layers").value();
    try {
      Ops tf = Ops.create(graph);
      InputContract input = blueprint.input();
      images =
          tf.placeholder(
              TUint8.class, Placeholder.shape(Shape.of(-1, input.side(), input.side(), 3)));
      targets = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 2)));
      rate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
      draw = tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2)));
      erasing = Erasing.create(tf, recipe.images(), input.side(), Seed.of(recipe.seed()));
      Operand<TFloat32> pixels =
          tf.math.div(tf.dtypes.cast(images, TFloat32.class), tf.constant(255f));
      Operand<TFloat32> normalised = input.normalise(tf, pixels);
      step =
          TrainingPass.create(
              graph,
              tf,
              blueprint,
              recipe,
              variables,
              slots,
              erasing.apply(tf, normalised),
              targets,
              rate,
              draw);
      ModelScope scope = ModelScope.root(tf, Mode.DIFFERENTIABLE, variables);
      validationLogits =
          blueprint.head().byLabel(tf, blueprint.network().logits(scope, normalised));
      session = new Session(graph, execution.config(recipe.precision()));
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /**
   * Trains on one batch and returns its loss in nats, before the step.
   *
   * @param stepNumber from 0, counted through all epochs
   */
  double train(Batch batch, long stepNumber, int epoch, double learningRate) {
    Session.Runner runner = session.runner();
    float[] loss = new float[1];
    try (TUint8 fedImages = tensor(batch.images());
        TFloat32 fedTargets = targets(batch.labels());
        TFloat32 fedRate = TFloat32.scalarOf((float) learningRate);
        TInt64 fedDraw = TInt64.vectorOf(layerSeed, stepNumber);
        Erasing.Fed erased = erasing.tensors(batch, epoch)) {
      runner.feed(images, fedImages).feed(targets, fedTargets).feed(rate, fedRate);
      runner.feed(draw, fedDraw);
      erased.feedTo(runner);
      for (Op update : step.updates()) {
        runner.addTarget(update);
      }
      try (var result = runner.fetch(step.loss()).run()) {
        ((TFloat32) result.get(0)).copyTo(DataBuffers.of(loss));
      }
    }
    return loss[0];
  }

  /** Returns {@code [count, 2]}, row-major: nature, ai; with the running statistics. */
  float[] logits(ImageBatch batch) {
    float[] logits = new float[2 * batch.count()];
    try (TUint8 fed = tensor(batch);
        var result = session.runner().feed(images, fed).fetch(validationLogits).run()) {
      ((TFloat32) result.get(0)).copyTo(DataBuffers.of(logits));
    }
    return logits;
  }

  private static TUint8 tensor(ImageBatch batch) {
    return TUint8.tensorOf(
        Shape.of(batch.count(), batch.height(), batch.width(), 3),
        DataBuffers.of(batch.toArray(), true, false));
  }

  private static TFloat32 targets(List<Label> labels) {
    float[] oneHot = new float[2 * labels.size()];
    for (int i = 0; i < labels.size(); i++) {
      oneHot[2 * i + labels.get(i).index()] = 1;
    }
    return TFloat32.tensorOf(Shape.of(labels.size(), 2), DataBuffers.of(oneHot, true, false));
  }

  /** Returns the model's entries in checkpoint order, counters among them. */
  List<Parameter> entries() {
    return variables.entries();
  }

  /** Returns the optimizer's entries. */
  List<Parameter> slotEntries() {
    return slots.entries();
  }

  /** Returns the model's numbers by key, in PyTorch's order. */
  Map<String, float[]> read() {
    return variables.read(session);
  }

  /** Returns the optimizer's numbers by key, in PyTorch's order. */
  Map<String, float[]> readSlots() {
    return slots.read(session);
  }

  /** Sets the model's and the optimizer's numbers, in PyTorch's order. */
  void load(Function<Parameter, float[]> weights, Function<Parameter, float[]> slotValues) {
    variables.load(session, weights);
    slots.load(session, slotValues);
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
