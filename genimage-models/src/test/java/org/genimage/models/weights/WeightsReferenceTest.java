package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.models.internal.KeyFit;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.Parameter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weight files as PyTorch and safetensors write them, and broken and hostile ones. */
@Tag("reference")
class WeightsReferenceTest {

  private static final JsonNode EXPECTED = ReferenceData.json("checkpoints/expected.json");

  /** What becomes of a published file before it meets its network; one line for each model. */
  private static final Map<String, UnaryOperator<Weights>> PUBLISHED =
      Map.of(
          "resnet50", UnaryOperator.identity(),
          "deit_s", UnaryOperator.identity(),
          "swin_t", PublishedWeights::swin,
          "cnnspot", UnaryOperator.identity(),
          "f3net", PublishedWeights::f3netTrunks);

  @TempDir private Path folder;

  static Stream<JsonNode> cases() {
    return elements(EXPECTED.get("cases"));
  }

  static Stream<JsonNode> loads() {
    return elements(EXPECTED.get("load_into_network").get("cases"));
  }

  static Stream<JsonNode> officialNames() {
    return elements(EXPECTED.get("official_names"));
  }

  private static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void read_fixture_loadsOrIsRefused(JsonNode entry) throws IOException {
    Path file = file(entry);
    String expect = entry.get("expect").asText();
    if (expect.equals("error")) {
      assertThatThrownBy(() -> Weights.read(file))
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith(file + ": expected a ")
          .message()
          .hasSizeLessThan(file.toString().length() + 500);
    } else {
      try {
        Weights weights = Weights.read(file);
        assertTensors(file, weights, entry.get("tensors"));
        assertThat(weights.metadata()).isEqualTo(texts(entry.path("metadata")));
      } catch (WeightsException e) {
        assertThat(expect).as(e.getMessage()).isEqualTo("tensors_or_error");
      }
    }
    if (entry.has("marker")) {
      assertThat(Path.of(entry.get("marker").asText())).doesNotExist();
    }
    if (entry.hasNonNull("container") && expect.equals("tensors")) {
      assertTensors(
          file, Weights.read(file, entry.get("container").asText()), entry.get("tensors"));
    }
    if (entry.has("strip_prefix")) {
      String prefix = entry.get("strip_prefix").asText();
      Weights weights = Weights.read(file);
      assertThat(weights.stripped(prefix).keys())
          .containsExactlyElementsOf(
              weights.keys().stream().map(key -> key.substring(prefix.length())).toList());
    }
  }

  @ParameterizedTest
  @MethodSource("loads")
  void load_intoNetwork_namesEveryMisfit(JsonNode entry) throws IOException {
    JsonNode loading = EXPECTED.get("load_into_network");
    List<Parameter> target = entries(loading.get("target"));
    Weights weights = Weights.read(file(entry));
    if (entry.hasNonNull("strip_prefix")) {
      weights = weights.stripped(entry.get("strip_prefix").asText());
    }

    KeyFit fit = KeyFit.of(target, weights);

    assertThat(fit.missing()).containsExactlyInAnyOrderElementsOf(strings(entry.get("missing")));
    assertThat(fit.unexpected())
        .containsExactlyInAnyOrderElementsOf(strings(entry.get("unexpected")));
    List<String> misshapen = new ArrayList<>();
    List<String> descriptions = new ArrayList<>(fit.missing());
    descriptions.addAll(fit.unexpected());
    for (JsonNode misfit : entry.get("wrong_shape")) {
      misshapen.add(misfit.get("key").asText());
      descriptions.add(
          "%s has shape %s, expected %s"
              .formatted(
                  misfit.get("key").asText(),
                  shape(misfit.get("found")),
                  shape(misfit.get("expected"))));
    }
    assertThat(fit.misshapen()).containsExactlyInAnyOrderElementsOf(misshapen);
    if (entry.get("strict").asText().equals("loads")) {
      fit.verify("tiny", "load others");
    } else {
      assertThatThrownBy(() -> fit.verify("tiny", "load others"))
          .isInstanceOf(WeightsException.class)
          .message()
          .contains(descriptions);
    }
    assertTensors(
        file(entry),
        initial(target, loading.get("initial_salt").asText()).overlaid(weights),
        entry.get("after_lenient_load"));
  }

  @ParameterizedTest
  @MethodSource("officialNames")
  void read_publishedNames_findTheirPlace(JsonNode entry) throws IOException {
    String model = entry.get("model").asText();
    List<Parameter> target =
        entries(ReferenceData.json("models/" + model + "/keys.json").get("entries"));
    Weights file = Weights.read(file(entry));
    Weights weights = PUBLISHED.get(model).apply(file);

    KeyFit fit = KeyFit.of(target, weights);

    if (entry.hasNonNull("container")) {
      assertThat(Weights.read(file(entry), entry.get("container").asText()).keys())
          .isEqualTo(file.keys());
    }
    assertThat(entry.get("all_other_keys_of_the_model").asText()).isEqualTo("missing");
    assertThat(fit.missing())
        .containsExactlyInAnyOrderElementsOf(
            target.stream()
                .filter(parameter -> parameter.role().required())
                .map(Parameter::key)
                .filter(key -> !weights.keys().contains(key))
                .toList());
    Map<String, WeightArray> placed = new LinkedHashMap<>(weights.arrays());
    fit.unexpected().forEach(placed::remove);
    fit.misshapen().forEach(placed::remove);
    assertTensors(file(entry), Weights.of(placed), entry.get("becomes"));
    List<String> unexpected = new ArrayList<>();
    List<String> misshapen = new ArrayList<>();
    for (Map.Entry<String, JsonNode> left : entry.get("left_over").properties()) {
      assertThat(file.keys()).contains(left.getKey());
      switch (left.getValue().asText()) {
        case "unexpected" -> unexpected.add(left.getKey());
        case "wrong shape" -> misshapen.add(left.getKey());
        default -> assertThat(weights.keys()).doesNotContain(left.getKey());
      }
    }
    assertThat(fit.unexpected()).containsExactlyInAnyOrderElementsOf(unexpected);
    assertThat(fit.misshapen()).containsExactlyInAnyOrderElementsOf(misshapen);
  }

  private Path file(JsonNode entry) throws IOException {
    String name = entry.get("file").asText();
    Path file = folder.resolve(name);
    return Files.write(file, ReferenceData.bytes("checkpoints/" + name));
  }

  private static List<byte[]> zipRecords(Path file) throws IOException {
    List<byte[]> records = new ArrayList<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        records.add(zip.getInputStream(entry).readAllBytes());
      }
    }
    return records;
  }

  private static List<byte[]> safetensorsRecords(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int start = 8 + (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    List<byte[]> records = new ArrayList<>();
    for (JsonNode entry : new ObjectMapper().readTree(bytes, 8, start - 8)) {
      JsonNode offsets = entry.path("data_offsets");
      if (offsets.size() == 2) {
        records.add(
            Arrays.copyOfRange(
                bytes, start + offsets.get(0).asInt(), start + offsets.get(1).asInt()));
      }
    }
    return records;
  }

  private static List<Parameter> entries(JsonNode keys) {
    List<Parameter> entries = new ArrayList<>();
    for (JsonNode key : keys) {
      boolean counts = key.get("dtype").asText().equals("int64");
      entries.add(
          new Parameter(
              key.get("key").asText(),
              shape(key.get("shape")),
              Layout.SAME,
              Init.ZEROS,
              counts ? Parameter.Role.COUNTER : Parameter.Role.TRAINED));
    }
    return entries;
  }

  private static Weights initial(List<Parameter> entries, String salt) {
    ReferenceFill fill = ReferenceFill.salted(salt);
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : entries) {
      arrays.put(
          entry.key(),
          entry.role() == Parameter.Role.COUNTER
              ? WeightArray.counter(0)
              : WeightArray.of(entry.shape(), fill.weights(entry.key(), entry.shape())));
    }
    return Weights.of(arrays);
  }

  private static List<String> strings(JsonNode array) {
    return elements(array).map(JsonNode::asText).toList();
  }

  private static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    object.properties().forEach(item -> texts.put(item.getKey(), item.getValue().asText()));
    return texts;
  }

  private static List<Integer> shape(JsonNode array) {
    return elements(array).map(JsonNode::asInt).toList();
  }

  private static void assertTensors(Path file, Weights weights, JsonNode tensors)
      throws IOException {
    List<String> keys = new ArrayList<>();
    for (Map.Entry<String, JsonNode> tensor : tensors.properties()) {
      keys.add(tensor.getKey());
    }
    assertThat(weights.keys()).containsExactlyInAnyOrderElementsOf(keys);
    for (String key : keys) {
      assertEqual(file, key, weights.get(key), tensors.get(key));
    }
  }

  /**
   * Bits as stored are compared. 64-bit floats are rounded when they are read, so the record of
   * that hash is taken from the file, and each of its numbers, cast, is the one that was read.
   */
  private static void assertEqual(Path file, String key, WeightArray found, JsonNode tensor)
      throws IOException {
    String type = tensor.get("dtype").asText();
    assertThat(found.shape()).as(key).isEqualTo(shape(tensor.get("shape")));
    assertThat(found.isInteger()).as(key).isEqualTo(!type.contains("float"));
    if (type.equals("float64")) {
      DoubleBuffer doubles = record(file, key, tensor.get("sha256").asText());
      float[] expected = new float[doubles.remaining()];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = (float) doubles.get(i);
      }
      assertThat(found.toFloats()).as(key).isEqualTo(expected);
      return;
    }
    assertThat(ReferenceData.sha256(stored(found, type)))
        .as(key)
        .isEqualTo(tensor.get("sha256").asText());
  }

  private static DoubleBuffer record(Path file, String key, String hash) throws IOException {
    boolean zip = file.toString().endsWith(".pth");
    for (byte[] record : zip ? zipRecords(file) : safetensorsRecords(file)) {
      if (ReferenceData.sha256(record).equals(hash)) {
        return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
      }
    }
    throw new AssertionError("%s has no record of hash %s for %s".formatted(file, hash, key));
  }

  private static byte[] stored(WeightArray array, String type) {
    float[] floats = array.toFloats();
    long[] longs = array.toLongs();
    ByteBuffer bytes =
        ByteBuffer.allocate(8 * (floats.length + longs.length)).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : floats) {
      switch (type) {
        case "float32" -> bytes.putFloat(value);
        case "float16" -> bytes.putShort(half(value));
        case "bfloat16" -> bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        default -> throw new IllegalArgumentException(type);
      }
    }
    for (long value : longs) {
      switch (type) {
        case "int64" -> bytes.putLong(value);
        case "int32" -> bytes.putInt((int) value);
        case "int16" -> bytes.putShort((short) value);
        case "int8", "uint8", "bool" -> bytes.put((byte) value);
        default -> throw new IllegalArgumentException(type);
      }
    }
    byte[] result = new byte[bytes.position()];
    bytes.flip().get(result);
    return result;
  }

  /** The binary16 of a float that has one. */
  private static short half(float value) {
    int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
    float size = Math.abs(value);
    int bits;
    if (Float.isNaN(value)) {
      bits = 0x7e00;
    } else if (Float.isInfinite(value)) {
      bits = 0x7c00;
    } else if (size < 0x1p-14f) {
      bits = (int) (size * 0x1p24f);
    } else {
      int exponent = Math.getExponent(size);
      bits = exponent + 15 << 10 | (int) ((Math.scalb(size, -exponent) - 1) * 1024);
    }
    return (short) (sign | bits);
  }
}
