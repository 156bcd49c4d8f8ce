package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.genimage.data.internal.GraphOps;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

/**
 * Reverse-mode differentiation of a graph in which layers may register custom gradients: where
 * TensorFlow has no gradient, or one that takes more time or memory. TensorFlow differentiates
 * everything between them.
 *
 * <p>A tensor with a custom gradient is cut off from its inputs for TensorFlow. The other ops fall
 * into regions, whose ops lead to nothing but the region's last op; TensorFlow differentiates one
 * region after the other. One object belongs to one graph.
 */
public final class CustomGradients {

  /** The gradient of what a layer computes. */
  @FunctionalInterface
  public interface Gradient {

    /**
     * Returns the loss's gradients with respect to each input, in the order of the inputs.
     *
     * @param upstream the loss's gradient with respect to the layer's output, of its shape
     */
    List<Operand<TFloat32>> of(Operand<TFloat32> upstream);
  }

  /** Types of ops whose inputs get no gradient, so TensorFlow may leave theirs out. */
  private static final Set<String> ENDS =
      Set.of("StopGradient", "Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike");

  /** Types of tensors that have gradients. */
  private static final Set<DataType> FLOATS =
      Set.of(
          DataType.DT_FLOAT,
          DataType.DT_DOUBLE,
          DataType.DT_HALF,
          DataType.DT_BFLOAT16,
          DataType.DT_COMPLEX64,
          DataType.DT_COMPLEX128);

  /**
   * The custom gradient of a tensor.
   *
   * @param name whether the tensor is its only input under another name
   */
  private record Registered(List<Operand<TFloat32>> inputs, Gradient gradient, boolean name) {}

  private final Map<GraphOperation, Registered> registered = new HashMap<>();

  /** Creates an empty register for one graph. */
  public CustomGradients() {}

  /**
   * Registers a custom gradient. The ops between the tensor and its inputs need no gradient then.
   *
   * @param tensor the first output of an op
   * @param inputs what the tensor is computed from
   * @param gradient returns the gradients with respect to the inputs, in their order
   * @return the tensor, to be used from here on
   */
  public Operand<TFloat32> register(
      Ops tf, Operand<TFloat32> tensor, List<Operand<TFloat32>> inputs, Gradient gradient) {
    return register(tf, tensor, new Registered(inputs, gradient, false));
  }

  private Operand<TFloat32> register(Ops tf, Operand<TFloat32> tensor, Registered what) {
    Operand<TFloat32> cut = tf.stopGradient(tensor);
    registered.put(operation(cut), what);
    return cut;
  }

  /**
   * Registers that a tensor is another one under a name of its own.
   *
   * @return the named tensor, to be used from here on
   */
  public Operand<TFloat32> registerName(Ops tf, Operand<TFloat32> named, Operand<TFloat32> tensor) {
    return register(tf, named, new Registered(List.of(tensor), List::of, true));
  }

  /** Returns whether a tensor has a custom gradient, perhaps under another name. */
  public boolean has(Operand<TFloat32> tensor) {
    return behind(tensor) != null;
  }

  private Registered behind(Operand<TFloat32> tensor) {
    Registered found = registered.get(operation(tensor));
    return found != null && found.name() ? behind(found.inputs().get(0)) : found;
  }

  /**
   * Registers the gradient of a tensor that one op computes together with an earlier tensor, which
   * {@linkplain #has has} a custom gradient, and perhaps with others that are added to it.
   *
   * @param before the earlier tensor
   * @param tensor what the one op computes
   * @param change returns the gradient with respect to the earlier tensor and to the others from
   *     the upstream gradient
   * @return the tensor, to be used from here on
   */
  public Operand<TFloat32> registerFused(
      Ops tf,
      Operand<TFloat32> before,
      Operand<TFloat32> tensor,
      UnaryOperator<Operand<TFloat32>> change,
      List<Operand<TFloat32>> others) {
    Registered earlier = behind(before);
    Gradient gradient = earlier.gradient();
    List<Operand<TFloat32>> inputs = new ArrayList<>(earlier.inputs());
    inputs.addAll(others);
    return register(
        tf,
        tensor,
        inputs,
        upstream -> {
          Operand<TFloat32> changed = change.apply(upstream);
          List<Operand<TFloat32>> gradients = new ArrayList<>(gradient.of(changed));
          others.forEach(other -> gradients.add(changed));
          return gradients;
        });
  }

  /**
   * Adds the gradients of a loss to the graph.
   *
   * @param loss a scalar of the graph
   * @param sources tensors that it depends on
   * @return one gradient per source, with its shape
   * @throws IllegalStateException if the loss does not depend on a source
   */
  public List<Operand<TFloat32>> of(
      Graph graph, Ops tf, Operand<TFloat32> loss, List<Operand<TFloat32>> sources) {
    if (registered.isEmpty()) {
      return numbers(added(graph, List.of(loss.asOutput()), outputs(sources), List.of()));
    }
    List<Output<?>> gradients = new Pass(graph, GraphOps.of(tf), loss, sources).run();
    tf.scope().refreshNames();
    return numbers(gradients);
  }

  private static List<Operand<TFloat32>> numbers(List<Output<?>> outputs) {
    return outputs.stream().<Operand<TFloat32>>map(each -> each.expect(TFloat32.class)).toList();
  }

  private static List<Output<?>> added(
      Graph graph, List<Output<?>> ys, List<Output<?>> xs, List<Output<?>> gradients) {
    return List.of(
        graph.addGradients(
            null,
            ys.toArray(Output<?>[]::new),
            xs.toArray(Output<?>[]::new),
            gradients.isEmpty() ? null : gradients.toArray(Output<?>[]::new)));
  }

  private static List<Output<?>> outputs(List<Operand<TFloat32>> operands) {
    return operands.stream().<Output<?>>map(Operand::asOutput).toList();
  }

  private static GraphOperation operation(Operand<?> x) {
    return (GraphOperation) x.asOutput().op();
  }

  private final class Pass {

    private final Graph graph;
    private final Ops tf;

    /** Adds ops under names that those of layers cannot have. */
    private final Ops back;

    /** Whether layers widen what they give, so that the next layer takes what was before that. */
    private final boolean widens;

    private final Operand<TFloat32> loss;
    private final List<Output<?>> sources;

    /** What lies between the sources and the loss, inputs first. */
    private final Set<GraphOperation> between = new LinkedHashSet<>();

    /** The last op of the region that an op belongs to. */
    private final Map<GraphOperation, GraphOperation> lasts = new HashMap<>();

    /** What uses an op's results, of what lies between. */
    private final Map<GraphOperation, Set<GraphOperation>> users = new HashMap<>();

    /** The regions by their last ops, from the loss on. */
    private final Map<GraphOperation, List<GraphOperation>> regions = new LinkedHashMap<>();

    private final Map<Output<?>, List<Output<?>>> found = new HashMap<>();

    Pass(Graph graph, Ops tf, Operand<TFloat32> loss, List<Operand<TFloat32>> sources) {
      this.graph = graph;
      this.tf = tf;
      this.back = tf.withSubScope("back");
      this.widens = registered.keySet().stream().anyMatch(op -> isWidened(op.input(0)));
      this.loss = loss;
      this.sources = outputs(sources);
    }

    List<Output<?>> run() {
      collect();
      List<GraphOperation> backwards = new ArrayList<>(between);
      Collections.reverse(backwards);
      findUsers();
      for (GraphOperation op : backwards) {
        GraphOperation last = last(op, users.getOrDefault(op, Set.of()));
        lasts.put(op, last);
        regions.computeIfAbsent(last, key -> new ArrayList<>()).add(op);
      }
      found.put(loss.asOutput(), List.of(tf.onesLike(loss).asOutput()));
      regions
          .keySet()
          .forEach(
              last -> {
                if (registered.containsKey(last)) {
                  passCustom(last);
                } else {
                  passRegion(last);
                }
              });
      return sources.stream().<Output<?>>map(this::sum).toList();
    }

    private void collect() {
      Set<GraphOperation> ends = new HashSet<>();
      sources.forEach(source -> ends.add((GraphOperation) source.op()));
      Set<GraphOperation> seen = new HashSet<>(ends);
      Deque<GraphOperation> open = new ArrayDeque<>();
      open.push(operation(loss));
      while (!open.isEmpty()) {
        GraphOperation op = open.peek();
        if (seen.add(op)) {
          for (Output<?> input : inputs(op)) {
            if (!seen.contains((GraphOperation) input.op())) {
              open.push((GraphOperation) input.op());
            }
          }
        } else {
          open.pop();
          boolean depends =
              inputs(op).stream()
                  .map(input -> (GraphOperation) input.op())
                  .anyMatch(input -> ends.contains(input) || between.contains(input));
          if (!ends.contains(op) && depends) {
            between.add(op);
          }
        }
      }
    }

    /** Returns the inputs of an op that get a gradient. */
    private List<Output<?>> inputs(GraphOperation op) {
      if (registered.containsKey(op)) {
        return outputs(registered.get(op).inputs());
      }
      return ENDS.contains(op.type())
          ? List.of()
          : op.inputs().stream()
              .<Output<?>>map(Operand::asOutput)
              .filter(input -> FLOATS.contains(input.dataType()))
              .toList();
    }

    private void findUsers() {
      for (GraphOperation op : between) {
        for (Output<?> input : inputs(op)) {
          users.computeIfAbsent((GraphOperation) input.op(), key -> new HashSet<>()).add(op);
        }
      }
    }

    private GraphOperation last(GraphOperation op, Set<GraphOperation> users) {
      if (registered.containsKey(op) || users.isEmpty()) {
        return op;
      }
      GraphOperation last = null;
      for (GraphOperation user : users) {
        GraphOperation its = lasts.get(user);
        if (registered.containsKey(user) || last != null && !last.equals(its)) {
          return op;
        }
        last = its;
      }
      return last;
    }

    private void passCustom(GraphOperation op) {
      Registered custom = registered.get(op);
      List<Operand<TFloat32>> gradients =
          custom.gradient().of(sum(op.output(0)).expect(TFloat32.class));
      for (int i = 0; i < gradients.size(); i++) {
        keep(custom.inputs().get(i).asOutput(), gradients.get(i).asOutput());
      }
    }

    private void passRegion(GraphOperation last) {
      List<Output<?>> ys = new ArrayList<>();
      List<Output<?>> gradients = new ArrayList<>();
      for (int i = 0; i < last.numOutputs(); i++) {
        Output<?> y = last.output(i);
        if (found.containsKey(y)) {
          ys.add(y);
          gradients.add(sum(y));
        }
      }
      if (ys.isEmpty()) {
        return;
      }
      Set<Output<?>> entries = entries(last);
      List<GraphOperation> moves = moves(last, entries);
      if (moves.isEmpty()) {
        List<Output<?>> xs = List.copyOf(apart(entries));
        List<Output<?>> passed = added(graph, ys, xs, gradients);
        for (int i = 0; i < passed.size(); i++) {
          keep(xs.get(i), passed.get(i));
        }
      } else {
        GraphOperation move = moves.get(moves.size() - 1);
        Output<?> gradient =
            move.equals(last)
                ? gradients.get(0)
                : added(graph, ys, List.of(move.output(0)), gradients).get(0);
        keep(entries.iterator().next(), back(moves, gradient.expect(TFloat32.class)).asOutput());
      }
    }

    /**
     * Returns the ops that only move what a region depends on, the first one first; none if the
     * region depends on several tensors. TensorFlow's gradients would calculate what they move once
     * more, to know its shape.
     */
    private List<GraphOperation> moves(GraphOperation last, Set<Output<?>> entries) {
      List<GraphOperation> moves = new ArrayList<>();
      if (!widens || entries.size() != 1) {
        return moves;
      }
      Output<?> moved = entries.iterator().next();
      Set<GraphOperation> following = new HashSet<>(users.get((GraphOperation) moved.op()));
      following.retainAll(regions.get(last));
      while (following.size() == 1) {
        GraphOperation op = following.iterator().next();
        if (!Moves.isMove(op)) {
          break;
        }
        moves.add(op);
        following = op.equals(last) ? Set.of() : users.get(op);
      }
      return moves;
    }

    private Operand<TFloat32> back(List<GraphOperation> moves, Operand<TFloat32> gradient) {
      Operand<TFloat32> back = gradient;
      for (int i = moves.size() - 1; i >= 0; i--) {
        back = Moves.back(this.back, moves.get(i), back);
      }
      return back;
    }

    /** Returns what a region depends on, of the sources and what other regions give. */
    private Set<Output<?>> entries(GraphOperation last) {
      Set<Output<?>> entries = new LinkedHashSet<>();
      for (GraphOperation op : regions.get(last)) {
        for (Output<?> input : inputs(op)) {
          GraphOperation from = (GraphOperation) input.op();
          if (sources.contains(input) || between.contains(from) && !lasts.get(from).equals(last)) {
            entries.add(input);
          }
        }
      }
      return entries;
    }

    /**
     * TensorFlow passes a gradient on from one entry to another that it depends on, so such an
     * entry is replaced by what its own region depends on.
     */
    private Set<Output<?>> apart(Set<Output<?>> entries) {
      for (Output<?> entry : entries) {
        GraphOperation op = (GraphOperation) entry.op();
        if (between.contains(op) && !registered.containsKey(op) && dependsOn(op, entries)) {
          Set<Output<?>> others = new LinkedHashSet<>(entries);
          others.removeIf(other -> other.op().equals(op));
          others.addAll(entries(op));
          return apart(others);
        }
      }
      return entries;
    }

    private boolean dependsOn(GraphOperation last, Set<Output<?>> entries) {
      Set<GraphOperation> seen = new HashSet<>();
      Deque<GraphOperation> open = new ArrayDeque<>(List.of(last));
      while (!open.isEmpty()) {
        GraphOperation op = open.pop();
        if (between.contains(op) && !registered.containsKey(op) && seen.add(op)) {
          for (Output<?> input : inputs(op)) {
            if (entries.contains(input)) {
              return true;
            }
            open.push((GraphOperation) input.op());
          }
        }
      }
      return false;
    }

    private void keep(Output<?> tensor, Output<?> gradient) {
      found.computeIfAbsent(tensor, key -> new ArrayList<>()).add(gradient);
    }

    private Output<?> sum(Output<?> tensor) {
      List<Output<?>> terms = found.get(tensor);
      checkState(terms != null, "the loss must depend on every source, not on %s", tensor);
      if (terms.size() == 1) {
        return terms.get(0);
      }
      // Terms that were all widened are added before that, in half the memory.
      return terms.stream().allMatch(Pass::isWidened)
          ? tf.scope()
              .opBuilder("Cast", "WidenedSum")
              .addInput(sum(terms.stream().<Output<?>>map(Pass::beforeWidening).toList()))
              .setAttr("DstT", DataType.DT_FLOAT)
              .build()
              .output(0)
          : sum(terms);
    }

    private static Output<?> beforeWidening(Output<?> x) {
      return ((GraphOperation) x.op()).input(0);
    }

    private static boolean isWidened(Output<?> x) {
      return x.op().type().equals("Cast")
          && x.dataType() == DataType.DT_FLOAT
          && beforeWidening(x).dataType() == DataType.DT_BFLOAT16;
    }

    private Output<?> sum(List<Output<?>> terms) {
      return tf.scope()
          .opBuilder("AddN", "AddN")
          .addInputList(terms.toArray(Output<?>[]::new))
          .build()
          .output(0);
    }
  }
}
