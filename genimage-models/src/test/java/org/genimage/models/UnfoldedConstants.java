package org.genimage.models;

import java.util.List;
import java.util.Optional;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.ModelVariables;
import org.genimage.models.nn.Parameter;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Constants that layers take for variables, so that no batch norm is folded. */
record UnfoldedConstants(ModelVariables constants) implements ModelVariables {

  @Override
  public Operand<TFloat32> value(Ops tf, Parameter parameter) {
    return constants.value(tf, parameter);
  }

  @Override
  public void declare(Parameter entry) {
    constants.declare(entry);
  }

  @Override
  public void order(List<String> modules) {
    constants.order(modules);
  }

  @Override
  public Op assign(Ops tf, Parameter buffer, Operand<TFloat32> value) {
    return constants.assign(tf, buffer, value);
  }

  @Override
  public Optional<FloatSource> constant(Parameter parameter) {
    return Optional.empty();
  }
}
