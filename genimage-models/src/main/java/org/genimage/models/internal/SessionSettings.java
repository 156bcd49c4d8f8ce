package org.genimage.models.internal;

import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/** The settings of all of TensorFlow's sessions in genimage. */
public final class SessionSettings {

  private SessionSettings() {}

  /**
   * Returns the settings for graphs whose weights are constants. Nothing is left for TensorFlow's
   * graph optimizers once batch norms are folded and ops fused; without them the first score comes
   * in half the time, and the weights are not copied a second time.
   */
  public static ConfigProto scoring() {
    return scoring(0);
  }

  /**
   * Returns these settings with another number of threads.
   *
   * @param threads that share the work of an op; 0 leaves the choice to TensorFlow
   */
  static ConfigProto scoring(int threads) {
    return ConfigProto.newBuilder()
        .setIntraOpParallelismThreads(threads)
        .setGraphOptions(
            GraphOptions.newBuilder()
                .setOptimizerOptions(
                    OptimizerOptions.newBuilder().setOptLevel(OptimizerOptions.Level.L0))
                .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(true)))
        .build();
  }

  /** What TensorFlow computes in fewer than 32 bits where it loses little by it. */
  public enum MixedPrecision {
    /** Nothing: 32-bit floats everywhere. */
    NONE,
    /** 16-bit floats, on a GPU. */
    FLOAT16,
    /** bfloat16, on a CPU with oneDNN. */
    BFLOAT16
  }

  /**
   * Returns the settings for training steps.
   *
   * @param xla whether XLA compiles groups of operations
   * @param cpus number of CPU devices of the process; 0 leaves the choice of devices to TensorFlow
   */
  public static ConfigProto training(boolean xla, MixedPrecision precision, int cpus) {
    // The remapper fuses batch norm with tanh and its like into an op that the CPU does not have.
    RewriterConfig.Builder rewrites =
        RewriterConfig.newBuilder().setRemapping(RewriterConfig.Toggle.OFF);
    switch (precision) {
      case NONE -> {}
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
    if (cpus > 0) {
      // A GPU has no kernels for strings and some integers.
      config.setAllowSoftPlacement(true).putDeviceCount("CPU", cpus);
    }
    return config.build();
  }

  /** Returns the settings for a session that exchanges a few numbers. */
  public static ConfigProto exchange() {
    return ConfigProto.getDefaultInstance();
  }

  /**
   * Returns the settings for a session on a cluster.
   *
   * @param config what the session needs otherwise
   * @param process the name of this process, which sees its own devices only
   * @param leader the name of the process that coordinates collective operations
   */
  public static ConfigProto onCluster(ConfigProto config, String process, String leader) {
    ConfigProto.Builder own =
        config.toBuilder().setIsolateSessionState(true).addDeviceFilters(process);
    own.getExperimentalBuilder().setCollectiveGroupLeader(leader);
    return own.build();
  }

  /**
   * Returns the settings for a server: the number of devices that a session asks for.
   *
   * @param config the session's
   * @param process the name of this process
   * @param leader the name of the process that coordinates collective operations
   */
  public static ConfigProto server(ConfigProto config, String process, String leader) {
    ConfigProto devices =
        ConfigProto.newBuilder().putAllDeviceCount(config.getDeviceCountMap()).build();
    return onCluster(devices, process, leader);
  }
}
