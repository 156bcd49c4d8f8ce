package org.genimage.models.internal;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.genimage.data.internal.GraphOps;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Formulas that give each number from a few others, in the steps of a training. XLA compiles each
 * to one loop: as single ops, every step of it would be written to memory and read again. It
 * compiles once for each size of the inputs, when the graph first meets them.
 */
final class Formulas {

  private static final System.Logger LOG = System.getLogger(Formulas.class.getName());

  /** A formula in 32-bit floats. */
  @FunctionalInterface
  interface Formula {

    /**
     * Adds the ops.
     *
     * @param inputs widened, if they have fewer bits
     */
    Operand<TFloat32> of(Ops tf, List<Operand<TFloat32>> inputs);
  }

  private final boolean compiled;

  private Formulas(boolean compiled) {
    this.compiled = compiled;
  }

  /** Returns formulas that are single ops. */
  static Formulas plain() {
    return new Formulas(false);
  }

  /** Returns formulas that XLA compiles, if this machine's TensorFlow has it. */
  static Formulas compiled() {
    return new Formulas(Xla.AVAILABLE);
  }

  /**
   * Adds a formula to a graph.
   *
   * @param name of the formula, another one for each
   * @param type of the result
   * @param inputs the first has the result's shape; others may have sides of 1 where it has others
   */
  <T extends TNumber> Operand<T> of(
      Ops tf,
      String name,
      Class<T> type,
      Formula formula,
      List<Operand<? extends TNumber>> inputs) {
    return compiled
        ? tf.ensureShape(function(tf, name, type, formula, inputs), inputs.get(0).shape())
        : result(tf, formula, inputs, type);
  }

  private static <T extends TNumber> Operand<T> result(
      Ops tf, Formula formula, List<? extends Operand<? extends TNumber>> inputs, Class<T> type) {
    return as(
        tf,
        formula.of(
            tf,
            inputs.stream()
                .<Operand<TFloat32>>map(input -> as(tf, input, TFloat32.class))
                .toList()),
        type);
  }

  private static <T extends TNumber> Operand<T> as(
      Ops tf, Operand<? extends TNumber> x, Class<T> type) {
    return x.type() == type ? x.asOutput().expect(type) : tf.dtypes.cast(x, type);
  }

  private static <T extends TNumber> Operand<T> function(
      Ops tf,
      String name,
      Class<T> type,
      Formula formula,
      List<? extends Operand<? extends TNumber>> inputs) {
    try (Graph graph = new Graph()) {
      Ops inside = GraphOps.of(graph);
      Signature.Builder signature = Signature.builder().key(name);
      List<Operand<? extends TNumber>> places = new ArrayList<>();
      for (Operand<? extends TNumber> input : inputs) {
        Operand<? extends TNumber> place =
            inside.placeholder(input.type(), Placeholder.shape(input.shape()));
        signature.input("input" + places.size(), place);
        places.add(place);
      }
      Operand<T> result = result(inside, formula, places, type);
      signature.output("output", result);
      try (ConcreteFunction function = ConcreteFunction.create(signature.build(), graph)) {
        return tf.scope()
            .opBuilder("StatefulPartitionedCall", name)
            .addInputList(inputs.stream().map(Operand::asOutput).toArray(Output<?>[]::new))
            .setAttr("f", function)
            .setAttr("Tout", new DataType[] {result.asOutput().dataType()})
            .setAttr("_XlaMustCompile", true)
            .build()
            .output(0);
      }
    }
  }

  /** Tried when somebody asks. */
  private static final class Xla {

    static final boolean AVAILABLE = compiles();

    private static boolean compiles() {
      try (Graph graph = new Graph()) {
        Ops tf = GraphOps.of(graph);
        var six =
            new Formulas(true)
                .of(
                    tf,
                    "probe",
                    TFloat32.class,
                    (inside, x) -> inside.math.mul(x.get(0), x.get(1)),
                    List.of(tf.constant(2f), tf.constant(3f)));
        try (Session session = new Session(graph);
            var result = session.runner().fetch(six).run()) {
          return ((TFloat32) result.get(0)).getFloat() == 6;
        }
      } catch (TensorFlowException | IllegalArgumentException e) {
        LOG.log(Level.INFO, "XLA is not used: {0}", e.getMessage());
        return false;
      }
    }
  }
}
