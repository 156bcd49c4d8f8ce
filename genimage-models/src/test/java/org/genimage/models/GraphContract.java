package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.nn.Mode;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.junit.jupiter.api.Tag;
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

/** What every network owes to the official one, with the reference fill for weights. */
@Tag("reference")
interface GraphContract {

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

  /** Returns by how much a case's features may differ, relative to their largest magnitude. */
  default double featureTolerance(String example) {
    return 2e-5;
  }

  /** Returns the share of a case's features that has to be within the tolerance. */
  default double featureShare(String example) {
    return 1;
  }

  /** Returns one of the fixtures' files. */
  default JsonNode json(String name) {
    return ReferenceData.json("models/" + folder() + "/" + name + ".json");
  }

  /** Returns the fixtures' weights. */
  default Weights filled(JsonNode overrides, ReferenceFill fill) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : blueprint().entries()) {
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
    assertThat(blueprint().parameterCount())
        .isEqualTo(keys.get("count").get("parameters_trainable").asLong());
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

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"INFERENCE", "DIFFERENTIABLE"})
  default void logitsAndFeatures_equalOfficialNetwork(Mode mode) {
    JsonNode eval = json("eval");
    var arrays = ReferenceData.arrays("models/" + folder() + "/eval.safetensors");
    ReferenceFill fill = ReferenceFill.salted(eval.get("salt").asText());
    for (Map.Entry<String, JsonNode> item : eval.get("cases").properties()) {
      JsonNode expected = item.getValue();
      JsonNode input = expected.get("input");
      float[] images = images(input, eval.get("domain").asText(), fill);
      assertThat(ReferenceData.sha256(images)).isEqualTo(input.get("sha256").asText());
      Weights weights = filled(expected.get("overrides"), fill);
      List<String> features = new ArrayList<>();
      for (Map.Entry<String, JsonNode> feature : expected.get("features").properties()) {
        features.add(feature.getKey());
      }
      float[] changed = changed(images, input.get("shape"), expected.get("changed_pixel"));
      Map<String, float[]> found =
          run(mode, weights, images, changed, input.get("shape"), features);

      for (String feature : features) {
        if (found.containsKey(feature)) {
          double largest = expected.get("features").get(feature).get("max_abs").asDouble();
          assertClose(
              item.getKey() + "." + feature,
              ReferenceInput.sample(found.get(feature)),
              arrays.get(item.getKey() + "." + feature + ".sample").doubles(),
              featureTolerance(item.getKey()) * largest,
              featureShare(item.getKey()));
        }
      }
      if (mode == Mode.DIFFERENTIABLE) {
        assertThat(found).containsKeys(features.toArray(String[]::new));
      }
      assertThat(found.keySet()).hasSizeGreaterThan(features.size() / 2);
      assertThat(doubles(found.get("logits")))
          .as(item.getKey())
          .containsExactly(
              arrays.get(item.getKey() + ".logits.float64").doubles(),
              within(logitTolerance(item.getKey())));

      assertThat(doubles(found.get("changed")))
          .as(item.getKey())
          .containsExactly(
              arrays.get(item.getKey() + ".logits_changed_pixel.float64").doubles(),
              within(logitTolerance(item.getKey())));
    }
  }

  private static float[] changed(float[] images, JsonNode shape, JsonNode change) {
    int position = 0;
    for (int axis = 0; axis < 4; axis++) {
      position = position * shape.get(axis).asInt() + change.get("index").get(axis).asInt();
    }
    float[] changed = images.clone();
    changed[position] += (float) change.get("add").asDouble();
    return changed;
  }

  /** Returns an input that is stored, or else follows from its description. */
  private float[] images(JsonNode input, String domain, ReferenceFill fill) {
    if (!input.has("tensor")) {
      return ReferenceInput.network(input, domain, fill);
    }
    Path file = Path.of("models", folder(), input.get("file").asText()).normalize();
    return ReferenceData.arrays(file.toString()).get(input.get("tensor").asText()).floats();
  }

  private static void assertClose(
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

  /** Returns features and logits, and the logits of changed images; features in PyTorch's order. */
  private Map<String, float[]> run(
      Mode mode,
      Weights weights,
      float[] images,
      float[] changed,
      JsonNode shape,
      List<String> features) {
    int n = shape.get(0).asInt();
    int c = shape.get(1).asInt();
    int h = shape.get(2).asInt();
    int w = shape.get(3).asInt();
    Map<String, float[]> found = new LinkedHashMap<>();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Operand<TFloat32> input = tf.placeholder(TFloat32.class);
      Operand<TFloat32> shaped = tf.ensureShape(input, Shape.of(-1, h, w, c));
      WeightConstants constants = new WeightConstants(weights);
      Operand<TFloat32> logits =
          blueprint().network().logits(ModelScope.root(tf, mode, constants), shaped);
      constants.verify(folder());
      List<String> present =
          features.stream().filter(name -> graph.operation(place(name)) != null).toList();
      try (Session session = new Session(graph);
          TFloat32 fed = tensor(ReferenceInput.toNhwc(images, n, c, h, w), n, h, w, c);
          TFloat32 fedChanged = tensor(ReferenceInput.toNhwc(changed, n, c, h, w), n, h, w, c)) {
        Session.Runner runner = session.runner().feed(input, fed).fetch(logits);
        present.forEach(name -> runner.fetch(place(name)));
        try (var results = runner.run();
            var others = session.runner().feed(input, fedChanged).fetch(logits).run()) {
          found.put("logits", floats((TFloat32) results.get(0)));
          found.put("changed", floats((TFloat32) others.get(0)));
          for (int i = 0; i < present.size(); i++) {
            TFloat32 tensor = (TFloat32) results.get(i + 1);
            float[] values = floats(tensor);
            if (tensor.rank() == 4) {
              long[] sides = tensor.shape().asArray();
              values =
                  ReferenceInput.toNchw(values, n, (int) sides[1], (int) sides[2], (int) sides[3]);
            }
            found.put(present.get(i), values);
          }
        }
      }
    }
    return found;
  }

  private static TFloat32 tensor(float[] values, long... shape) {
    return TFloat32.tensorOf(Shape.of(shape), DataBuffers.of(values, true, false));
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    return values;
  }

  /** Returns the same numbers. */
  static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
