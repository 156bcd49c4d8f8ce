package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.genimage.data.Seed;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.internal.WeightVariables;
import org.genimage.models.nn.Purpose;
import org.genimage.models.small.SmallDetectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TFloat32;

/**
 * What a GPU must do: {@code mvn -B verify -Pgpu -Dgroups=gpu}. Skipped, with what is missing as
 * the reason, where there is none; {@code -Dgenimage.device=CPU} runs the same lines on the CPU.
 */
@Tag("gpu")
class GpuTest {

  private static final String TYPE = System.getProperty("genimage.device", "GPU");

  /** Also by the names that oneDNN's have. */
  private static final Pattern HEAVY = Pattern.compile("Conv2D|Conv2dNative|MatMul|FFT2D");

  @BeforeEach
  void needsDevice() {
    assumeDevice();
  }

  /** Ends a test that has no device, with the reason. */
  static void assumeDevice() {
    Devices devices = Devices.visible();
    assumeTrue(
        devices.all().stream().anyMatch(device -> device.type().equals(TYPE)),
        () -> "not run, no " + TYPE + ": " + String.join("; ", devices.missing()));
  }

  @Test
  void convolution_equalsCpus() {
    assertSameAsOnCpu(
        (tf, random) ->
            tf.nn.conv2d(
                random.of(4, 56, 56, 64),
                random.of(3, 3, 64, 64),
                List.of(1L, 1L, 1L, 1L),
                "SAME"));
  }

  @Test
  void matrixProduct_equalsCpus() {
    assertSameAsOnCpu((tf, random) -> tf.linalg.matMul(random.of(512, 384), random.of(384, 1152)));
  }

  /**
   * Sums of some hundred products of numbers around 1: 32 bits keep them to some 1e-5, TF32 not.
   */
  private static void assertSameAsOnCpu(BiFunction<Ops, Numbers, Operand<TFloat32>> op) {
    double[] found = run(op, TYPE);
    double[] expected = run(op, "CPU");
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs(found[i] - expected[i]));
    }

    assertThat(difference)
        .as("largest difference; without NVIDIA_TF32_OVERRIDE=0 a GPU rounds to 10 bits")
        .isLessThan(2e-4);
  }

  private static double[] run(BiFunction<Ops, Numbers, Operand<TFloat32>> op, String type) {
    DeviceSpec device =
        DeviceSpec.newBuilder()
            .deviceType(DeviceSpec.DeviceType.valueOf(type))
            .deviceIndex(0)
            .build();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph).withDevice(device);
      Operand<TFloat32> output = op.apply(tf, new Numbers(tf, Seed.of(1).random()));
      try (Session session = new Session(graph, SessionSettings.scoring());
          var result = session.runner().fetch(output).run()) {
        float[] values = new float[Math.toIntExact(result.get(0).shape().size())];
        ((TFloat32) result.get(0)).copyTo(DataBuffers.of(values));
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
          doubles[i] = values[i];
        }
        return doubles;
      }
    }
  }

  /** The same normal numbers in every graph. */
  private record Numbers(Ops tf, RandomGenerator random) {

    Operand<TFloat32> of(long... sides) {
      Shape shape = Shape.of(sides);
      float[] values = new float[Math.toIntExact(shape.size())];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return tf.constant(shape, DataBuffers.of(values, true, false));
    }
  }

  static List<Blueprint> detectors() {
    return SmallDetectors.shallow();
  }

  /** Where a kernel is missing TensorFlow takes the CPU's, and nobody hears of it. */
  @ParameterizedTest
  @MethodSource("detectors")
  void detector_heavyOps_runOnTheDevice(Blueprint blueprint) {
    int side = blueprint.input().side();
    float[] pixels = new float[3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 7 / 7f;
    }
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images = tf.placeholder(TFloat32.class);
      WeightVariables weights = new WeightVariables(blueprint.initialWeights(1));
      Operand<TFloat32> logits =
          ScoringGraph.fromPixels(
              Purpose.SCORING,
              KernelChoice.portable(tf),
              tf.ensureShape(images, Shape.of(-1, side, side, 3)),
              blueprint,
              weights);
      try (Session session = ScoringGraph.filledSession(graph, tf, weights);
          TFloat32 fed =
              TFloat32.tensorOf(Shape.of(1, side, side, 3), DataBuffers.of(pixels, true, false));
          var result =
              session
                  .runner()
                  .feed(images, fed)
                  .fetch(logits)
                  .setOptions(RunOptions.newBuilder().setOutputPartitionGraphs(true).build())
                  .runAndFetchMetadata()) {
        List<NodeDef> heavy =
            result.getMetadata().orElseThrow().getPartitionGraphsList().stream()
                .flatMap(partition -> partition.getNodeList().stream())
                .filter(node -> HEAVY.matcher(node.getOp()).find())
                .toList();

        assertThat(heavy).hasSizeGreaterThan(20);
        assertThat(
                heavy.stream()
                    .filter(node -> !node.getDevice().contains("device:" + TYPE + ":0"))
                    .map(node -> node.getOp() + " " + node.getName() + " on " + node.getDevice())
                    .collect(Collectors.toSet()))
            .isEmpty();
      }
    }
  }
}
