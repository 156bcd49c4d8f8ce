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
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

/**
 * Reverse-mode differentiation of a graph. Layers may tell the derivative of what they compute,
 * where TensorFlow has none or one that takes more time or memory; TensorFlow finds those of all
 * that lies between.
 *
 * <p>What is told is cut off from its inputs for TensorFlow. The rest falls into regions, whose ops
 * lead to nothing but the region's last one; TensorFlow differentiates one after the other.
 */
public final class Derivatives {

  /** How a layer passes a derivative on. */
  @FunctionalInterface
  public interface Rule {

    /**
     * Returns the loss's derivatives by each input.
     *
     * @param derivative of the loss by what the layer computed
     */
    List<Operand<TFloat32>> of(Operand<TFloat32> derivative);
  }

  /** Types of ops that pass no derivative on, whose gradients TensorFlow may leave out. */
  private static final Set<String> ENDS =
      Set.of("StopGradient", "Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike");

  /** Types of tensors that have derivatives. */
  private static final Set<DataType> FLOATS =
      Set.of(
          DataType.DT_FLOAT,
          DataType.DT_DOUBLE,
          DataType.DT_HALF,
          DataType.DT_BFLOAT16,
          DataType.DT_COMPLEX64,
          DataType.DT_COMPLEX128);

  /**
   * What is told of a tensor.
   *
   * @param name whether it is its only input by another name
   */
  private record Told(List<Operand<TFloat32>> inputs, Rule rule, boolean name) {}

  private final boolean listens;
  private final Map<GraphOperation, Told> told = new HashMap<>();

  private Derivatives(boolean listens) {
    this.listens = listens;
  }

  /** Returns differentiation for which layers tell only what TensorFlow does not know. */
  public static Derivatives plain() {
    return new Derivatives(false);
  }

  /**
   * Returns differentiation for which layers tell whatever saves time or memory, for 32-bit floats
   * and without XLA.
   */
  public static Derivatives told() {
    return new Derivatives(true);
  }

  /** Returns whether layers are to tell what TensorFlow knows, too. */
  public boolean listens() {
    return listens;
  }

  /**
   * Tells how a tensor depends on others; what is between them needs no derivatives then.
   *
   * @param tensor the first output of an op
   * @param inputs what it is computed from
   * @param rule returns the loss's derivatives by these, in their order
   * @return the tensor, to be used from here on
   */
  public Operand<TFloat32> tell(
      Ops tf, Operand<TFloat32> tensor, List<Operand<TFloat32>> inputs, Rule rule) {
    return tell(tf, tensor, new Told(inputs, rule, false));
  }

  private Operand<TFloat32> tell(Ops tf, Operand<TFloat32> tensor, Told what) {
    Operand<TFloat32> cut = tf.stopGradient(tensor);
    told.put(operation(cut), what);
    return cut;
  }

  /** Tells that a tensor is another one by a name of its own. */
  Operand<TFloat32> tellName(Ops tf, Operand<TFloat32> named, Operand<TFloat32> tensor) {
    return tell(tf, named, new Told(List.of(tensor), List::of, true));
  }

  /** Returns whether a tensor is told, perhaps under another name. */
  boolean tells(Operand<TFloat32> tensor) {
    return behind(tensor) != null;
  }

  private Told behind(Operand<TFloat32> tensor) {
    Told found = told.get(operation(tensor));
    return found != null && found.name() ? behind(found.inputs().get(0)) : found;
  }

  /**
   * Tells of a tensor that is computed in one op with one that {@linkplain #tells is told}, and
   * perhaps from others that are added to that.
   *
   * @param before the told one
   * @param change returns the derivative by it and by the others from that by the tensor
   */
  Operand<TFloat32> tellMore(
      Ops tf,
      Operand<TFloat32> before,
      Operand<TFloat32> tensor,
      UnaryOperator<Operand<TFloat32>> change,
      List<Operand<TFloat32>> others) {
    Told earlier = behind(before);
    Rule rule = earlier.rule();
    List<Operand<TFloat32>> inputs = new ArrayList<>(earlier.inputs());
    inputs.addAll(others);
    return tell(
        tf,
        tensor,
        inputs,
        own -> {
          Operand<TFloat32> changed = change.apply(own);
          List<Operand<TFloat32>> slopes = new ArrayList<>(rule.of(changed));
          others.forEach(other -> slopes.add(changed));
          return slopes;
        });
  }

  /**
   * Adds the derivatives of a loss.
   *
   * @param loss a scalar of the graph
   * @param sources tensors that it depends on
   * @return one per source, with its shape
   * @throws IllegalStateException if the loss does not depend on a source
   */
  public List<Operand<TFloat32>> of(
      Graph graph, Ops tf, Operand<TFloat32> loss, List<Operand<TFloat32>> sources) {
    return told.isEmpty()
        ? numbers(added(graph, List.of(loss.asOutput()), outputs(sources), List.of()))
        : numbers(new Pass(graph, tf, loss, sources).run());
  }

  private static List<Operand<TFloat32>> numbers(List<Output<?>> outputs) {
    return outputs.stream().<Operand<TFloat32>>map(each -> each.expect(TFloat32.class)).toList();
  }

  private static List<Output<?>> added(
      Graph graph, List<Output<?>> ys, List<Output<?>> xs, List<Output<?>> derivatives) {
    return List.of(
        graph.addGradients(
            null,
            ys.toArray(Output<?>[]::new),
            xs.toArray(Output<?>[]::new),
            derivatives.isEmpty() ? null : derivatives.toArray(Output<?>[]::new)));
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
    private final Operand<TFloat32> loss;
    private final List<Output<?>> sources;

    /** What lies between the sources and the loss, inputs first. */
    private final Set<GraphOperation> between = new LinkedHashSet<>();

    /** The last op of the region that an op belongs to. */
    private final Map<GraphOperation, GraphOperation> lasts = new HashMap<>();

    /** The regions by their last ops, from the loss on. */
    private final Map<GraphOperation, List<GraphOperation>> regions = new LinkedHashMap<>();

    private final Map<Output<?>, List<Output<?>>> found = new HashMap<>();

    Pass(Graph graph, Ops tf, Operand<TFloat32> loss, List<Operand<TFloat32>> sources) {
      this.graph = graph;
      this.tf = tf;
      this.loss = loss;
      this.sources = outputs(sources);
    }

    List<Output<?>> run() {
      collect();
      List<GraphOperation> backwards = new ArrayList<>(between);
      Collections.reverse(backwards);
      Map<GraphOperation, Set<GraphOperation>> users = users();
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
                if (told.containsKey(last)) {
                  passTold(last);
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

    /** Returns what an op passes its derivatives to. */
    private List<Output<?>> inputs(GraphOperation op) {
      if (told.containsKey(op)) {
        return outputs(told.get(op).inputs());
      }
      return ENDS.contains(op.type())
          ? List.of()
          : op.inputs().stream()
              .<Output<?>>map(Operand::asOutput)
              .filter(input -> FLOATS.contains(input.dataType()))
              .toList();
    }

    private Map<GraphOperation, Set<GraphOperation>> users() {
      Map<GraphOperation, Set<GraphOperation>> users = new HashMap<>();
      for (GraphOperation op : between) {
        for (Output<?> input : inputs(op)) {
          users.computeIfAbsent((GraphOperation) input.op(), key -> new HashSet<>()).add(op);
        }
      }
      return users;
    }

    private GraphOperation last(GraphOperation op, Set<GraphOperation> users) {
      if (told.containsKey(op) || users.isEmpty()) {
        return op;
      }
      GraphOperation last = null;
      for (GraphOperation user : users) {
        GraphOperation its = lasts.get(user);
        if (told.containsKey(user) || last != null && !last.equals(its)) {
          return op;
        }
        last = its;
      }
      return last;
    }

    private void passTold(GraphOperation op) {
      Told rule = told.get(op);
      List<Operand<TFloat32>> derivatives =
          rule.rule().of(sum(op.output(0)).expect(TFloat32.class));
      for (int i = 0; i < derivatives.size(); i++) {
        keep(rule.inputs().get(i).asOutput(), derivatives.get(i).asOutput());
      }
    }

    private void passRegion(GraphOperation last) {
      List<Output<?>> ys = new ArrayList<>();
      List<Output<?>> derivatives = new ArrayList<>();
      for (int i = 0; i < last.numOutputs(); i++) {
        Output<?> y = last.output(i);
        if (found.containsKey(y)) {
          ys.add(y);
          derivatives.add(sum(y));
        }
      }
      if (ys.isEmpty()) {
        return;
      }
      List<Output<?>> xs = List.copyOf(apart(entries(last)));
      List<Output<?>> passed = added(graph, ys, xs, derivatives);
      for (int i = 0; i < passed.size(); i++) {
        keep(xs.get(i), passed.get(i));
      }
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
     * TensorFlow passes a derivative on from one entry to another that it depends on, so such a one
     * gives way to what its own region depends on.
     */
    private Set<Output<?>> apart(Set<Output<?>> entries) {
      for (Output<?> entry : entries) {
        GraphOperation op = (GraphOperation) entry.op();
        if (between.contains(op) && !told.containsKey(op) && dependsOn(op, entries)) {
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
        if (between.contains(op) && !told.containsKey(op) && seen.add(op)) {
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

    private void keep(Output<?> tensor, Output<?> derivative) {
      found.computeIfAbsent(tensor, key -> new ArrayList<>()).add(derivative);
    }

    private Output<?> sum(Output<?> tensor) {
      List<Output<?>> terms = found.get(tensor);
      checkState(terms != null, "the loss must depend on every source, not on %s", tensor);
      return terms.size() == 1
          ? terms.get(0)
          : tf.scope()
              .opBuilder("AddN", "AddN")
              .addInputList(terms.toArray(Output<?>[]::new))
              .build()
              .output(0);
    }
  }
}
