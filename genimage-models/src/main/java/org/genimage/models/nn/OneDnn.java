package org.genimage.models.nn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Whether TensorFlow computes by oneDNN here. Asked once, by trying. */
final class OneDnn {

  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
  private static final boolean FUSES =
      !"0".equals(System.getenv("TF_ENABLE_ONEDNN_OPTS")) && !hasGpu() && runsFused();

  private OneDnn() {}

  static boolean fuses() {
    return FUSES;
  }

  /**
   * Returns whether its kernels for bfloat16 run. They need AVX-512; without it they end the
   * process, so that is looked up where it can be, on Linux, and not tried.
   */
  static boolean fusesBfloat16() {
    try {
      return FUSES && Files.exists(PROCESSOR) && Files.readString(PROCESSOR).contains("avx512bw");
    } catch (IOException e) {
      return false;
    }
  }

  /** TensorFlow's kernels for a GPU fuse less; the plain ops are the right ones there. */
  private static boolean hasGpu() {
    DeviceSpec gpu =
        DeviceSpec.newBuilder().deviceType(DeviceSpec.DeviceType.GPU).deviceIndex(0).build();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      return runs(graph, tf.withDevice(gpu).math.neg(tf.constant(1f)));
    }
  }

  /** Tries a convolution and a matrix product with what follows them, and what else there is. */
  private static boolean runsFused() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Fused fused = Fused.in(ModelScope.root(tf, Mode.INFERENCE, new TrainableVariables()));
      float[] one = {1};
      Operand<TFloat32> x = Layers.constant(tf, List.of(1, 1, 1, 1), one);
      var y = fused.conv(x, one, List.of(1, 1, 1, 1), one, Conv.kernel(1));
      var z = fused.linear(fused.relu(fused.add(y, x)), one, List.of(1, 1), one);
      var tokens = tf.reshape(fused.layerNorm(z, one, one, 1), tf.array(1, 1, 1));
      return runs(graph, fused.products(tokens));
    } catch (TensorFlowException | IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean runs(Graph graph, Operand<TFloat32> x) {
    try (Session session = new Session(graph);
        var result = session.runner().fetch(x).run()) {
      return result.size() == 1;
    } catch (TensorFlowException | IllegalArgumentException e) {
      return false;
    }
  }
}
