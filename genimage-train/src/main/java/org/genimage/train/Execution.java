package org.genimage.train;

import java.util.Optional;
import org.genimage.models.Precision;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/**
 * How a session runs the training graph.
 *
 * @param xla whether groups of operations are compiled
 * @param cluster the processes that train together, if there are several
 */
record Execution(boolean xla, Optional<Cluster> cluster) {

  static final Execution PLAIN = new Execution(false, Optional.empty());

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
    return ConfigProto.newBuilder().setGraphOptions(graph).build();
  }
}
