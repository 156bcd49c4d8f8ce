package org.genimage.models.nn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.Result;
import org.tensorflow.types.TFloat32;

/**
 * The values of variables at one moment. They share the variables' memory, so they take none of
 * their own; a step that ran before they are closed would copy every variable that it updates.
 */
public final class VariableValues implements AutoCloseable {

  private final Optional<Result> fetched;
  private final Map<String, TFloat32> tensors = new HashMap<>();

  /**
   * Takes what a run has fetched.
   *
   * @param fetched a tensor for each parameter, in order; closed with this
   */
  VariableValues(Optional<Result> fetched, List<Parameter> parameters) {
    this.fetched = fetched;
    for (int i = 0; i < parameters.size(); i++) {
      tensors.put(parameters.get(i).key(), (TFloat32) fetched.orElseThrow().get(i));
    }
  }

  /**
   * Returns a parameter's values, row-major in PyTorch's order, to be read before this is closed.
   */
  public FloatSource source(Parameter parameter) {
    TFloat32 tensor = tensors.get(parameter.key());
    return parameter.layout().source(tensor, parameter.shape());
  }

  @Override
  public void close() {
    fetched.ifPresent(Result::close);
  }
}
