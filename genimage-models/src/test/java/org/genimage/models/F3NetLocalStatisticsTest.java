package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.internal.WeightConstants;
import org.genimage.models.networks.F3Net;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * F3Net's local statistics where coefficients vanish, against PyTorch in 64 bits: no farther from
 * it than twice as far as PyTorch in 32 bits. f3net/local_statistics.py made the values.
 */
class F3NetLocalStatisticsTest {

  private static final int SIDE = 299;
  private static final int BANDS = 6;
  private static final int PLACES = 7;

  /** The script's pictures: red, green and blue of row and column, from 0 to 255. */
  enum Picture {
    WHITE((y, x) -> 255),
    GREY((y, x) -> 128),
    DARK((y, x) -> 17),
    RED((y, x) -> 255, (y, x) -> 0, (y, x) -> 0),
    COLOUR((y, x) -> 200, (y, x) -> 30, (y, x) -> 90),
    GREEN_RAMP((y, x) -> 0, (y, x) -> (7 * x + 3 * y) % 256, (y, x) -> 0),
    BLUE_SQUARES((y, x) -> 0, (y, x) -> 0, (y, x) -> (x / 20 + y / 20) % 2 * 255),
    STRIPES((y, x) -> x / 8 % 2 * 255),
    LYING_STRIPES((y, x) -> y / 8 % 2 * 255),
    RAMP((y, x) -> Math.min(x, 255)),
    SATURATED((y, x) -> Math.min(255, Math.max(0, 2 * x + y - 150)));

    private final IntBinaryOperator[] channels;

    Picture(IntBinaryOperator level) {
      this(level, level, level);
    }

    Picture(IntBinaryOperator red, IntBinaryOperator green, IntBinaryOperator blue) {
      this.channels = new IntBinaryOperator[] {red, green, blue};
    }

    /** Returns {@code [299, 299, 3]} in [-1, 1]. */
    float[] pixels() {
      float[] values = new float[3 * SIDE * SIDE];
      for (int i = 0; i < values.length; i++) {
        int level = channels[i % 3].applyAsInt(i / 3 / SIDE, i / 3 % SIDE);
        values[i] = (float) (level / 255.0 * 2 - 1);
      }
      return values;
    }
  }

  @ParameterizedTest
  @EnumSource(Picture.class)
  void localStatistics_vanishingCoefficients_areAsNearAsPyTorchs(Picture picture)
      throws IOException {
    JsonNode expected = expected(picture);
    JsonNode exact = expected.get("float64");
    float[] found = statistics(picture.pixels());
    double sum = 0;
    double farthest = 0;
    int i = 0;
    for (int band = 0; band < BANDS; band++) {
      for (int row = 0; row < PLACES; row++) {
        for (int column = 0; column < PLACES; column++) {
          int window = (2 + 24 * row) * 149 + 2 + 24 * column;
          double difference = Math.abs(found[window * BANDS + band] - exact.get(i++).asDouble());
          sum += difference;
          farthest = Math.max(farthest, difference);
        }
      }
    }

    assertThat(i).isEqualTo(exact.size());
    assertThat(sum / i).as("mean").isLessThan(2 * expected.get("error").asDouble());
    assertThat(farthest).as("farthest").isLessThan(2 * expected.get("farthest").asDouble());
  }

  /** The whole network's: no farther from 64 bits than twice as far as PyTorch in 32 bits. */
  @Test
  void logits_flatAndSaturatedPictures_areAsNearAsPyTorchs() throws IOException {
    JsonNode expected = read("logits");
    List<Picture> pictures =
        Arrays.stream(Picture.values()).filter(one -> expected.has(name(one))).toList();
    float[] found = logits(pictures);
    double sum = 0;
    double farthest = 0;
    double pyTorchsSum = 0;
    double pyTorchsFarthest = 0;
    for (int i = 0; i < pictures.size(); i++) {
      JsonNode logit = expected.get(name(pictures.get(i)));
      double exact = logit.get("float64").asDouble();
      double pyTorchs = Math.abs(logit.get("float32").asDouble() - exact);
      double difference = Math.abs(found[i] - exact);
      sum += difference;
      farthest = Math.max(farthest, difference);
      pyTorchsSum += pyTorchs;
      pyTorchsFarthest = Math.max(pyTorchsFarthest, pyTorchs);
    }

    assertThat(found).hasSameSizeAs(expected.properties());
    assertThat(sum).as("mean").isLessThan(2 * pyTorchsSum);
    assertThat(farthest).as("farthest").isLessThan(2 * pyTorchsFarthest);
  }

  private static float[] logits(List<Picture> pictures) {
    Blueprint blueprint = Detectors.f3Net(F3NetVariant.MIX, Head.AI_LOGIT);
    FloatBuffer pixels = FloatBuffer.allocate(pictures.size() * 3 * SIDE * SIDE);
    pictures.forEach(picture -> pixels.put(picture.pixels()));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images =
          tf.constant(
              Shape.of(pictures.size(), SIDE, SIDE, 3),
              DataBuffers.of(pixels.array(), true, false));
      ModelScope scope = Graphs.SCORING.root(tf, new WeightConstants(filled(blueprint)));
      var logits = blueprint.network().logits(scope, images);
      try (Session session = new Session(graph, SessionSettings.scoring());
          var result = session.runner().fetch(logits).run()) {
        float[] found = new float[pictures.size()];
        ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found));
        return found;
      }
    }
  }

  private static Weights filled(Blueprint blueprint) {
    ReferenceFill fill = ReferenceFill.salted("flat");
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : blueprint.entries()) {
      arrays.put(
          entry.key(),
          entry.role().required()
              ? WeightArray.of(entry.shape(), fill.weights(entry.key(), entry.shape()))
              : WeightArray.initial(entry, Seed.of(0)));
    }
    return Weights.of(arrays);
  }

  private static JsonNode expected(Picture picture) throws IOException {
    return read("local-statistics").get(name(picture));
  }

  private static String name(Picture picture) {
    return picture.toString().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static JsonNode read(String name) throws IOException {
    try (InputStream in =
        F3NetLocalStatisticsTest.class.getResourceAsStream("/f3net/" + name + ".json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  /** Returns {@code [149, 149, 6]}. */
  private static float[] statistics(float[] image) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> images =
          tf.constant(Shape.of(1, SIDE, SIDE, 3), DataBuffers.of(image, true, false));
      // Without weights everything learnt is 0.
      ModelScope scope = Graphs.SCORING.root(tf, new WeightConstants(Weights.of(Map.of())));
      var network = new F3Net(F3NetVariant.MIX, 1);
      var statistics = network.localStatistics(scope.at("lfs_head"), images);
      try (Session session = new Session(graph, SessionSettings.scoring());
          var result = session.runner().fetch(statistics).run()) {
        TFloat32 tensor = (TFloat32) result.get(0);
        float[] values = new float[Math.toIntExact(tensor.size())];
        tensor.copyTo(DataBuffers.of(values));
        return values;
      }
    }
  }
}
