package org.genimage.models.internal;

import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/** The settings of TensorFlow's sessions. */
public final class SessionSettings {

  private SessionSettings() {}

  /**
   * Returns the settings for graphs whose weights are constants. Nothing is left for TensorFlow's
   * graph optimizers once batch norms are folded and ops fused; without them the first score comes
   * in half the time, and the weights are not copied a second time.
   */
  public static ConfigProto scoring() {
    return ConfigProto.newBuilder()
        .setGraphOptions(
            GraphOptions.newBuilder()
                .setOptimizerOptions(
                    OptimizerOptions.newBuilder().setOptLevel(OptimizerOptions.Level.L0))
                .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(true)))
        .build();
  }
}
