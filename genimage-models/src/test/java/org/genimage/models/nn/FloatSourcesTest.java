package org.genimage.models.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.Floats;
import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;

class FloatSourcesTest {

  private static float[] numbers(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = i + 1;
    }
    return values;
  }

  private static List<Integer> shape(Layout layout, int rows) {
    return switch (layout) {
      case CONV -> List.of(rows, 5, 3, 2);
      case DEPTHWISE -> List.of(rows, 1, 3, 2);
      case LINEAR, SAME -> List.of(rows, 9);
    };
  }

  private static List<Float> read(FloatSource source, int count, int part) {
    List<Float> found = new ArrayList<>();
    source.read(
        count,
        new float[part],
        (values, length, before) -> {
          assertThat(before).isEqualTo(found.size());
          for (int i = 0; i < length; i++) {
            found.add(values[i]);
          }
        });
    return found;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 5, 6, 100})
  void parts_ofAnySize_giveTheSameNumbers(int part) {
    FloatSource six = FloatSource.of(numbers(6));

    assertThat(read(six, 6, part)).containsExactly(1f, 2f, 3f, 4f, 5f, 6f);
    assertThat(read(FloatSources.scaled(six, 3, () -> new double[] {2, 0.5}), 6, part))
        .containsExactly(2f, 4f, 6f, 2f, 2.5f, 3f);
    assertThat(read(FloatSources.sum(six, six), 6, part)).containsExactly(2f, 4f, 6f, 8f, 10f, 12f);
    assertThat(
            read(
                FloatSources.joined(
                    List.of(FloatSource.of(numbers(2)), six, FloatSource.of(numbers(1))),
                    List.of(2, 6, 1)),
                9,
                part))
        .containsExactly(1f, 2f, 1f, 2f, 3f, 4f, 5f, 6f, 1f);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 100})
  void parts_ofEachPeriod_areAllThatComes(int part) {
    FloatSource twelve = FloatSource.of(numbers(12));

    assertThat(read(FloatSources.parts(twelve, 12, 4, 0, 2), 6, part))
        .containsExactly(1f, 2f, 5f, 6f, 9f, 10f);
    assertThat(read(FloatSources.parts(twelve, 12, 4, 1, 3), 9, part))
        .containsExactly(2f, 3f, 4f, 6f, 7f, 8f, 10f, 11f, 12f);
    assertThat(read(FloatSources.parts(twelve, 12, 12, 5, 1), 1, part)).containsExactly(6f);
  }

  /** Weights are looked at on their way, so that none may be left out. */
  @Test
  void parts_readAllOfTheirSource() {
    int[] seen = {0};
    FloatSource counted = () -> (into, at, count) -> seen[0] += count;

    read(FloatSources.parts(counted, 12_000, 6_000, 0, 1), 2, 2);

    assertThat(seen[0]).isEqualTo(12_000);
  }

  /** A reader may hold a file open. */
  @Test
  void everyReader_isClosed() {
    int[] open = {0};
    FloatSource source =
        () -> {
          open[0]++;
          return new FloatSource.Reader() {
            @Override
            public void read(float[] into, int at, int count) {}

            @Override
            public void close() {
              open[0]--;
            }
          };
        };

    read(FloatSources.sum(source, source), 6, 4);
    read(FloatSources.scaled(source, 6, () -> new double[1]), 6, 4);
    read(FloatSources.joined(List.of(source, source, source), List.of(2, 2, 2)), 6, 4);
    source.floats(6);

    assertThat(open[0]).isZero();
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void tensor_filledInPartsOfAnySize_isInTensorFlowsOrder(Layout layout) {
    List<Integer> shape = shape(layout, 70);
    int count = shape.stream().reduce(1, Math::multiplyExact);
    float[] expected = layout.toTensorFlow(numbers(count), shape);

    for (int part : new int[] {1, 7, 32, 100, count, 1 << 16}) {
      float[] found = new float[count];
      try (TFloat32 tensor =
          layout.tensor(TFloat32.class, FloatSource.of(numbers(count)), shape, new float[part])) {
        assertThat(tensor.shape().asArray())
            .containsExactly(layout.toTensorFlow(shape).stream().mapToLong(side -> side).toArray());
        tensor.copyTo(DataBuffers.of(found));
      }
      assertThat(found).as("parts of %s", part).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void source_ofATensor_isInPyTorchsOrder(Layout layout) {
    for (int rows : new int[] {1, 70}) {
      List<Integer> shape = shape(layout, rows);
      int count = shape.stream().reduce(1, Math::multiplyExact);
      List<Float> expected = Floats.asList(numbers(count));
      try (TFloat32 tensor = layout.tensor(TFloat32.class, FloatSource.of(numbers(count)), shape)) {
        FloatSource source = layout.source(tensor, shape);
        for (int part : new int[] {1, 7, 32, 100, count, 1 << 16}) {
          assertThat(read(source, count, part)).as("parts of %s", part).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void source_ofARowLongerThanAPart_isInPyTorchsOrder() {
    List<Integer> shape = List.of(3, (1 << 16) + 5);
    int count = 3 * shape.get(1);
    try (TFloat32 tensor =
        Layout.LINEAR.tensor(TFloat32.class, FloatSource.of(numbers(count)), shape)) {
      assertThat(Layout.LINEAR.source(tensor, shape).floats(count)).isEqualTo(numbers(count));
    }
  }

  @Test
  void zeros_takeThePlaceOfWhatWasThere() {
    assertThat(read(FloatSource.zeros(), 5, 2)).containsExactly(0f, 0f, 0f, 0f, 0f);
  }

  /** What is drawn in parts is what is drawn at once. */
  @Test
  void source_ofFirstValues_hasTheSameBits() {
    List<Integer> shape = List.of(5, 3, 2, 2);
    Seed seed = Seed.of(3);
    for (Init init :
        List.of(
            Init.ZEROS,
            Init.ONES,
            Init.KAIMING_NORMAL_FAN_OUT,
            Init.UNIFORM_FAN_IN,
            Init.normal(0.1),
            Init.uniform(7),
            Init.truncatedNormal(0.02),
            Init.given(numbers(60)))) {
      assertThat(read(init.source(seed, "key", shape), 60, 7))
          .isEqualTo(Floats.asList(init.values(seed, "key", shape)));
    }
  }

  /** Those that are too many would be left out without a word. */
  @ParameterizedTest
  @ValueSource(ints = {5, 7})
  void source_ofFirstValues_ofAnotherNumber_isRefused(int count) {
    FloatSource source = Init.given(numbers(count)).source(Seed.of(3), "fc.bias", List.of(2, 3));

    assertThatThrownBy(() -> read(source, 6, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "first values of fc.bias of shape [2, 3]: expected 6 numbers, got %s; check its Init",
            count);
  }

  /** To the nearest, of two equally near to the even one. */
  @Test
  void tensor_ofBfloat16_isRounded() {
    float[] exact = {1, -2.5f, 1 + 0x1p-8f, 1 + 3 * 0x1p-8f, 1 + 0x1p-8f + 0x1p-20f, 0};
    float[] found = new float[exact.length];
    for (Layout layout : List.of(Layout.SAME, Layout.LINEAR)) {
      try (TBfloat16 tensor =
          layout.tensor(TBfloat16.class, FloatSource.of(exact), List.of(6, 1))) {
        tensor.copyTo(DataBuffers.of(found));
      }
      assertThat(found).containsExactly(1, -2.5f, 1, 1 + 0x1p-6f, 1 + 0x1p-7f, 0);
    }
  }

  @Test
  void tensor_ofNoNumbers_isEmpty() {
    try (TFloat32 tensor =
        Layout.LINEAR.tensor(TFloat32.class, FloatSource.of(new float[0]), List.of(0, 3))) {
      assertThat(tensor.shape().asArray()).containsExactly(3, 0);
    }
  }
}
