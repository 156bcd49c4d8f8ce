package org.genimage.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import java.util.TreeSet;
import org.genimage.models.Blueprint;
import org.genimage.models.Devices;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Purpose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class OneDnnTest {

  /** Otherwise everything fused would go untested without a word. */
  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  @DisabledIfEnvironmentVariable(named = "TF_ENABLE_ONEDNN_OPTS", matches = "0")
  void isAvailable_onLinuxWithoutGpu() {
    assumeTrue(Devices.visible().gpus().isEmpty(), "a GPU computes by TensorFlow's public ops");

    assertThat(OneDnn.isAvailable()).isTrue();
  }

  @Test
  void probe_triesEveryOpThatTheKernelsUse() {
    try (Graph graph = new Graph()) {
      OneDnn.Probe.outputs(OneDnnKernels.float32(Ops.create(graph)));

      assertThat(oneDnnOps(graph)).isEqualTo(OneDnnKernels.OPS);
    }
  }

  @ParameterizedTest
  @MethodSource("org.genimage.models.small.SmallDetectors#shallow")
  void kernels_ofEveryDetector_useOnlyOpsThatAreTried(Blueprint blueprint) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      int side = blueprint.input().side();
      Kernels kernels = OneDnnKernels.float32(tf);
      Placeholder<TFloat32> images =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
      blueprint
          .network()
          .logits(
              ModelScope.root(
                  Purpose.SCORING, kernels, new WeightConstants(blueprint.initialWeights(1))),
              images);

      assertThat(oneDnnOps(graph)).isNotEmpty().isSubsetOf(OneDnnKernels.OPS);
    }
  }

  private static Set<String> oneDnnOps(Graph graph) {
    Set<String> types = new TreeSet<>();
    graph
        .operations()
        .forEachRemaining(
            op -> {
              String type = op.type();
              if (type.startsWith("_Mkl")) {
                types.add(type);
              }
            });
    return types;
  }
}
