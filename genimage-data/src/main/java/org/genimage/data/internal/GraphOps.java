package org.genimage.data.internal;

import org.tensorflow.ConcreteFunction;
import org.tensorflow.ExecutionEnvironment;
import org.tensorflow.Graph;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;

/**
 * Ops of a graph under names that are the same in every locale. TensorFlow Java numbers repeated
 * names with the digits of the JVM's default locale, and TensorFlow refuses those that are not
 * ASCII. All code of genimage that builds a graph gets its ops here.
 */
public final class GraphOps {

  private GraphOps() {}

  /** Returns the ops of a graph of genimage's own. */
  public static Ops of(Graph graph) {
    return ops(new GraphScope(graph.baseScope(), new GraphNames(graph, "")));
  }

  /**
   * Returns the same ops for a graph that somebody else builds, with its sub-scope and device. Call
   * {@link Scope#refreshNames} on the scope of the given ops when all ops are added.
   *
   * @param tf what is returned if they are those of no graph, or have such names already
   */
  public static Ops of(Ops tf) {
    Scope scope = tf.scope();
    if (scope instanceof GraphScope || !(scope.env() instanceof Graph graph)) {
      return tf;
    }
    String probe = scope.makeOpName("genimage");
    String prefix = probe.substring(0, probe.lastIndexOf('/') + 1);
    return ops(new GraphScope(scope, new GraphNames(graph, prefix)));
  }

  private static Ops ops(Scope scope) {
    return Ops.create(new Environment(scope.env(), scope));
  }

  /** TensorFlow's constructor of ops takes no scope, but an environment that has one. */
  private record Environment(ExecutionEnvironment graph, Scope baseScope)
      implements ExecutionEnvironment {

    @Override
    public OperationBuilder opBuilder(String type, String name, Scope scope) {
      return graph.opBuilder(type, name, scope);
    }

    @Override
    public void attachFunction(ConcreteFunction function) {
      graph.attachFunction(function);
    }

    @Override
    public void checkInput(Operation input) {
      graph.checkInput(input);
    }

    @Override
    public Types environmentType() {
      return graph.environmentType();
    }

    @Override
    public boolean isInitializer(Operation operation) {
      return graph.isInitializer(operation);
    }
  }
}
