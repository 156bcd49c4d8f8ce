package org.genimage.models.internal;

import com.google.common.base.Throwables;
import com.google.common.primitives.Longs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.genimage.models.nn.FloatSource;
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
  private String detector = "";

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
      Ops tf, Class<T> type, Layout layout, List<Integer> shape, FloatSource source) {
    if (shape.stream().mapToLong(side -> side).reduce(1, (a, b) -> a * b) <= SMALL) {
      return super.fixed(tf, type, layout, shape, source);
    }
    Variable<T> variable =
        Variable.create(tf, prefix + variables.size(), type, layout, shape, source);
    variables.add(variable);
    return variable.value();
  }

  /** Holds keys and shapes against what the network asked for; {@link #fill} sees the numbers. */
  @Override
  public void verify(String name) {
    detector = name;
    if (variables.isEmpty()) {
      numbers().verify(name);
    } else {
      numbers().verifyShapes(name);
    }
  }

  /**
   * Gives every variable its numbers. They go from their file into the variable's memory in parts,
   * on as many threads as there are processors.
   *
   * @param tf the ops of the session's graph
   * @throws WeightsException if they are read from a file that has changed, or are not finite
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
    TNumber[] tensors = new TNumber[variables.size()];
    try {
      fill(tensors);
      numbers().verifyNumbers(detector);
      for (int i = 0; i < tensors.length; i++) {
        runner.feed(fed.get(i), tensors[i]).addTarget(assigned.get(i));
      }
      runner.run().close();
    } finally {
      Arrays.stream(tensors).filter(Objects::nonNull).forEach(TNumber::close);
    }
  }

  /** Waits for all threads even if one fails: they write to memory that is freed then. */
  private void fill(TNumber[] tensors) {
    Queue<float[]> parts = new ConcurrentLinkedQueue<>();
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    IntStream.range(0, tensors.length)
        .parallel()
        .filter(i -> failure.get() == null)
        .forEach(
            i -> {
              float[] part = Optional.ofNullable(parts.poll()).orElseGet(Layout::part);
              try {
                tensors[i] = variables.get(i).tensor(part);
              } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
              }
              parts.add(part);
            });
    Optional.ofNullable(failure.get()).ifPresent(Throwables::throwIfUnchecked);
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
      FloatSource source,
      VarHandleOp handle,
      Operand<T> value) {

    static <T extends TNumber> Variable<T> create(
        Ops tf,
        String name,
        Class<T> type,
        Layout layout,
        List<Integer> shape,
        FloatSource source) {
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

    T tensor(float[] part) {
      return layout.tensor(type, source, shape, part);
    }
  }
}
