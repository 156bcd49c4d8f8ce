package org.genimage.models.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.Differences;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.Layers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Convolutions of single pixels with the channels for which oneDNN 3.5's own gradient is wrong on
 * processors with AVX-512, against sums in double precision.
 */
class ProductGradientTest {

  private record Case(int height, int width, int in, int out, int stride) {

    int outHeight() {
      return (height - 1) / stride + 1;
    }

    int outWidth() {
      return (width - 1) / stride + 1;
    }
  }

  static Stream<Arguments> cases() {
    return Stream.of(
            new Case(7, 7, 512, 2048, 1),
            new Case(7, 7, 2048, 512, 1),
            new Case(14, 14, 1024, 2048, 2),
            new Case(9, 6, 100, 30, 2),
            new Case(8, 11, 20, 65, 3),
            new Case(5, 4, 3, 7, 1))
        .flatMap(
            shape ->
                Stream.of(true, false)
                    .flatMap(
                        training ->
                            Stream.of(true, false)
                                .map(sides -> Arguments.of(shape, training, sides))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void convolutionAndGradients_equalSumsInDoublePrecision(
      Case shape, boolean training, boolean knowsSides) {
    float[] x = numbers(shape.height() * shape.width() * shape.in(), 1);
    float[] kernel = numbers(shape.in() * shape.out(), 2);
    float[] upstream = numbers(shape.outHeight() * shape.outWidth() * shape.out(), 3);

    List<float[]> found = found(shape, training, knowsSides, x, kernel, upstream);

    List<double[]> expected = expected(shape, x, kernel, upstream);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(Differences.relative(found.get(i), expected.get(i))).isLessThan(1e-6);
    }
  }

  /** Returns the convolution and the gradients towards images and kernel. */
  private static List<float[]> found(
      Case shape,
      boolean training,
      boolean knowsSides,
      float[] x,
      float[] kernel,
      float[] upstream) {
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      CustomGradients gradients = new CustomGradients();
      Kernels kernels =
          training ? KernelChoice.training(tf, gradients) : KernelChoice.differentiable(tf);
      Shape sides =
          knowsSides
              ? Shape.of(-1, shape.height(), shape.width(), shape.in())
              : Shape.of(-1, -1, -1, shape.in());
      var images = tf.placeholder(TFloat32.class, Placeholder.shape(sides));
      var matrix = Layers.constant(tf, List.of(1, 1, shape.in(), shape.out()), kernel);
      var y = kernels.conv(images, matrix, new Conv(1, shape.stride(), 0));
      var weights =
          Layers.constant(
              tf, List.of(1, shape.outHeight(), shape.outWidth(), shape.out()), upstream);
      var loss = tf.sum(tf.math.mul(y, weights), tf.array(0, 1, 2, 3));
      List<Operand<TFloat32>> slopes = gradients.of(graph, tf, loss, List.of(images, matrix));
      assertThat(Layers.channels(y)).isEqualTo(shape.out());
      try (TFloat32 given =
              TFloat32.tensorOf(
                  Shape.of(1, shape.height(), shape.width(), shape.in()), DataBuffers.of(x));
          Session session = new Session(graph, SessionSettings.scoring());
          var result =
              session
                  .runner()
                  .feed(images, given)
                  .fetch(y)
                  .fetch(slopes.get(0))
                  .fetch(slopes.get(1))
                  .run()) {
        List<float[]> values = new ArrayList<>();
        result.forEach(entry -> values.add(values((TFloat32) entry.getValue())));
        return values;
      }
    }
  }

  private static List<double[]> expected(Case shape, float[] x, float[] kernel, float[] upstream) {
    double[] y = new double[upstream.length];
    double[] byImages = new double[x.length];
    double[] byKernel = new double[kernel.length];
    for (int row = 0; row < shape.outHeight(); row++) {
      for (int column = 0; column < shape.outWidth(); column++) {
        int from = (row * shape.width() + column) * shape.stride() * shape.in();
        int to = (row * shape.outWidth() + column) * shape.out();
        for (int i = 0; i < shape.in(); i++) {
          for (int o = 0; o < shape.out(); o++) {
            y[to + o] += (double) x[from + i] * kernel[i * shape.out() + o];
            byImages[from + i] += (double) upstream[to + o] * kernel[i * shape.out() + o];
            byKernel[i * shape.out() + o] += (double) upstream[to + o] * x[from + i];
          }
        }
      }
    }
    return List.of(y, byImages, byKernel);
  }

  private static float[] values(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  private static float[] numbers(int count, long seed) {
    RandomGenerator random = Seed.of(seed).random();
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
