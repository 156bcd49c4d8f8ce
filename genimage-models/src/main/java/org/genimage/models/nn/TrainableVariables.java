package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Longs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.genimage.data.internal.NativeRuntime;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/**
 * The parameters of one graph as variables that a session keeps from step to step. Passes that are
 * built over the same object share them.
 */
public final class TrainableVariables implements ModelVariables {

  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Map<String, Parameter> declared = new LinkedHashMap<>();

  private final Predicate<Parameter> frozen;

  private List<String> modules = List.of();

  /** Creates an empty store; the first pass that is built over it fills it. */
  public TrainableVariables() {
    this(entry -> false);
  }

  /**
   * Creates an empty store; the first pass that is built over it fills it.
   *
   * @param frozen whether an entry keeps its value
   */
  public TrainableVariables(Predicate<Parameter> frozen) {
    NativeRuntime.prepare();
    this.frozen = frozen;
  }

  @Override
  public Operand<TFloat32> value(Ops tf, Parameter parameter) {
    Variable known = variables.get(parameter.key());
    if (known == null) {
      known = Variable.create(tf, parameter);
      variables.put(parameter.key(), known);
      declare(parameter);
    }
    checkArgument(
        known.parameter().shape().equals(parameter.shape()),
        "parameter %s has shape %s, asked for with shape %s",
        parameter.key(),
        known.parameter().shape(),
        parameter.shape());
    return known.value();
  }

  @Override
  public void declare(Parameter parameter) {
    declared.put(parameter.key(), parameter);
  }

  @Override
  public void order(List<String> names) {
    modules = List.copyOf(names);
  }

  @Override
  public boolean frozen(Parameter entry) {
    return frozen.test(entry);
  }

  @Override
  public Op assign(Ops tf, Parameter buffer, Operand<TFloat32> value) {
    return tf.assignVariableOp(handle(buffer), value);
  }

  @Override
  public Optional<FloatSource> constant(Parameter parameter) {
    return Optional.empty();
  }

  /** Returns the variable itself, for ops that update it in place. */
  public Operand<?> handle(Parameter parameter) {
    return variables.get(parameter.key()).handle();
  }

  /**
   * Returns all entries in the order in which the model asked for them, its top modules in their
   * fixed order if they have one.
   */
  public List<Parameter> entries() {
    return declared.values().stream()
        .sorted(Comparator.comparingInt(entry -> modules.indexOf(module(entry.key()))))
        .toList();
  }

  private static String module(String key) {
    return key.substring(0, key.indexOf('.') < 0 ? key.length() : key.indexOf('.'));
  }

  /** Returns the entries that follow the gradient, in order; frozen ones do not. */
  public List<Parameter> trained() {
    return entries().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.TRAINED && !frozen(parameter))
        .toList();
  }

  /**
   * Sets every variable.
   *
   * @param values for each entry its values, row-major in PyTorch's order
   */
  public void load(Session session, Function<Parameter, float[]> values) {
    fill(
        session,
        parameter -> {
          float[] numbers = values.apply(parameter);
          checkArgument(
              numbers.length == parameter.size(),
              "parameter %s of shape %s needs %s numbers, got %s",
              parameter.key(),
              parameter.shape(),
              parameter.size(),
              numbers.length);
          return FloatSource.of(numbers);
        });
  }

  /**
   * Sets every variable, a part of its values at a time, so that the heap need not hold them.
   *
   * @param values for each entry as many numbers as it has, row-major in PyTorch's order
   */
  public void fill(Session session, Function<Parameter, FloatSource> values) {
    if (variables.isEmpty()) {
      return;
    }
    // In one run: TensorFlow prepares the whole graph anew for every new set of feeds.
    Session.Runner runner = session.runner();
    List<TFloat32> tensors = new ArrayList<>();
    float[] part = Layout.part();
    try {
      for (Variable variable : variables.values()) {
        Parameter parameter = variable.parameter();
        FloatSource source = values.apply(parameter);
        TFloat32 tensor =
            parameter.layout().tensor(TFloat32.class, source, parameter.shape(), part);
        tensors.add(tensor);
        runner.feed(variable.feed(), tensor).addTarget(variable.assign());
      }
      runner.run().close();
    } finally {
      tensors.forEach(TFloat32::close);
    }
  }

  /**
   * Returns the values that the variables have now, to be closed before they change: they stay in
   * the variables' own memory until they are read.
   */
  public VariableValues values(Session session) {
    if (variables.isEmpty()) {
      return new VariableValues(Optional.empty(), List.of());
    }
    // In one run, as above.
    Session.Runner runner = session.runner();
    variables.values().forEach(variable -> runner.fetch(variable.value()));
    return new VariableValues(
        Optional.of(runner.run()), variables.values().stream().map(Variable::parameter).toList());
  }

  /** Returns every variable's values by key, row-major in PyTorch's order. */
  public Map<String, float[]> read(Session session) {
    Map<String, float[]> all = new LinkedHashMap<>();
    try (VariableValues values = values(session)) {
      for (Variable variable : variables.values()) {
        Parameter parameter = variable.parameter();
        all.put(parameter.key(), values.source(parameter).floats(parameter.size()));
      }
    }
    return all;
  }

  /** Returns the values' operands of these parameters, in order. */
  public List<Operand<TFloat32>> values(List<Parameter> parameters) {
    List<Operand<TFloat32>> values = new ArrayList<>();
    parameters.forEach(parameter -> values.add(variables.get(parameter.key()).value()));
    return values;
  }

  /** A variable and the ops that read and set it. */
  private record Variable(
      Parameter parameter,
      VarHandleOp handle,
      Operand<TFloat32> value,
      Placeholder<TFloat32> feed,
      Op assign) {

    static Variable create(Ops tf, Parameter parameter) {
      Shape shape = Shape.of(Longs.toArray(parameter.layout().toTensorFlow(parameter.shape())));
      // Without a shared name of their own, all handles would name the same resource.
      VarHandleOp handle =
          tf.varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(parameter.key()));
      Operand<TFloat32> value = tf.withName(parameter.key()).readVariableOp(handle, TFloat32.class);
      String name = value.op().name();
      checkArgument(
          name.equals(parameter.key()),
          "parameter %s got the graph name %s: the name is taken",
          parameter.key(),
          name);
      Placeholder<TFloat32> feed = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
      return new Variable(parameter, handle, value, feed, tf.assignVariableOp(handle, feed));
    }
  }
}
