package org.genimage.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.ParameterValue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Odd numbers of channels: oneDNN takes them in pairs. */
class Bfloat16Test {

  /** bfloat16 has 8 bits: a rounded number differs by up to 2^-9 of itself. */
  private static final double ROUNDING = 0.004;

  @BeforeEach
  void needsKernels() {
    assumeTrue(KernelChoice.scoresBfloat16(), "kernels for bfloat16");
  }

  @ParameterizedTest
  @CsvSource({
    "224, 3, 384, 16, 16, 0",
    "224, 3, 96, 4, 4, 0",
    "224, 3, 64, 7, 2, 3",
    "128, 3, 48, 3, 1, 1",
    "99, 3, 32, 3, 2, 0",
    "56, 5, 64, 3, 1, 1",
    "56, 7, 64, 1, 1, 0",
    "56, 9, 64, 1, 2, 0",
    "56, 12, 17, 3, 1, 1"
  })
  void convolution_isThatOfFloat32(int side, int in, int out, int kernel, int stride, int padding) {
    float[] x = numbers(side * side * in, 1);
    float[] weight = numbers(out * in * kernel * kernel, 2);

    assertAlike(
        kernels ->
            kernels.conv(
                Layers.constant(kernels.tf(), List.of(1, side, side, in), x),
                fixed(kernels, Layout.CONV, weight, out, in, kernel, kernel),
                fixed(kernels, Layout.SAME, new float[out], out),
                new Conv(kernel, stride, padding)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 147, 769})
  void product_isThatOfFloat32(int in) {
    int out = 33;
    float[] x = numbers(5 * in, 1);
    float[] weight = numbers(out * in, 2);

    assertAlike(
        kernels ->
            kernels.linear(
                Layers.constant(kernels.tf(), List.of(5, in), x),
                fixed(kernels, Layout.LINEAR, weight, out, in),
                fixed(kernels, Layout.SAME, new float[out], out)));
  }

  private interface Formula {
    Operand<TFloat32> of(Kernels kernels);
  }

  private static void assertAlike(Formula formula) {
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      var expected = formula.of(OneDnnKernels.float32(tf));
      var found = formula.of(OneDnnKernels.bfloat16(tf));
      try (Session session = new Session(graph, SessionSettings.scoring());
          var result = session.runner().fetch(expected).fetch(found).run()) {
        float[] wanted = values((TFloat32) result.get(0));
        float[] got = values((TFloat32) result.get(1));
        double difference = 0;
        double size = 0;
        for (int i = 0; i < wanted.length; i++) {
          difference += Math.pow(got[i] - wanted[i], 2);
          size += Math.pow(wanted[i], 2);
        }
        assertThat(Math.sqrt(difference / size)).isPositive().isLessThan(ROUNDING);
      }
    }
  }

  private static float[] values(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  private static ParameterValue fixed(
      Kernels kernels, Layout layout, float[] values, Integer... shape) {
    return ParameterValue.fixed(kernels.tf(), layout, List.of(shape), values);
  }

  /** Returns numbers that bfloat16 holds exactly, so that only sums and results are rounded. */
  private static float[] numbers(int count, long seed) {
    RandomGenerator random = Seed.of(seed).random();
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int bits = Float.floatToRawIntBits((float) random.nextGaussian());
      values[i] = Float.intBitsToFloat(bits & 0xFFFF0000);
    }
    return values;
  }
}
