package org.genimage.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.ModelVariables;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A model's variables when several devices compute a step: each buffer gets the mean of the values
 * that the devices would assign.
 */
final class MeanStatistics implements ModelVariables {

  private final TrainableVariables variables;
  private final Map<String, Parameter> buffers = new LinkedHashMap<>();
  private final Map<String, List<Operand<TFloat32>>> moved = new LinkedHashMap<>();

  MeanStatistics(TrainableVariables variables) {
    this.variables = variables;
  }

  @Override
  public Operand<TFloat32> value(Ops tf, Parameter parameter) {
    return variables.value(tf, parameter);
  }

  @Override
  public void declare(Parameter entry) {
    variables.declare(entry);
  }

  @Override
  public void order(List<String> modules) {
    variables.order(modules);
  }

  @Override
  public boolean frozen(Parameter entry) {
    return variables.frozen(entry);
  }

  @Override
  public Op assign(Ops tf, Parameter buffer, Operand<TFloat32> value) {
    buffers.put(buffer.key(), buffer);
    moved.computeIfAbsent(buffer.key(), key -> new ArrayList<>()).add(value);
    return value;
  }

  @Override
  public Optional<FloatSource> constant(Parameter parameter) {
    return variables.constant(parameter);
  }

  /** Returns the ops that give the buffers their means, on the device that keeps the variables. */
  List<Op> assignMeans(Ops tf) {
    List<Op> assigned = new ArrayList<>();
    moved.forEach(
        (key, values) -> {
          Operand<TFloat32> mean =
              values.size() == 1
                  ? values.get(0)
                  : tf.math.div(tf.math.addN(values), tf.constant((float) values.size()));
          assigned.add(variables.assign(tf, buffers.get(key), mean));
        });
    return assigned;
  }
}
