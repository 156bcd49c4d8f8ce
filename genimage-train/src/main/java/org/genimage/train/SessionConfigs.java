package org.genimage.train;

import org.genimage.models.Precision;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/** The settings of all TensorFlow sessions of this module. */
final class SessionConfigs {

  private SessionConfigs() {}

  /** Returns the settings for a session that runs training steps. */
  static ConfigProto training(Execution execution, Precision precision) {
    // The remapper fuses batch norm with tanh and its like into an op that the CPU does not have.
    RewriterConfig.Builder rewrites =
        RewriterConfig.newBuilder().setRemapping(RewriterConfig.Toggle.OFF);
    switch (precision) {
      case FLOAT32 -> {}
      case FLOAT16 -> rewrites.setAutoMixedPrecision(RewriterConfig.Toggle.ON);
      case BFLOAT16 -> rewrites.setAutoMixedPrecisionOnednnBfloat16(RewriterConfig.Toggle.ON);
    }
    GraphOptions.Builder graph = GraphOptions.newBuilder().setRewriteOptions(rewrites);
    if (execution.xla()) {
      graph.setOptimizerOptions(
          OptimizerOptions.newBuilder()
              .setGlobalJitLevel(OptimizerOptions.GlobalJitLevel.ON_1)
              .setCpuGlobalJit(true));
    }
    ConfigProto.Builder config = ConfigProto.newBuilder().setGraphOptions(graph);
    if (!execution.devices().isEmpty()) {
      // A GPU has no kernels for strings and some integers.
      config
          .setAllowSoftPlacement(true)
          .putDeviceCount("CPU", LocalDevices.cpus(execution.devices()));
    }
    return config.build();
  }

  /** Returns the settings for a session that exchanges a few numbers. */
  static ConfigProto exchange() {
    return ConfigProto.getDefaultInstance();
  }

  /**
   * Returns the settings for a session on a cluster.
   *
   * @param config what the session needs otherwise
   * @param process the name of this process, which sees its own devices only
   * @param leader the name of the process that coordinates collective operations
   */
  static ConfigProto onCluster(ConfigProto config, String process, String leader) {
    ConfigProto.Builder own =
        config.toBuilder().setIsolateSessionState(true).addDeviceFilters(process);
    own.getExperimentalBuilder().setCollectiveGroupLeader(leader);
    return own.build();
  }

  /** Returns the settings for a server: the number of devices that a session asks for. */
  static ConfigProto server(ConfigProto config, String process, String leader) {
    ConfigProto devices =
        ConfigProto.newBuilder().putAllDeviceCount(config.getDeviceCountMap()).build();
    return onCluster(devices, process, leader);
  }
}
