package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.Seed;
import org.genimage.data.image.Pixels;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.internal.WeightVariables;
import org.genimage.models.nn.ModelVariables;
import org.genimage.models.nn.Network;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** What every detector owes to the official network, with the reference fill for weights. */
@Tag("reference")
interface NetworkContract {

  /** Returns the detector with the fixtures' number of outputs. */
  Blueprint blueprint();

  /** Returns the fixtures' folder below {@code models/}. */
  String folder();

  /** Returns where a feature is found in our graph, by its name in the fixtures. */
  default String place(String feature) {
    return feature;
  }

  /** Returns by how much the logits of one of the fixtures' cases may differ. */
  default double logitTolerance(String example) {
    return 2e-5;
  }

  /** Returns by how much the logits of whole images may differ. */
  default double preprocessedLogitTolerance() {
    return 5e-5;
  }

  /** Returns by how much a case's features may differ, relative to their largest magnitude. */
  default double featureTolerance(String example) {
    return 2e-5;
  }

  /** Returns the share of a feature's sample that has to be within the tolerance. */
  default double featureShare(String example) {
    return 1;
  }

  /**
   * Returns whether a feature, or {@code logits}, is compared: of a network that ends before the
   * official one only what comes before its end.
   */
  default boolean compares(String feature) {
    return true;
  }

  /** Returns the network that the fixtures' inputs are for. */
  default Network network() {
    return blueprint().network();
  }

  /** Returns the input contract of one of the fixtures' ways to prepare images. */
  default InputContract input(String preprocessing) {
    return blueprint().input();
  }

  /** Returns one of the fixtures' files. */
  default JsonNode json(String name) {
    return ReferenceData.json("models/" + folder() + "/" + name + ".json");
  }

  /** Returns the reference fill under the detector's keys. */
  default Weights filled(JsonNode overrides, ReferenceFill fill) {
    return filled(blueprint(), overrides, fill);
  }

  /** Returns the reference fill under a detector's keys. */
  static Weights filled(Blueprint blueprint, JsonNode overrides, ReferenceFill fill) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : blueprint.entries()) {
      arrays.put(
          entry.key(),
          entry.role().required()
              ? WeightArray.of(
                  entry.shape(),
                  ReferenceInput.weights(entry.key(), entry.shape(), overrides, fill))
              : WeightArray.initial(entry, Seed.of(0)));
    }
    return Weights.of(arrays);
  }

  @Test
  default void entries_arePublishedOnes() {
    JsonNode keys = json("keys");
    List<String> expected = new ArrayList<>();
    for (JsonNode entry : keys.get("entries")) {
      expected.add(entry.get("key").asText() + " " + entry.get("shape") + " " + role(entry));
    }

    assertThat(blueprint().entries())
        .extracting(
            entry ->
                entry.key() + " " + entry.shape().toString().replace(" ", "") + " " + entry.role())
        .containsExactlyElementsOf(expected);
    JsonNode count = keys.get("count");
    assertThat(blueprint().entries()).hasSize(count.get("entries").asInt());
    assertThat(blueprint().parameterCount()).isEqualTo(count.get("parameters_trainable").asLong());
    Map<String, Long> sizes = new HashMap<>();
    Iterator<Parameter> found = blueprint().entries().iterator();
    for (JsonNode entry : keys.get("entries")) {
      sizes.merge(entry.get("role").asText(), (long) found.next().size(), Long::sum);
    }
    assertThat(sizes.get("parameter") + sizes.getOrDefault("frozen", 0L))
        .isEqualTo(count.get("parameters_total").asLong());
    assertThat(sizes.getOrDefault("buffer", 0L)).isEqualTo(count.get("buffer_values").asLong());
  }

  private static Parameter.Role role(JsonNode entry) {
    if (entry.get("role").asText().equals("parameter")) {
      return Parameter.Role.TRAINED;
    }
    if (entry.get("dtype").asText().equals("int64")) {
      return entry.get("shape").isEmpty() ? Parameter.Role.COUNTER : Parameter.Role.INDEX;
    }
    return entry.get("filled").asBoolean() ? Parameter.Role.BUFFER : Parameter.Role.FIXED;
  }

  /** Returns the kinds of graphs that are compared; plain ones show every feature. */
  default List<Graphs> kinds() {
    return List.of(Graphs.SCORING, Graphs.PLAIN_GRADIENTS);
  }

  @Test
  default void logitsAndFeatures_equalOfficialNetwork() {
    JsonNode eval = json("eval");
    ReferenceFill fill = ReferenceFill.salted(eval.get("salt").asText());
    for (Map.Entry<String, JsonNode> item : eval.get("cases").properties()) {
      JsonNode input = item.getValue().get("input");
      float[] images = images(input, eval.get("domain").asText(), fill);
      assertThat(ReferenceData.sha256(images)).isEqualTo(input.get("sha256").asText());
      Weights weights = filled(item.getValue().get("overrides"), fill);
      for (Graphs kind : kinds()) {
        assertCase(item.getKey(), item.getValue(), kind, images, weights);
      }
    }
  }

  private void assertCase(
      String example, JsonNode expected, Graphs kind, float[] images, Weights weights) {
    var arrays = ReferenceData.arrays("models/" + folder() + "/eval.safetensors");
    JsonNode shape = expected.get("input").get("shape");
    List<String> features = new ArrayList<>();
    for (Map.Entry<String, JsonNode> feature : expected.get("features").properties()) {
      if (compares(feature.getKey())) {
        features.add(feature.getKey());
      }
    }
    JsonNode change = expected.get("changed_pixel");
    float[] changed = images.clone();
    changed[position(change.get("index"), shape)] += (float) change.get("add").asDouble();
    boolean first = kind == kinds().get(0);
    List<float[]> inputs = first ? List.of(images, changed) : List.of(images);
    List<Map<String, float[]>> results = run(kind, weights, inputs, shape, features);
    Map<String, float[]> found = results.get(0);

    for (String feature : features) {
      if (found.containsKey(feature)) {
        String what = example + "." + feature;
        JsonNode summary = expected.get("features").get(feature);
        double largest = summary.get("max_abs").asDouble();
        double allowed = featureTolerance(example) * largest;
        assertValues(what, found.get(feature), arrays, allowed, featureShare(example));
        // Where rounding decides, single positions may be ten times as far off.
        double allowedOfLargest = featureShare(example) < 1 ? 10 * allowed : allowed;
        assertSummary(what, found.get(feature), summary, allowed, allowedOfLargest);
      }
    }
    if (kind == Graphs.PLAIN_GRADIENTS) {
      assertThat(found).containsKeys(features.toArray(String[]::new));
    }
    assertThat(found.keySet()).hasSizeGreaterThan(features.size() / 2);
    if (!compares("logits")) {
      return;
    }
    assertThat(doubles(found.get("logits")))
        .as("%s, %s", example, kind)
        .containsExactly(
            arrays.get(example + ".logits.float64").doubles(), within(logitTolerance(example)));
    if (first) {
      assertThat(doubles(results.get(1).get("logits")))
          .containsExactly(
              arrays.get(example + ".logits_changed_pixel.float64").doubles(),
              within(logitTolerance(example)));
    }
  }

  /** As above. A GPU adds in another order, so ten times the difference is allowed. */
  @Test
  @Tag("gpu")
  default void logitsOnGpu_equalOfficialNetwork() {
    GpuTest.assumeDevice();
    JsonNode eval = json("eval");
    var arrays = ReferenceData.arrays("models/" + folder() + "/eval.safetensors");
    ReferenceFill fill = ReferenceFill.salted(eval.get("salt").asText());
    for (Map.Entry<String, JsonNode> item : eval.get("cases").properties()) {
      JsonNode input = item.getValue().get("input");
      float[] images = images(input, eval.get("domain").asText(), fill);
      Weights weights = filled(item.getValue().get("overrides"), fill);
      var found = run(Graphs.PORTABLE, weights, List.of(images), input.get("shape"), List.of());

      assertThat(doubles(found.get(0).get("logits")))
          .as(item.getKey())
          .containsExactly(
              arrays.get(item.getKey() + ".logits.float64").doubles(),
              within(10 * logitTolerance(item.getKey())));
    }
  }

  /** Returns an input that is stored, or else follows from its description. */
  private float[] images(JsonNode input, String domain, ReferenceFill fill) {
    if (!input.has("tensor")) {
      return ReferenceInput.network(input, domain, fill);
    }
    Path file = Path.of("models", folder(), input.get("file").asText()).normalize();
    return ReferenceData.arrays(file.toString()).get(input.get("tensor").asText()).floats();
  }

  /** Compares the first eight values and a sample of all. */
  private static void assertValues(
      String what,
      float[] found,
      Map<String, ReferenceArray> arrays,
      double tolerance,
      double share) {
    double[] first = arrays.get(what + ".first8").doubles();
    assertClose(
        what,
        Doubles.concat(Arrays.copyOf(doubles(found), first.length), ReferenceInput.sample(found)),
        Doubles.concat(first, arrays.get(what + ".sample").doubles()),
        tolerance,
        share);
  }

  /** Compares each image's mean and deviation, and the largest magnitude of all. */
  static void assertSummary(
      String what, float[] found, JsonNode expected, double tolerance, double toleranceOfLargest) {
    int count = expected.get("mean").size();
    int size = found.length / count;
    double largest = 0;
    for (int n = 0; n < count; n++) {
      double[] image = doubles(Arrays.copyOfRange(found, n * size, (n + 1) * size));
      double mean = Arrays.stream(image).average().orElseThrow();
      assertThat(mean)
          .as("%s, mean", what)
          .isCloseTo(expected.get("mean").get(n).asDouble(), within(tolerance));
      assertThat(deviation(image, mean))
          .as("%s, deviation", what)
          .isCloseTo(expected.get("std").get(n).asDouble(), within(tolerance));
      largest = Math.max(largest, Arrays.stream(image).map(Math::abs).max().orElseThrow());
    }
    assertThat(largest)
        .as("%s, largest", what)
        .isCloseTo(expected.get("max_abs").asDouble(), within(toleranceOfLargest));
  }

  static double deviation(double[] values, double mean) {
    return Math.sqrt(
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }

  static void assertClose(
      String what, double[] found, double[] expected, double tolerance, double share) {
    assertThat(found).as(what).hasSameSizeAs(expected);
    List<String> beyond = new ArrayList<>();
    for (int i = 0; i < found.length; i++) {
      // Negated, so that what is not a number counts.
      if (!(Math.abs(found[i] - expected[i]) <= tolerance)) {
        beyond.add(found[i] + " instead of " + expected[i]);
      }
    }
    assertThat(beyond)
        .as("%s, values beyond %s", what, tolerance)
        .hasSizeLessThanOrEqualTo((int) ((1 - share) * found.length));
  }

  private static int position(JsonNode index, JsonNode shape) {
    int position = 0;
    for (int axis = 0; axis < shape.size(); axis++) {
      position = position * shape.get(axis).asInt() + index.get(axis).asInt();
    }
    return position;
  }

  /** Returns features and logits for each input; features in PyTorch's order. */
  private List<Map<String, float[]>> run(
      Graphs kind, Weights weights, List<float[]> inputs, JsonNode shape, List<String> features) {
    int n = shape.get(0).asInt();
    int c = shape.get(1).asInt();
    int h = shape.get(2).asInt();
    int w = shape.get(3).asInt();
    List<Map<String, float[]>> found = new ArrayList<>();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> input = tf.placeholder(TFloat32.class);
      Operand<TFloat32> shaped = tf.ensureShape(input, Shape.of(-1, h, w, c));
      WeightVariables numbers = new WeightVariables(weights);
      // A feature between a convolution and its batch norm is there where they are not folded.
      ModelVariables variables = kind.hasGradient() ? new UnfoldedConstants(numbers) : numbers;
      Operand<TFloat32> logits = network().logits(kind.root(tf, variables), shaped);
      numbers.verify(folder());
      List<String> present =
          features.stream().filter(name -> graph.operation(place(name)) != null).toList();
      try (Session session = ScoringGraph.filledSession(graph, tf, numbers)) {
        for (float[] nchw : inputs) {
          float[] images = ReferenceInput.toNhwc(nchw, n, c, h, w);
          Session.Runner runner = session.runner().fetch(logits);
          present.forEach(name -> runner.fetch(place(name)));
          Map<String, float[]> values = new LinkedHashMap<>();
          try (TFloat32 fed =
                  TFloat32.tensorOf(Shape.of(n, h, w, c), DataBuffers.of(images, true, false));
              var results = runner.feed(input, fed).run()) {
            values.put("logits", floats((TFloat32) results.get(0)));
            for (int i = 0; i < present.size(); i++) {
              values.put(present.get(i), inPyTorchsOrder((TFloat32) results.get(i + 1)));
            }
          }
          found.add(values);
        }
      }
    }
    return found;
  }

  private static float[] inPyTorchsOrder(TFloat32 tensor) {
    float[] values = floats(tensor);
    if (tensor.rank() < 4) {
      return values;
    }
    int[] sides = Ints.toArray(Longs.asList(tensor.shape().asArray()));
    return ReferenceInput.toNchw(values, sides[0], sides[1], sides[2], sides[3]);
  }

  /** Returns {@code [N, side, side, 3]}, what {@link #network()} is for. */
  default float[] networkInput(Blueprint blueprint, Pixels pixels) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      int side = blueprint.input().side();
      Operand<TFloat32> images =
          tf.constant(
              Shape.of(pixels.count(), side, side, 3),
              DataBuffers.of(pixels.toArray(), true, false));
      Operand<TFloat32> input = networkInput(tf, blueprint, images);
      try (Session session = new Session(graph);
          var result = session.runner().fetch(input).run()) {
        return floats((TFloat32) result.get(0));
      }
    }
  }

  /** Adds what lies between pixels and {@link #network()}. */
  default Operand<TFloat32> networkInput(Ops tf, Blueprint blueprint, Operand<TFloat32> pixels) {
    return blueprint.input().normalise(tf, pixels);
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
