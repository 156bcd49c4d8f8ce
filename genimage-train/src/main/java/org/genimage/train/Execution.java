package org.genimage.train;

import java.util.List;
import java.util.Optional;
import org.genimage.models.Precision;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * How a session runs the training graph.
 *
 * @param xla whether groups of operations are compiled
 * @param cluster the processes that train together, if there are several
 * @param devices of each process that train together; none leaves the choice of one to TensorFlow
 * @param synchronised whether batch norms take their statistics from all devices of all processes
 */
record Execution(
    boolean xla, Optional<Cluster> cluster, List<String> devices, boolean synchronised) {

  static final Execution PLAIN = new Execution(false, Optional.empty(), List.of(), false);

  Execution xla(boolean compiled) {
    return new Execution(compiled, cluster, devices, synchronised);
  }

  Execution cluster(Cluster all) {
    return new Execution(xla, Optional.of(all), devices, synchronised);
  }

  Execution devices(List<String> names) {
    return new Execution(xla, cluster, LocalDevices.names(names), synchronised);
  }

  Execution synchronised(boolean everywhere) {
    return new Execution(xla, cluster, devices, everywhere);
  }

  /** Returns what computes the training graph; custom gradients are for 32-bit floats alone. */
  Kernels kernels(Ops tf, Precision precision) {
    return precision == Precision.FLOAT32 && !xla
        ? KernelChoice.training(tf, new CustomGradients())
        : KernelChoice.differentiable(tf);
  }

  ConfigProto config(Precision precision) {
    // The remapper fuses batch norm with tanh and its like into an op that the CPU does not have.
    RewriterConfig.Builder rewrites =
        RewriterConfig.newBuilder().setRemapping(RewriterConfig.Toggle.OFF);
    switch (precision) {
      case FLOAT32 -> {}
      case FLOAT16 -> rewrites.setAutoMixedPrecision(RewriterConfig.Toggle.ON);
      case BFLOAT16 -> rewrites.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
    }
    GraphOptions.Builder graph = GraphOptions.newBuilder().setRewriteOptions(rewrites);
    if (xla) {
      graph.setOptimizerOptions(
          OptimizerOptions.newBuilder()
              .setGlobalJitLevel(OptimizerOptions.GlobalJitLevel.ON_1)
              .setCpuGlobalJit(true));
    }
    ConfigProto.Builder config = ConfigProto.newBuilder().setGraphOptions(graph);
    if (!devices.isEmpty()) {
      // A GPU has no kernels for strings and some integers.
      config.setAllowSoftPlacement(true).putDeviceCount("CPU", LocalDevices.cpus(devices));
    }
    return config.build();
  }
}
