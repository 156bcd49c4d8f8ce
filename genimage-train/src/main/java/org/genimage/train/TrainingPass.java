package org.genimage.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.genimage.models.Blueprint;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.Purpose;
import org.genimage.models.nn.TrainableVariables;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Recipe;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A step as a graph: forward, loss, gradients, updates of weights and running statistics.
 *
 * @param logits {@code [splits * N, 2]}: nature, ai; of the first device's part
 * @param loss a scalar
 * @param parameters the ones that are trained
 * @param gradients one per parameter, in TensorFlow's axis order
 * @param finite whether no gradient overflowed, a scalar, if the loss is scaled
 * @param partUpdates to run in every part of a step with several parts; empty otherwise
 * @param updates to run in the step, or after its parts
 */
record TrainingPass(
    Operand<TFloat32> logits,
    Operand<TFloat32> loss,
    List<Parameter> parameters,
    List<Operand<TFloat32>> gradients,
    Optional<Operand<TBool>> finite,
    List<Op> partUpdates,
    List<Op> updates) {

  /**
   * The inputs of a step.
   *
   * @param images normalised, {@code [splits * N, side, side, 3]}
   * @param targets {@code [N, 2]}
   * @param rate the learning rate, a scalar
   * @param draw the random state of dropout and drop path, {@code [2]}: a seed and the step's
   *     number
   * @param share factor of the gradients before they are summed over the parts, a scalar: this
   *     part's share of the step's samples, divided by the loss's scale
   * @param scale factor of the loss before the gradients are computed, a scalar; none for 32 bits
   * @param replicas that share the step
   * @param kernels what computes the step
   */
  record Input(
      Operand<TFloat32> images,
      Operand<TFloat32> targets,
      Operand<TFloat32> rate,
      Operand<TInt64> draw,
      Operand<TFloat32> share,
      Optional<Operand<TFloat32>> scale,
      Replicas replicas,
      Kernels kernels) {}

  /**
   * A step's variables.
   *
   * @param model the model's
   * @param slots the optimizer's and the averages, which checkpoints save
   * @param sums of the parts' gradients; 0 between two steps
   */
  record Variables(TrainableVariables model, TrainableVariables slots, TrainableVariables sums) {

    static Variables create(Frozen frozen) {
      return new Variables(
          new TrainableVariables(frozen::covers),
          new TrainableVariables(),
          new TrainableVariables());
    }
  }

  /** Adds the step to a graph. */
  static TrainingPass create(
      Graph graph, Ops tf, Blueprint blueprint, Recipe recipe, Variables variables, Input input) {
    Replicas replicas = input.replicas();
    MeanStatistics model = new MeanStatistics(variables.model());
    List<Op> moved = new ArrayList<>();
    List<Operand<TFloat32>> logits = new ArrayList<>();
    List<Operand<TFloat32>> losses = new ArrayList<>();
    List<List<Operand<TFloat32>>> ofShards = new ArrayList<>();
    List<Shard> shards = Shard.of(tf, input, recipe.loss().splits(), replicas.count());
    replicas.place(graph, 0);
    for (int i = 0; i < shards.size(); i++) {
      Shard shard = shards.get(i);
      ModelScope root =
          ModelScope.root(Purpose.TRAINING, input.kernels(), model, shard.draw())
              .drop(recipe.drop());
      ModelScope scope = replicas.peers(i).map(root::peers).orElse(root);
      logits.add(blueprint.head().byLabel(tf, blueprint.network().logits(scope, shard.images())));
      Operand<TFloat32> loss = recipe.loss().value(tf, logits.get(i), shard.targets());
      Operand<TFloat32> own = times(tf, loss, shard.weight());
      losses.add(own);
      ofShards.add(
          input
              .kernels()
              .gradients()
              .of(
                  graph,
                  tf,
                  times(tf, own, input.scale()),
                  variables.model().values(variables.model().trained())));
      moved.addAll(scope.updates());
      replicas.place(graph, i);
    }
    moved.addAll(model.assignMeans(tf));
    List<Parameter> parameters = variables.model().trained();
    Operand<TFloat32> loss = replicas.mean(tf, losses);
    List<Operand<TFloat32>> gradients = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      int each = i;
      gradients.add(replicas.mean(tf, ofShards.stream().map(own -> own.get(each)).toList()));
    }
    Optional<Operand<TBool>> finite = input.scale().map(scale -> finite(tf, gradients));
    if (recipe.parts() == 1 && finite.isEmpty()) {
      List<Op> updates =
          updates(tf, recipe, variables, parameters, gradients, input.rate(), replicas, moved);
      return new TrainingPass(
          logits.get(0), loss, parameters, gradients, finite, List.of(), updates);
    }
    List<Op> partUpdates = new ArrayList<>(moved);
    List<Op> updates = summed(tf, recipe, variables, parameters, gradients, input, partUpdates);
    return new TrainingPass(
        logits.get(0), loss, parameters, gradients, finite, partUpdates, updates);
  }

  private static Operand<TFloat32> times(
      Ops tf, Operand<TFloat32> x, Optional<Operand<TFloat32>> factor) {
    return factor.<Operand<TFloat32>>map(by -> tf.math.mul(x, by)).orElse(x);
  }

  private static Operand<TBool> finite(Ops tf, List<Operand<TFloat32>> gradients) {
    List<Operand<TBool>> each = new ArrayList<>();
    for (Operand<TFloat32> gradient : gradients) {
      Operand<TBool> numbers = tf.reshape(tf.math.isFinite(gradient), tf.array(-1));
      each.add(tf.reduceAll(numbers, tf.constant(0)));
    }
    return tf.reduceAll(tf.stack(each), tf.constant(0));
  }

  /**
   * Adds the updates of the variables; those of the averages come last.
   *
   * @param gradients of these parameters
   * @param replicas that share the step
   * @param others ops of the same run
   */
  static List<Op> updates(
      Ops tf,
      Recipe recipe,
      Variables variables,
      List<Parameter> parameters,
      List<Operand<TFloat32>> gradients,
      Operand<TFloat32> rate,
      Replicas replicas,
      List<Op> others) {
    Optimizer optimizer = recipe.optimizer();
    List<Operand<TFloat32>> followed =
        optimizer.gradients(tf, gradients, own -> replicas.meanOfProcesses(tf, own));
    List<Op> updates = new ArrayList<>(others);
    for (int i = 0; i < followed.size(); i++) {
      updates.add(
          optimizer.update(
              new Optimizer.Update(
                  tf,
                  variables.model(),
                  variables.slots(),
                  parameters.get(i),
                  followed.get(i),
                  rate)));
    }
    updates.addAll(averages(tf, recipe, variables, List.copyOf(updates)));
    return updates;
  }

  /** The parts sum their gradients; then the step uses the sums and sets them to 0. */
  private static List<Op> summed(
      Ops tf,
      Recipe recipe,
      Variables variables,
      List<Parameter> parameters,
      List<Operand<TFloat32>> gradients,
      Input input,
      List<Op> partUpdates) {
    TrainableVariables sums = variables.sums();
    List<Parameter> places = new ArrayList<>();
    List<Operand<TFloat32>> totals = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Parameter place =
          new Parameter(
              "gradient." + parameter.key(),
              parameter.shape(),
              parameter.layout(),
              parameter.init(),
              Parameter.Role.BUFFER);
      places.add(place);
      totals.add(sums.value(tf, place));
      Operand<TFloat32> addend = tf.math.mul(gradients.get(i), input.share());
      partUpdates.add(tf.assignAddVariableOp(sums.handle(place), addend));
    }
    List<Op> updates =
        updates(
            tf, recipe, variables, parameters, totals, input.rate(), input.replicas(), List.of());
    Ops afterwards = tf.withControlDependencies(List.copyOf(updates));
    for (int i = 0; i < places.size(); i++) {
      updates.add(sums.assign(afterwards, places.get(i), tf.zerosLike(totals.get(i))));
    }
    return updates;
  }

  /** Updates the averages, if the recipe has any, after everything else. */
  private static List<Op> averages(Ops tf, Recipe recipe, Variables variables, List<Op> others) {
    Ops afterwards = tf.withControlDependencies(others);
    List<Parameter> entries =
        variables.model().entries().stream().filter(entry -> entry.role().required()).toList();
    return recipe
        .average()
        .map(
            average ->
                average.updates(
                    tf,
                    entries,
                    entry ->
                        afterwards.readVariableOp(variables.model().handle(entry), TFloat32.class),
                    variables.slots()))
        .orElse(List.of());
  }
}
