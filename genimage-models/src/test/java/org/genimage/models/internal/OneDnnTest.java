package org.genimage.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.genimage.data.internal.GraphOps;
import org.genimage.data.internal.NativeRuntime;
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
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
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

  /**
   * QEMU shows an emulated program the processor of the machine, whose AVX-512 it does not have.
   */
  @Test
  void hasAvx512_programForAnotherProcessor_isFalse() {
    assertThat(OneDnn.hasAvx512("aarch64")).isFalse();
    if (OneDnn.hasBfloat16()) {
      assertThat(OneDnn.hasAvx512("amd64")).isTrue();
    }
  }

  @Test
  void probe_triesEveryOpThatTheKernelsUse() {
    try (Graph graph = new Graph()) {
      OneDnn.Probe.outputs(OneDnnKernels.float32(Ops.create(graph)));

      assertThat(oneDnnOps(graph)).isEqualTo(OneDnnKernels.OPS);
    }
  }

  /** A remembered answer counts no longer when one of them changes. */
  @Test
  void versions_coverEveryClassOfOneDnnsAndTheBuildOfTensorFlow() throws Exception {
    URI place = OneDnn.class.getResource("OneDnn.class").toURI();
    try (Stream<Path> files = Files.list(Path.of(place).getParent())) {
      assertThat(OneDnn.code().map(type -> type.getName().replaceAll(".*\\.", "") + ".class"))
          .containsAll(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.startsWith("OneDnn"))
                  .toList());
    }
    assertThat(OneDnn.versions()).contains(NativeRuntime.classifier().orElseThrow());
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

  /** Blocks of weights that are kept, or weights as they are: only the order of sums may differ. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void packedKernels_computeTheSame(boolean bfloat16) {
    assumeTrue(OneDnn.isAvailable() && (!bfloat16 || OneDnn.hasBfloat16()), "kernels");
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      OneDnnKernels plain = bfloat16 ? OneDnnKernels.bfloat16(tf) : OneDnnKernels.float32(tf);
      var expected = OneDnn.Probe.outputs(plain);
      var found = OneDnn.Probe.outputs(plain.packed());
      float allowed = bfloat16 ? 0.03f : 1e-5f;
      // Twice, since the blocks are made in the first run and used in the second.
      try (Session session = new Session(graph, SessionSettings.scoring())) {
        for (int run = 0; run < 2; run++) {
          for (int i = 0; i < found.size(); i++) {
            try (var result = session.runner().fetch(expected.get(i)).fetch(found.get(i)).run()) {
              assertThat(numbers((TFloat32) result.get(1)))
                  .as("output %s", i)
                  .containsExactly(numbers((TFloat32) result.get(0)), within(allowed));
            }
          }
        }
      }
    }
  }

  private static float[] numbers(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  /** Convolutions keep their blocks on every processor; products where the choice says so. */
  @Test
  void products_keepASecondCopyOnlyWherePacked() {
    for (boolean packed : new boolean[] {false, true}) {
      try (Graph graph = new Graph()) {
        Ops tf = GraphOps.of(graph);
        OneDnnKernels kernels = OneDnnKernels.float32(tf);
        OneDnn.Probe.outputs(packed ? kernels.packed() : kernels);
        graph
            .operations()
            .forEachRemaining(
                op -> {
                  boolean product = op.type().equals("_MklNativeFusedMatMul");
                  if (product || op.type().startsWith("_Mkl") && op.type().contains("onv")) {
                    assertThat(op.attributes().getAttrBool("is_filter_const"))
                        .as(op.type())
                        .isEqualTo(packed || !product);
                  }
                });
      }
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
