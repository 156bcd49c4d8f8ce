package org.genimage.train;

import java.util.ArrayList;
import java.util.List;
import org.genimage.models.Blueprint;
import org.genimage.models.nn.Mode;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/**
 * A step as a graph: forward, loss, gradients, updates of weights and running statistics.
 *
 * @param logits {@code [splits * N, 2]}: nature, ai
 * @param loss a scalar
 * @param parameters what follows the gradient
 * @param gradients one per parameter, in TensorFlow's axis order
 * @param updates to run in the step
 */
record TrainingPass(
    Operand<TFloat32> logits,
    Operand<TFloat32> loss,
    List<Parameter> parameters,
    List<Operand<TFloat32>> gradients,
    List<Op> updates) {

  /**
   * Adds the step to a graph.
   *
   * @param images normalised, {@code [splits * N, side, side, 3]}
   * @param targets {@code [N, 2]}
   * @param rate the learning rate, a scalar
   * @param draw what random layers draw from, {@code [2]}: a seed and the step's number
   */
  static TrainingPass create(
      Graph graph,
      Ops tf,
      Blueprint blueprint,
      Recipe recipe,
      TrainableVariables variables,
      TrainableVariables slots,
      Operand<TFloat32> images,
      Operand<TFloat32> targets,
      Operand<TFloat32> rate,
      Operand<TInt64> draw) {
    ModelScope scope = ModelScope.root(tf, Mode.TRAINING, variables, draw);
    Operand<TFloat32> logits =
        blueprint.head().byLabel(tf, blueprint.network().logits(scope, images));
    Operand<TFloat32> loss = recipe.loss().value(tf, logits, targets);
    List<Parameter> parameters = variables.trained();
    Output<?>[] weights =
        variables.values(parameters).stream().map(Operand::asOutput).toArray(Output<?>[]::new);
    List<Operand<TFloat32>> gradients = new ArrayList<>();
    for (Output<?> derivative : graph.addGradients(loss.asOutput(), weights)) {
      gradients.add(derivative.expect(TFloat32.class));
    }
    Optimizer optimizer = recipe.optimizer();
    List<Operand<TFloat32>> followed = optimizer.gradients(tf, gradients);
    List<Op> updates = new ArrayList<>(scope.updates());
    for (int i = 0; i < weights.length; i++) {
      updates.add(optimizer.update(tf, variables, slots, parameters.get(i), followed.get(i), rate));
    }
    return new TrainingPass(logits, loss, parameters, List.copyOf(gradients), updates);
  }
}
