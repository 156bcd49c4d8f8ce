package org.genimage.train;

import com.google.common.io.ByteSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.genimage.data.Batch;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.internal.GraphOps;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.models.Blueprint;
import org.genimage.models.InputContract;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.ModelVariables;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.Purpose;
import org.genimage.models.nn.TrainableVariables;
import org.genimage.models.nn.VariableValues;
import org.genimage.train.recipe.Average;
import org.genimage.train.recipe.Mixing;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.TrainingProgress;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The native side of one training: a graph with the training step and the validation pass, which
 * share their variables, and the session that holds the variables.
 */
final class TrainingGraph implements AutoCloseable {

  {
    NativeRuntime.prepare();
  }

  private final Graph graph = new Graph();
  private final Session session;
  private final TrainingPass.Variables variables;
  private final StepInputs inputs;
  private final Erasing erasing;
  private final BatchMixing mixing;
  private final TrainingPass step;
  private final ProcessGroup group;
  private final List<Op> shared;
  private final Placeholder<TUint8> validated;
  private final Operand<TFloat32> validationLogits;
  private final Seed seed;
  private final int parts;
  private final boolean averaged;
  private final int side;
  private final LongSummaryStatistics bytes;

  /** Returns the number of parts in which a step is computed. */
  int parts() {
    return parts;
  }

  TrainingGraph(Blueprint blueprint, Recipe recipe, Frozen frozen, Execution execution) {
    variables = TrainingPass.Variables.create(frozen);
    group = execution.group();
    seed = Seed.of(recipe.seed());
    parts = recipe.parts();
    averaged = recipe.average().filter(Average::used).isPresent();
    side = recipe.images().trainingSide(blueprint.input());
    try {
      ConfigProto config = execution.config(recipe.precision());
      Replicas replicas = Replicas.of(execution, LocalDevices.resolve(execution.devices(), config));
      Ops tf = GraphOps.of(graph);
      InputContract input = blueprint.input().side(side);
      inputs = StepInputs.create(tf, side);
      erasing = Erasing.create(tf, recipe.images(), side, seed);
      mixing = BatchMixing.create(tf, recipe.images().mixing(), side, seed);
      Operand<TFloat32> normalised = input.normalise(tf, inputs.pixels(tf));
      Operand<TFloat32> augmented = mixing.apply(tf, erasing.apply(tf, normalised));
      Kernels kernels = execution.kernels(tf, recipe.precision());
      TrainingPass.Input passed = inputs.pass(augmented, recipe.precision(), replicas, kernels);
      step = TrainingPass.create(graph, tf, blueprint, recipe, variables, passed);
      bytes = bytesPerImage(graph);
      shared = sharedStatistics(tf, replicas);
      if (side == blueprint.input().side()) {
        validated = inputs.images();
        validationLogits = validationLogits(tf, blueprint, normalised);
      } else {
        validated = StepInputs.images(tf, blueprint.input().side());
        Operand<TFloat32> pixels = StepInputs.pixels(tf, validated);
        validationLogits = validationLogits(tf, blueprint, blueprint.input().normalise(tf, pixels));
      }
      replicas.place(graph, 0);
      session = group.open(graph, config);
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  /** Returns what the operations give per image; rough numbers, for not all of it is kept. */
  private static LongSummaryStatistics bytesPerImage(Graph graph) {
    LongSummaryStatistics bytes = new LongSummaryStatistics();
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
      GraphOperation operation = all.next();
      for (int i = 0; i < operation.numOutputs() && !isView(operation); i++) {
        Output<?> output = operation.output(i);
        if (output.shape().hasUnknownDimension()) {
          boolean low = output.dataType() == DataType.DT_BFLOAT16;
          bytes.accept((low ? Short.BYTES : Float.BYTES) * known(output.shape()));
        }
      }
    }
    return bytes;
  }

  /** Returns whether an operation widens bfloat16, which the next layer sees in its place. */
  private static boolean isView(GraphOperation operation) {
    return switch (operation.type()) {
      case "Cast" -> operation.input(0).dataType() == DataType.DT_BFLOAT16;
      case "StopGradient" -> isView((GraphOperation) operation.input(0).op());
      default -> false;
    };
  }

  /** Returns the product of the known sizes. */
  private static long known(Shape shape) {
    long product = 1;
    for (int i = 0; i < shape.numDimensions(); i++) {
      product *= Math.max(1, shape.get(i));
    }
    return product;
  }

  private Operand<TFloat32> validationLogits(
      Ops tf, Blueprint blueprint, Operand<TFloat32> normalised) {
    ModelVariables validated =
        averaged ? new Average.Numbers(variables.slots()) : variables.model();
    ModelScope scope = ModelScope.root(tf, Purpose.SCORING, validated);
    return blueprint.head().byLabel(tf, blueprint.network().logits(scope, normalised));
  }

  private List<Op> sharedStatistics(Ops tf, Replicas replicas) {
    if (group.size() == 1) {
      return List.of();
    }
    TrainableVariables model = variables.model();
    List<Op> assigned = new ArrayList<>();
    for (Parameter entry : entries()) {
      if (entry.role() == Parameter.Role.BUFFER && !model.frozen(entry)) {
        Operand<TFloat32> mean = replicas.meanOfProcesses(tf, model.value(tf, entry));
        assigned.add(model.assign(tf, entry, mean));
      }
    }
    return assigned;
  }

  /** Sets the running statistics of all processes to their mean. */
  void shareStatistics() {
    if (!shared.isEmpty()) {
      Session.Runner runner = session.runner();
      group.prepare(runner);
      shared.forEach(runner::addTarget);
      runner.run().close();
    }
  }

  /**
   * The result of a step.
   *
   * @param loss in nats, before the step
   * @param finite whether all gradients were finite; if one overflowed, the weights are unchanged
   */
  record Step(double loss, boolean finite) {}

  /**
   * Trains on one batch.
   *
   * @param lossScale factor of the loss while gradients have 16 bits
   */
  Step train(Batch batch, TrainingProgress progress, double learningRate, double lossScale) {
    if (step.partUpdates().isEmpty()) {
      return run(batch, progress, 0, 1, lossScale, step.updates(), learningRate);
    }
    double loss = 0;
    boolean finite = true;
    List<Batch> pieces = BatchParts.of(batch, parts);
    for (int i = 0; i < pieces.size(); i++) {
      double share = pieces.get(i).samples().size() / (double) batch.samples().size();
      Step part =
          run(pieces.get(i), progress, i, share, lossScale, step.partUpdates(), learningRate);
      loss += share * part.loss();
      finite &= part.finite();
    }
    if (finite) {
      try (TFloat32 fedRate = TFloat32.scalarOf((float) learningRate)) {
        Session.Runner runner = session.runner().feed(inputs.rate(), fedRate);
        step.updates().forEach(runner::addTarget);
        group.prepare(runner);
        runner.run().close();
      }
    } else {
      variables.sums().fill(session, sum -> FloatSource.zeros());
    }
    return new Step(loss, finite);
  }

  private Step run(
      Batch batch,
      TrainingProgress progress,
      int part,
      double partShare,
      double lossScale,
      List<Op> updates,
      double learningRate) {
    Mixing.Mix mix = mixing.draw(batch, progress.epoch());
    long layers = seed.at("layers").at(progress.epoch()).at(group.rank()).at(part).value();
    float[] loss = new float[1];
    try (TUint8 fedImages = tensor(batch.images());
        TFloat32 fedTargets = tensor(mix.targets(oneHot(batch.labels())));
        TFloat32 fedRate = TFloat32.scalarOf((float) learningRate);
        TFloat32 fedShare =
            TFloat32.scalarOf(
                (float) (step.finite().isPresent() ? partShare / lossScale : partShare));
        TFloat32 fedScale = TFloat32.scalarOf((float) lossScale);
        TInt64 fedDraw = TInt64.vectorOf(layers, progress.step());
        Erasing.Fed erased = erasing.tensors(batch, progress.epoch());
        BatchMixing.Fed mixed = mixing.tensors(mix)) {
      Session.Runner runner =
          session
              .runner()
              .feed(inputs.images(), fedImages)
              .feed(inputs.targets(), fedTargets)
              .feed(inputs.rate(), fedRate)
              .feed(inputs.share(), fedShare)
              .feed(inputs.draw(), fedDraw)
              .feed(inputs.scale(), fedScale)
              .fetch(step.loss());
      erased.feedTo(runner);
      mixed.feedTo(runner);
      updates.forEach(runner::addTarget);
      step.finite().ifPresent(runner::fetch);
      group.prepare(runner);
      try (var result = runner.run()) {
        ((TFloat32) result.get(0)).copyTo(DataBuffers.of(loss));
        boolean finite = step.finite().isEmpty() || ((TBool) result.get(1)).getBoolean();
        return new Step(loss[0], finite);
      }
    }
  }

  /** Returns a rough number of bytes that a step takes per image. */
  long roughBytesPerImage() {
    return bytes.getSum();
  }

  /** Returns the bytes of the largest of these arrays per image. */
  long largestBytesPerImage() {
    return bytes.getMax();
  }

  /**
   * Runs a step, or a part of one, of black images, to measure its memory. It changes the
   * variables: call {@link #start} or {@link #load} afterwards, as before the first step.
   *
   * @param splits the inputs per sample
   */
  void rehearse(int samples, int splits) {
    Image black = Image.of(side, side, new byte[3 * side * side]);
    Sample sample = new Sample("black", ByteSource.empty(), Label.AI, Generator.ADM);
    Batch batch =
        new Batch(
            ImageBatch.of(Collections.nCopies(splits * samples, black)),
            Collections.nCopies(samples, sample),
            IntStream.range(0, samples).boxed().toList(),
            splits);
    List<Op> updates = step.partUpdates().isEmpty() ? step.updates() : step.partUpdates();
    run(batch, TrainingProgress.epoch(0), 0, 1, 1, updates, 0);
  }

  /** Returns {@code [count, 2]}, row-major: nature, ai; batch norms use running statistics. */
  float[] logits(ImageBatch batch) {
    float[] logits = new float[2 * batch.count()];
    try (TUint8 fed = tensor(batch);
        var result = session.runner().feed(validated, fed).fetch(validationLogits).run()) {
      ((TFloat32) result.get(0)).copyTo(DataBuffers.of(logits));
    }
    return logits;
  }

  private static TUint8 tensor(ImageBatch batch) {
    return TUint8.tensorOf(
        Shape.of(batch.count(), batch.height(), batch.width(), 3),
        DataBuffers.of(batch.toArray(), true, false));
  }

  private static TFloat32 tensor(float[] pairs) {
    return TFloat32.tensorOf(Shape.of(pairs.length / 2, 2), DataBuffers.of(pairs, true, false));
  }

  private static float[] oneHot(List<Label> labels) {
    float[] oneHot = new float[2 * labels.size()];
    for (int i = 0; i < labels.size(); i++) {
      oneHot[2 * i + labels.get(i).index()] = 1;
    }
    return oneHot;
  }

  /** Returns the model's entries in checkpoint order, counters among them. */
  List<Parameter> entries() {
    return variables.model().entries();
  }

  /** Returns the entries of the optimizer and the averages. */
  List<Parameter> slotEntries() {
    return variables.slots().entries();
  }

  /** Returns whether the trained weights are averages. */
  boolean averaged() {
    return averaged;
  }

  /** Returns the model's values, to be closed before the next step. */
  VariableValues values() {
    return variables.model().values(session);
  }

  /** Returns the values of the optimizer and the averages, to be closed before the next step. */
  VariableValues slotValues() {
    return variables.slots().values(session);
  }

  /** Returns what holds the trained weights' values: the averages if the recipe uses them. */
  VariableValues resultValues() {
    return averaged ? slotValues() : values();
  }

  /** Returns an entry's trained values, of {@link #resultValues}. */
  FloatSource result(VariableValues values, Parameter entry) {
    return values.source(averaged ? Average.of(entry) : entry);
  }

  /** Sets all values to 0, for steps that only show what a step takes. */
  void zero() {
    load(entry -> FloatSource.zeros(), slot -> FloatSource.zeros());
  }

  /** Sets the model's values for the first step, in PyTorch's axis order. */
  void start(Function<Parameter, FloatSource> weights) {
    Map<String, Parameter> averaged = new HashMap<>();
    for (Parameter entry : entries()) {
      if (entry.role().required()) {
        averaged.put(Average.of(entry).key(), entry);
      }
    }
    variables.model().fill(session, weights);
    try (VariableValues first = values()) {
      loadState(
          slot ->
              averaged.containsKey(slot.key())
                  ? first.source(averaged.get(slot.key()))
                  : FloatSource.zeros());
    }
  }

  /** Sets all values, in PyTorch's axis order. */
  void load(Function<Parameter, FloatSource> weights, Function<Parameter, FloatSource> slotValues) {
    variables.model().fill(session, weights);
    loadState(slotValues);
  }

  private void loadState(Function<Parameter, FloatSource> slotValues) {
    variables.slots().fill(session, slotValues);
    variables.sums().fill(session, sum -> FloatSource.zeros());
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
