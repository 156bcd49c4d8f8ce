package org.genimage.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.genimage.data.Seed;
import org.genimage.data.internal.NativeRuntime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class DctTest {

  private static final int HEIGHT = 20;
  private static final int WIDTH = 27;

  @BeforeAll
  static void loadTensorFlow() {
    NativeRuntime.prepare();
  }

  /** Against D x DT in 64 bits. */
  @ParameterizedTest
  @CsvSource({"2, 1, 0", "4, 2, 1", "6, 3, 2", "8, 2, 3", "10, 2, 4"})
  void windows_ofNoise_areTransformsOfEach(int size, int stride, int padding) {
    float[] plane = new float[HEIGHT * WIDTH];
    var random = Seed.of(1).random();
    for (int i = 0; i < plane.length; i++) {
      plane[i] = random.nextFloat();
    }
    Conv window = new Conv(size, stride, padding);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      var coefficients = Dct.windows(tf, constant(tf, plane), window);
      try (Session session = new Session(graph);
          var result = session.runner().fetch(coefficients).run()) {
        TFloat32 found = (TFloat32) result.get(0);
        assertThat(found.shape())
            .isEqualTo(
                Shape.of(
                    1,
                    (HEIGHT + 2 * padding - size) / stride + 1,
                    (WIDTH + 2 * padding - size) / stride + 1,
                    size * size));
        found
            .scalars()
            .forEachIndexed(
                (place, value) ->
                    assertThat(value.getFloat())
                        .isCloseTo((float) coefficient(plane, window, place), within(1e-5f)));
      }
    }
  }

  private static double coefficient(float[] plane, Conv window, long[] place) {
    int size = window.kernel();
    double sum = 0;
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        long row = place[1] * window.stride() - window.padding() + y;
        long column = place[2] * window.stride() - window.padding() + x;
        if (row >= 0 && row < HEIGHT && column >= 0 && column < WIDTH) {
          sum +=
              plane[(int) (row * WIDTH + column)]
                  * Dct.entry(size, (int) place[3] % size, y)
                  * Dct.entry(size, (int) place[3] / size, x);
        }
      }
    }
    return sum;
  }

  private static Operand<TFloat32> constant(Ops tf, float[] plane) {
    return tf.constant(Shape.of(1, HEIGHT, WIDTH, 1), DataBuffers.of(plane, true, false));
  }

  @Test
  void windows_ofAnOddSide_areRefused() {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> plane = constant(tf, new float[HEIGHT * WIDTH]);
      assertThatThrownBy(() -> Dct.windows(tf, plane, new Conv(9, 2, 4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the side of a DCT's window must be even, got 9");
    }
  }
}
