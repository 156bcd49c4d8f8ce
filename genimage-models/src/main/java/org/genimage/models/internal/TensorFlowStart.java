package org.genimage.models.internal;

import com.google.common.util.concurrent.Uninterruptibles;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.genimage.data.internal.GraphOps;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Purpose;
import org.genimage.models.weights.Weights;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The start of TensorFlow beside the reading of weights, in the first detector of a process. Much
 * of the time to its first score is the loading of the native library and of classes, which needs
 * no weights.
 */
public final class TensorFlowStart {

  private static final System.Logger LOGGER = System.getLogger(TensorFlowStart.class.getName());
  private static final AtomicBoolean STARTED = new AtomicBoolean();

  /** Of a layer whose kernel is large enough for a variable. */
  private static final int CHANNELS = 64;

  private TensorFlowStart() {}

  /**
   * Does some work while TensorFlow starts on another thread. Waits for that at the end, because a
   * process that ends while TensorFlow starts may crash.
   */
  public static <T> T beside(Supplier<T> work) {
    if (STARTED.getAndSet(true)) {
      return work.get();
    }
    Thread thread = new Thread(TensorFlowStart::startQuietly, "genimage-tensorflow-start");
    thread.setDaemon(true);
    thread.start();
    try {
      return work.get();
    } finally {
      Uninterruptibles.joinUninterruptibly(thread);
    }
  }

  /** What goes wrong is said again by whoever needs TensorFlow. */
  private static void startQuietly() {
    try {
      NativeRuntime.prepare();
      start();
    } catch (RuntimeException e) {
      LOGGER.log(Level.DEBUG, "{0}", e);
    }
  }

  /** Fills and runs a network of two layers, whose weights are 0. */
  static void start() {
    WeightVariables zeros = new WeightVariables(Weights.of(Map.of()));
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      ModelScope scope = ModelScope.root(Purpose.SCORING, KernelChoice.scoring(tf), zeros);
      Operand<TFloat32> images =
          Layers.constant(tf, List.of(1, 2, 2, CHANNELS), new float[4 * CHANNELS]);
      var maps =
          Layers.convBatchNorm(
              scope.at("conv"), scope.at("bn"), images, CHANNELS, Conv.kernel(3), Init.ONES);
      var logits = Layers.linear(scope.at("fc"), Layers.globalAveragePool(scope, maps), 2);
      try (Session session = new Session(graph, SessionSettings.scoring())) {
        zeros.fill(tf, session);
        session.runner().fetch(logits).run().close();
      }
    }
  }
}
