package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.data.image.Pixels;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.small.SmallDetectors;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** A detector as a function in a graph that its caller owns. */
class DetectorInAGraphTest {

  private static final int IMAGES = 2;
  private static final int SIDE = DetectorTest.TINY.input().side();

  private static DifferentiableDetector load() {
    return DetectorTest.TINY.load(DetectorTest.TINY.initialWeights(3));
  }

  private static Pixels pixels() {
    float[] values = new float[2 * SIDE * SIDE * 3];
    RandomGenerator random = Seed.of(7).random();
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Pixels.of(2, SIDE, SIDE, values);
  }

  @Test
  void logits_outliveTheDetectorAndGiveItsScoresAndGradients() {
    Pixels images = pixels();
    float[] gradient;
    double[] scores;
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> pixels =
          tf.constant(Shape.of(2, SIDE, SIDE, 3), DataBuffers.of(images.toArray(), true, false));
      Operand<TFloat32> logits;
      try (DifferentiableDetector detector = load()) {
        logits = detector.logits(tf, pixels);
        scores = detector.score(images);
        gradient = detector.lossGradient(images, List.of(Label.AI, Label.AI)).toArray();
      }
      Operand<TFloat32> targets = tf.constant(new float[][] {{0, 1}, {0, 1}});
      Operand<TFloat32> loss =
          tf.sum(tf.nn.softmaxCrossEntropyWithLogits(logits, targets).loss(), tf.constant(0));
      var gradients = graph.addGradients(loss.asOutput(), new Output<?>[] {pixels.asOutput()});
      try (Session session = new Session(graph, SessionSettings.scoring());
          var result = session.runner().fetch(logits).fetch(gradients[0]).run()) {
        float[] found = new float[4];
        float[] slope = new float[gradient.length];
        ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found));
        ((TFloat32) result.get(1)).copyTo(DataBuffers.of(slope));
        for (int i = 0; i < 2; i++) {
          assertThat((double) found[2 * i + 1] - found[2 * i])
              .isCloseTo(Math.log(scores[i] / (1 - scores[i])), within(1e-5));
        }
        assertThat(slope).containsExactly(gradient, within(1e-6f));
      }
    }
  }

  static List<Blueprint> small() {
    return SmallDetectors.all();
  }

  @ParameterizedTest
  @MethodSource("small")
  void gradients_ofEveryDetector_equalTensorFlows(Blueprint blueprint) {
    int side = blueprint.input().side();
    float[] values = new float[IMAGES * side * side * 3];
    RandomGenerator random = Seed.of(8).random();
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    List<Slope> both = new ArrayList<>();
    try (DifferentiableDetector detector = blueprint.load(blueprint.initialWeights(5))) {
      for (boolean custom : List.of(false, true)) {
        both.add(slope(detector, values, custom));
      }
    }
    // Of F3Net, TensorFlow's own differ by 3e-3 where pixels move by 6e-8: it has logarithms of
    // spectra that are nearly 0.
    double most = blueprint.name().equals("F3Net") ? 2e-2 : 1e-4;
    int compared = 0;
    for (int image = 0; image < IMAGES; image++) {
      if (both.get(0).passed(image).equals(both.get(1).passed(image))) {
        double[] differences = differences(both, image);
        assertThat(differences[differences.length / 2]).isLessThan(2e-6);
        assertThat(differences[differences.length - 1]).isLessThan(most);
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  /**
   * A gradient, and what it depends on discretely: a ReLU of an input that is nearly 0 may let it
   * through in one graph alone, by rounding, and then the gradients are those of two functions.
   *
   * @param gradient of all images
   * @param passed for each ReLU the hash of what it let through, of each image, in a fixed order
   */
  private record Slope(float[] gradient, List<List<Integer>> passed) {

    List<Integer> passed(int image) {
      return passed.stream().map(hashes -> hashes.get(image)).sorted().toList();
    }
  }

  /** Returns how far one image's gradients lie apart, smallest first, of the largest of them. */
  private static double[] differences(List<Slope> both, int image) {
    int count = both.get(0).gradient().length / IMAGES;
    double largest = 0;
    double[] differences = new double[count];
    for (int i = 0; i < count; i++) {
      float one = both.get(0).gradient()[image * count + i];
      float other = both.get(1).gradient()[image * count + i];
      largest = Math.max(largest, Math.abs(one));
      differences[i] = Math.abs(one - other);
    }
    assertThat(largest).isPositive();
    double all = largest;
    return Arrays.stream(differences).sorted().map(difference -> difference / all).toArray();
  }

  /** Returns the gradient of how much ai's logit leads, per value of the pixels. */
  private static Slope slope(DifferentiableDetector detector, float[] values, boolean custom) {
    int side = detector.input().side();
    CustomGradients gradients = new CustomGradients();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> pixels =
          tf.constant(Shape.of(IMAGES, side, side, 3), DataBuffers.of(values, true, false));
      Operand<TFloat32> logits =
          custom ? detector.logits(tf, pixels, gradients) : detector.logits(tf, pixels);
      Operand<TFloat32> lead = tf.math.mul(logits, tf.constant(new float[] {-1, 1}));
      Operand<TFloat32> loss = tf.sum(lead, tf.array(0, 1));
      Operand<TFloat32> gradient = gradients.of(graph, tf, loss, List.of(pixels)).get(0);
      try (Session session = new Session(graph, SessionSettings.scoring())) {
        Session.Runner runner = session.runner().fetch(gradient);
        graph.operations().forEachRemaining(op -> fetchWhatPasses(op, runner));
        try (var result = runner.run()) {
          List<List<Integer>> passed = new ArrayList<>();
          for (int i = 1; i < result.size(); i++) {
            passed.add(passed(numbers((TFloat32) result.get(i))));
          }
          return new Slope(numbers((TFloat32) result.get(0)), passed);
        }
      }
    }
  }

  /** The second input of a ReLU's gradient is what the ReLU gave, or was given. */
  private static void fetchWhatPasses(GraphOperation op, Session.Runner runner) {
    if (op.type().matches("(Leaky)?Relu6?Grad")) {
      runner.fetch(op.input(1));
    }
  }

  private static float[] numbers(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  /** Returns, of each image, a hash of which numbers are positive. */
  private static List<Integer> passed(float[] values) {
    assertThat(values.length % IMAGES).isZero();
    List<Integer> hashes = new ArrayList<>();
    for (int image = 0; image < IMAGES; image++) {
      int hash = 0;
      for (int i = 0; i < values.length / IMAGES; i++) {
        hash = 31 * hash + (values[image * (values.length / IMAGES) + i] > 0 ? 1 : 2);
      }
      hashes.add(hash);
    }
    return hashes;
  }

  @Test
  void logits_ofAClosedDetector_areRefused() {
    DifferentiableDetector detector = load();
    detector.close();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> pixels = tf.zeros(tf.array(1, SIDE, SIDE, 3), TFloat32.class);

      assertThatThrownBy(() -> detector.logits(tf, pixels))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("detector tiny is closed; load it again");
    }
  }

  @Test
  void logits_ofPixelsOfAnotherShape_areRefused() {
    try (DifferentiableDetector detector = load();
        Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);

      for (int[] shape :
          new int[][] {{1, SIDE + 1, SIDE, 3}, {1, SIDE, SIDE, 1}, {SIDE, SIDE, 3}}) {
        Operand<TFloat32> pixels = tf.zeros(tf.constant(shape), TFloat32.class);
        assertThatThrownBy(() -> detector.logits(tf, pixels))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("takes pixels of shape [N, %s, %s, 3]".formatted(SIDE, SIDE));
      }
    }
  }

  /** The file has a hole, so that it takes no room. */
  @Test
  void constants_ofMoreThanAGraphHolds_areRefused(@TempDir Path folder) throws IOException {
    long bytes = 3L << 30;
    byte[] header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[0,%s]}}"
            .formatted(bytes / 4, bytes)
            .getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("large.safetensors");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(header.length);
      sparse.seek(8);
      sparse.write(header);
      sparse.setLength(8 + header.length + bytes);
    }
    Weights large = Weights.read(file);

    assertThatThrownBy(() -> GraphDetector.checkConstants("tower", large))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("tower has weights of 805306368 numbers, and a graph that is not")
        .hasMessageEndingWith("which have no limit");
  }
}
