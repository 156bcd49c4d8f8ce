package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.networks.Spec;
import org.genimage.models.nn.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The fixtures' networks see spectra, but their whole images come before the spectrum. */
class SpecTest implements PublishedNetworkContract {

  private static final double SPECTRUM = 2e-5;

  @Override
  public Blueprint blueprint() {
    return Detectors.spec();
  }

  @Override
  public Network network() {
    return ((Spec) blueprint().network()).classifier();
  }

  @Override
  public String folder() {
    return "spec";
  }

  @Override
  public String place(String feature) {
    return feature.equals("stem") ? "act1" : feature;
  }

  @Override
  public Operand<TFloat32> networkInput(Ops tf, Blueprint blueprint, Operand<TFloat32> pixels) {
    return Spec.spectrum(tf, blueprint.input().normalise(tf, pixels), false);
  }

  @Test
  void spectrum_ofARamp_isNumPys() {
    int side = 224;
    byte[] rgb = new byte[3 * side * side];
    for (int i = 0; i < rgb.length; i++) {
      // The first channel is blue.
      rgb[i] = (byte) (3 * (i / 3 % side) + 5 * (i / 3 / side) + 40 * (2 - i % 3));
    }
    Pixels ramp = ImageBatch.of(List.of(Image.of(side, side, rgb))).toPixels();

    float[] spectrum = spectrum(ramp, blueprint().input());

    assertThat((double) spectrum[0]).isCloseTo(1, within(2e-4));
    assertThat((double) spectrum[3 * side]).isCloseTo(.978677, within(2e-4));
    assertThat((double) spectrum[3 * (10 * side + 20)]).isCloseTo(.334880, within(2e-4));
    assertThat((double) spectrum[3 * (112 * side + 112)]).isCloseTo(1, within(2e-4));
    double[] means = new double[3];
    for (int i = 0; i < spectrum.length; i++) {
      means[i % 3] += spectrum[i] / (double) (side * side);
    }
    assertThat(means).containsExactly(new double[] {-.08833, -.10143, -.10835}, within(2e-4));
  }

  @Test
  void spectrum_ofAConstantChannel_isZeroAndSoIsItsGradient() {
    int side = 32;
    float[] values = noise(side);
    for (int i = 0; i < values.length; i += 3) {
      values[i + 1] = 0.7f;
    }
    Pixels pixels = Pixels.of(1, side, side, values);

    float[] spectrum = spectrum(pixels, rgb(side));
    float[] gradient = gradient(pixels, rgb(side), noise(side));

    assertThat(spectrum[0]).isOne();
    for (int i = 0; i < values.length; i += 3) {
      assertThat(spectrum[i + 1]).isZero();
      assertThat(gradient[i + 1]).isZero();
      assertThat(gradient[i]).isFinite();
    }
  }

  /** In small images, frequencies that are their own opposites are among the tails. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 31, 33, 64})
  void spectrum_ofAnySide_isThatOfItsFormula(int side) {
    spectrum(Pixels.of(1, side, side, noise(side)), rgb(side));
  }

  @Test
  void spectrum_ofOnePixel_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> spectrum(Pixels.of(1, 1, 1, new float[3]), rgb(1)))
        .withMessage("percentiles need at least 2 pixels on each side, got 1");
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 32})
  void spectrum_withManyEqualMagnitudes_isThatOfItsFormula(int side) {
    float[] dots = new float[3 * side * side];
    dots[0] = 1;
    dots[3 * (2 * side + 4) + 1] = 0.5f;
    float[] checks = new float[3 * side * side];
    for (int i = 0; i < checks.length; i++) {
      checks[i] = (i / 3 / side / 2 + i / 3 % side / 2) % 2;
    }

    spectrum(Pixels.of(1, side, side, dots), rgb(side));
    spectrum(Pixels.of(1, side, side, checks), rgb(side));
  }

  @Test
  void spectrumGradient_equalsFiniteDifferences() {
    int side = 12;
    float[] values = noise(side);
    float[] weights = new float[values.length];
    RandomGenerator random = Seed.of(9).random();
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextFloat() - 0.5f;
    }
    float[] gradient = gradient(Pixels.of(1, side, side, values), rgb(side), weights);
    double largest = 0;
    for (float slope : gradient) {
      largest = Math.max(largest, Math.abs(slope));
    }

    for (int k = 0; k < 20; k++) {
      int i = random.nextInt(values.length);
      float step = 1e-3f;
      double slope =
          (loss(values, i, step, side, weights) - loss(values, i, -step, side, weights))
              / (2 * step);
      assertThat((double) gradient[i]).isCloseTo(slope, within(1e-2 * largest));
    }
  }

  private static double loss(float[] values, int index, float step, int side, float[] weights) {
    float[] moved = values.clone();
    moved[index] += step;
    float[] spectrum = spectrum(Pixels.of(1, side, side, moved), rgb(side));
    double loss = 0;
    for (int i = 0; i < weights.length; i++) {
      loss += weights[i] * (double) spectrum[i];
    }
    return loss;
  }

  private static InputContract rgb(int side) {
    return InputContract.of(new Resize.None(), side);
  }

  private static float[] noise(int side) {
    float[] values = new float[3 * side * side];
    RandomGenerator random = Seed.of(side).random();
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.1f + 0.8f * random.nextFloat();
    }
    return values;
  }

  /** Returns {@code [N, side, side, 3]}. */
  private static float[] spectrum(Pixels pixels, InputContract input) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> constant = constant(tf, pixels);
      float[] fast = run(graph, Spec.spectrum(tf, input.normalise(tf, constant), false));
      assertThat(run(graph, Spec.spectrum(tf, input.normalise(tf, constant), true)))
          .containsExactly(fast, within((float) SPECTRUM));
      return fast;
    }
  }

  /** Returns the gradient of the weighted sum of the spectrum. */
  private static float[] gradient(Pixels pixels, InputContract input, float[] weights) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> constant = constant(tf, pixels);
      Operand<TFloat32> spectrum = Spec.spectrum(tf, input.normalise(tf, constant), true);
      Operand<TFloat32> weighted =
          tf.math.mul(tf.reshape(spectrum, tf.array(-1)), tf.constant(weights));
      Output<?>[] gradients =
          graph.addGradients(
              tf.sum(weighted, tf.constant(0)).asOutput(), new Output<?>[] {constant.asOutput()});
      return run(graph, gradients[0].expect(TFloat32.class));
    }
  }

  private static Operand<TFloat32> constant(Ops tf, Pixels pixels) {
    Shape shape = Shape.of(pixels.count(), pixels.height(), pixels.width(), 3);
    return tf.constant(shape, DataBuffers.of(pixels.toArray(), true, false));
  }

  private static float[] run(Graph graph, Operand<TFloat32> operand) {
    try (Session session = new Session(graph);
        var result = session.runner().fetch(operand).run()) {
      float[] values = new float[Math.toIntExact(result.get(0).size())];
      ((TFloat32) result.get(0)).copyTo(DataBuffers.of(values));
      return values;
    }
  }
}
