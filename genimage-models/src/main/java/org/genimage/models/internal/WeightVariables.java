package org.genimage.models.internal;

import com.google.common.primitives.Longs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.genimage.models.nn.Layout;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * Weights as variables of a graph, which its session is {@linkplain #fill filled} with once. The
 * graph holds no numbers, so there is no limit of 2 GB, and the session holds each number once. A
 * constant is kept by the graph, by the session's graph and by its op, and copied once more on the
 * way there.
 */
public final class WeightVariables extends GraphWeights {

  /**
   * Up to this many numbers an array is a constant all the same: a variable is read by an op of its
   * own, and the many small arrays of a network have next to no size.
   */
  private static final int SMALL = 1 << 14;

  private final String prefix;
  private final List<Variable<?>> variables = new ArrayList<>();

  /** Creates variables for a graph with a session of its own. */
  public WeightVariables(Weights weights) {
    this(weights, "weights/");
  }

  /**
   * Creates variables for a graph that others load.
   *
   * @param prefix what their names begin with: a process may load several graphs, and TensorFlow
   *     shares variables of the same name
   */
  public WeightVariables(Weights weights, String prefix) {
    super(weights);
    this.prefix = prefix;
  }

  @Override
  public <T extends TNumber> Operand<T> fixed(
      Ops tf, Class<T> type, Layout layout, List<Integer> shape, Supplier<float[]> source) {
    if (shape.stream().mapToLong(side -> side).reduce(1, (a, b) -> a * b) <= SMALL) {
      return super.fixed(tf, type, layout, shape, source);
    }
    Variable<T> variable =
        Variable.create(tf, prefix + variables.size(), type, layout, shape, source);
    variables.add(variable);
    return variable.value();
  }

  /**
   * Gives every variable its numbers, which are read one array at a time.
   *
   * @param tf the ops of the session's graph
   * @throws WeightsException if they are read from a file that has changed
   */
  public void fill(Ops tf, Session session) {
    List<Op> assigned = new ArrayList<>();
    List<Operand<?>> fed = new ArrayList<>();
    for (Variable<?> variable : variables) {
      variable.addAssignment(tf, assigned, fed);
    }
    fill(session, assigned, fed);
  }

  private void fill(Session session, List<Op> assigned, List<Operand<?>> fed) {
    if (variables.isEmpty()) {
      return;
    }
    // In one run: TensorFlow prepares the whole graph anew for every new set of feeds. It does not
    // copy what is fed: the tensors become the variables' memory.
    Session.Runner runner = session.runner();
    List<TNumber> tensors = new ArrayList<>();
    try {
      for (int i = 0; i < fed.size(); i++) {
        TNumber tensor = variables.get(i).tensor();
        tensors.add(tensor);
        runner.feed(fed.get(i), tensor).addTarget(assigned.get(i));
      }
      runner.run().close();
    } finally {
      tensors.forEach(TNumber::close);
    }
  }

  /** The variables of a graph in TensorFlow's own file format. */
  public final class Checkpoint {

    private final Placeholder<TString> file;
    private final Op saved;
    private final List<Operand<?>> restored = new ArrayList<>();
    private final List<Op> assigned = new ArrayList<>();
    private final Op all;

    private Checkpoint(Ops tf) {
      String[] names = variables.stream().map(Variable::name).toArray(String[]::new);
      Operand<TString> keys = tf.constant(NdArrays.vectorOfObjects(names));
      Operand<TString> whole = tf.fill(tf.array(names.length), tf.constant(""));
      file = tf.withName("checkpoint_file").placeholder(TString.class, scalar());
      List<Operand<?>> values = new ArrayList<>();
      variables.forEach(variable -> values.add(variable.value()));
      saved = tf.train.save(file, keys, whole, values);
      List<Class<? extends TType>> types = new ArrayList<>();
      variables.forEach(variable -> types.add(variable.type()));
      var read = tf.train.restore(file, keys, whole, types);
      for (int i = 0; i < names.length; i++) {
        Operand<?> value = read.tensors().get(i);
        restored.add(value);
        assigned.add(variables.get(i).assign(tf, value));
      }
      all = tf.withName("restore_all").withControlDependencies(assigned).noOp();
    }

    private static Placeholder.Options scalar() {
      return Placeholder.shape(Shape.scalar());
    }

    /** Returns how TensorFlow's loaders restore the variables. */
    public SaverDef definition() {
      return SaverDef.newBuilder()
          .setFilenameTensorName(file.op().name() + ":0")
          .setSaveTensorName(saved.op().name())
          .setRestoreOpName(all.op().name())
          .setVersion(SaverDef.CheckpointFormatVersion.V2)
          .build();
    }

    /**
     * Fills the variables and writes them.
     *
     * @param name what the files' names begin with
     */
    public void write(Session session, Path name) {
      fill(session, assigned, restored);
      try (TString path = TString.tensorOf(NdArrays.scalarOfObject(name.toString()))) {
        session.runner().feed(file, path).addTarget(saved).run().close();
      }
    }
  }

  /**
   * Adds the ops that write the variables and read them back.
   *
   * @return empty if no array is large enough for a variable
   */
  public Optional<Checkpoint> checkpoint(Ops tf) {
    return variables.isEmpty() ? Optional.empty() : Optional.of(new Checkpoint(tf));
  }

  /**
   * A variable, what reads it, and where its numbers come from.
   *
   * @param shape in PyTorch's order
   */
  private record Variable<T extends TNumber>(
      String name,
      Class<T> type,
      Layout layout,
      List<Integer> shape,
      Supplier<float[]> source,
      VarHandleOp handle,
      Operand<T> value) {

    static <T extends TNumber> Variable<T> create(
        Ops tf,
        String name,
        Class<T> type,
        Layout layout,
        List<Integer> shape,
        Supplier<float[]> source) {
      Shape sides = Shape.of(Longs.toArray(layout.toTensorFlow(shape)));
      // Without a shared name of their own, all handles would name the same resource.
      VarHandleOp handle = tf.varHandleOp(type, sides, VarHandleOp.sharedName(name));
      return new Variable<>(
          name, type, layout, shape, source, handle, tf.readVariableOp(handle, type));
    }

    void addAssignment(Ops tf, List<Op> assigned, List<Operand<?>> fed) {
      Placeholder<T> feed = tf.placeholder(type, Placeholder.shape(value.shape()));
      fed.add(feed);
      assigned.add(assign(tf, feed));
    }

    Op assign(Ops tf, Operand<?> number) {
      return tf.assignVariableOp(handle, number.asOutput().expect(type));
    }

    T tensor() {
      return layout.tensor(type, source.get(), shape);
    }
  }
}
