package org.genimage.train;

import java.util.List;
import org.genimage.models.Precision;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/**
 * How a session runs the training graph.
 *
 * @param xla whether operations are compiled by XLA
 * @param group the processes that train together
 * @param devices of each process that train together; if empty, TensorFlow chooses one
 * @param synchronised whether batch norms take their statistics from all devices of all processes
 */
record Execution(boolean xla, ProcessGroup group, List<String> devices, boolean synchronised) {

  static final Execution PLAIN = new Execution(false, new SingleProcess(), List.of(), false);

  Execution xla(boolean compiled) {
    return new Execution(compiled, group, devices, synchronised);
  }

  Execution group(ProcessGroup processes) {
    return new Execution(xla, processes, devices, synchronised);
  }

  Execution devices(List<String> names) {
    return new Execution(xla, group, LocalDevices.names(names), synchronised);
  }

  Execution synchronised(boolean everywhere) {
    return new Execution(xla, group, devices, everywhere);
  }

  /** Whether the graph itself is in bfloat16, so that TensorFlow need not make it so. */
  private boolean isBfloat16(Precision precision) {
    return precision == Precision.BFLOAT16 && !xla && KernelChoice.trainsBfloat16();
  }

  /** Returns what computes the training graph; 16-bit floats and XLA have no custom gradients. */
  Kernels kernels(Ops tf, Precision precision) {
    if (isBfloat16(precision)) {
      return KernelChoice.bfloat16Training(tf, new CustomGradients());
    }
    return precision == Precision.FLOAT32 && !xla
        ? KernelChoice.training(tf, new CustomGradients())
        : KernelChoice.differentiable(tf);
  }

  ConfigProto config(Precision precision) {
    SessionSettings.MixedPrecision mixed =
        switch (precision) {
          case FLOAT32 -> SessionSettings.MixedPrecision.NONE;
          case FLOAT16 -> SessionSettings.MixedPrecision.FLOAT16;
          case BFLOAT16 ->
              isBfloat16(precision)
                  ? SessionSettings.MixedPrecision.NONE
                  : SessionSettings.MixedPrecision.BFLOAT16;
        };
    int cpus = devices.isEmpty() ? 0 : LocalDevices.cpus(devices);
    return SessionSettings.training(xla, mixed, cpus);
  }
}
