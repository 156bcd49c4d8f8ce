package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.networks.ResNet;
import org.genimage.models.networks.SwinTransformer;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Model folders that transformers and timm saved, against what their models say; see make.py. */
class ModelFolderTest {

  private static final String RESOURCES = "/written-by-transformers/";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode EXPECTED = expected();
  private static final double TOLERANCE = 2e-5;

  @TempDir private Path temporary;

  private Path folder;

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = ModelFolderTest.class.getResourceAsStream(RESOURCES + name)) {
      return in == null ? new byte[0] : in.readAllBytes();
    }
  }

  private static JsonNode expected() {
    try {
      return JSON.readTree(resource("expected.json"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<String> models() {
    return EXPECTED.properties().stream().map(Map.Entry::getKey);
  }

  @BeforeEach
  void copyOne() throws IOException {
    folder = copy("vit");
  }

  private Path copy(String model) throws IOException {
    Path made = Files.createDirectories(temporary.resolve(model));
    for (String name :
        List.of(
            "config.json", "preprocessor_config.json", "model.safetensors", "pytorch_model.bin")) {
      byte[] content = resource(model + "/" + name);
      if (content.length > 0) {
        Files.write(made.resolve(name), content);
      }
    }
    return made;
  }

  private Path picture(String name) throws IOException {
    return Files.write(temporary.resolve(name), resource(name));
  }

  @ParameterizedTest
  @MethodSource("models")
  void load_folder_saysWhatItsLibrarySays(String model) throws IOException {
    JsonNode expected = EXPECTED.get(model);
    Head head = Head.valueOf(expected.get("head").asText());

    try (DifferentiableDetector detector = Detectors.load(copy(model))) {
      assertThat(detector.provenance()).containsEntry("genimage.head", head.name());
      assertThat(shown(detector.input().resize())).isEqualTo(expected.get("input").asText());
      for (Map.Entry<String, JsonNode> one : expected.get("pictures").properties()) {
        Path file = picture(one.getKey());
        Image prepared = detector.input().prepare(Image.read(file));
        double[] outputs = JSON.treeToValue(one.getValue().get("logits"), double[].class);
        double nature = head == Head.AI_LOGIT ? 0 : outputs[head == Head.AI_NATURE ? 1 : 0];
        double ai = head == Head.NATURE_LOGIT ? 0 : outputs[head == Head.NATURE_AI ? 1 : 0];
        Pixels pixels = ImageBatch.of(List.of(prepared)).toPixels();

        Logits logits = detector.logits(pixels);

        assertThat(sum(detector.input(), pixels))
            .as("prepared %s", one.getKey())
            .isCloseTo(one.getValue().get("sum").asDouble(), within(2e-3));
        assertThat((double) logits.nature(0)).as(one.getKey()).isCloseTo(nature, within(TOLERANCE));
        assertThat((double) logits.ai(0)).as(one.getKey()).isCloseTo(ai, within(TOLERANCE));
        assertThat(detector.score(file))
            .isCloseTo(1 / (1 + Math.exp(nature - ai)), within(TOLERANCE));
      }
    }
  }

  private static String shown(Resize resize) {
    if (resize instanceof Resize.FlooredCrop crop) {
      return "FlooredCrop %s of %s".formatted(crop.side(), shown(crop.resize()));
    }
    if (resize instanceof Resize.Square square) {
      return "Square %s %s".formatted(square.side(), square.filter());
    }
    return resize instanceof Resize.ShorterSide shorter
        ? "ShorterSide %s %s".formatted(shorter.side(), shorter.filter())
        : resize.toString();
  }

  /** The sum over all normalised values: another crop, filter or mean changes it. */
  private static double sum(InputContract input, Pixels pixels) {
    double sum = 0;
    float[] values = pixels.toArray();
    for (int i = 0; i < values.length; i++) {
      sum += (values[i] - input.mean().get(i % 3)) / input.std().get(i % 3);
    }
    return sum;
  }

  /** As hubs publish large models: an index, and a part of the weights in each of two files. */
  @Test
  void load_weightsInTwoShards_givesTheLogitsOfOneFile() throws IOException {
    Image image = Image.read(picture(EXPECTED.get("vit").get("pictures").fieldNames().next()));
    List<Float> one = logits(image);
    Path file = folder.resolve("model.safetensors");
    Weights whole = Weights.read(file).inMemory();
    Files.delete(file);
    ObjectNode index = JSON.createObjectNode();
    index.putObject("metadata").put("total_size", Float.BYTES * whole.size());
    ObjectNode map = index.putObject("weight_map");
    List<Map<String, WeightArray>> shards = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (String key : whole.keys()) {
      int shard = map.size() < whole.keys().size() / 2 ? 0 : 1;
      shards.get(shard).put(key, whole.get(key));
      map.put(key, "model-0000%s-of-00002.safetensors".formatted(shard + 1));
    }
    Files.writeString(folder.resolve("model.safetensors.index.json"), index.toString());
    for (int i = 0; i < 2; i++) {
      Weights.of(shards.get(i))
          .write(folder.resolve("model-0000%s-of-00002.safetensors".formatted(i + 1)));
    }

    assertThat(logits(image)).isEqualTo(one);
    Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
    assertRefused("model-00002-of-00002.safetensors");
  }

  private List<Float> logits(Image image) {
    try (DifferentiableDetector detector = Detectors.load(folder)) {
      Pixels pixels = ImageBatch.of(List.of(detector.input().prepare(image))).toPixels();
      Logits logits = detector.logits(pixels);
      return List.of(logits.nature(0), logits.ai(0));
    }
  }

  /** Metadata keeps the crop, so that a file written from a folder is prepared for alike. */
  @Test
  void write_detectorOfAFolder_keepsItsInput() throws IOException {
    try (DifferentiableDetector detector = Detectors.load(copy("swin"))) {
      InputContract input = detector.input();
      Path file = temporary.resolve("swin.safetensors");
      detector.weights().write(file);
      Blueprint blueprint =
          new Blueprint(
              detector.name(),
              new SwinTransformer(4, 8, List.of(2, 2), List.of(1, 2), 4, 2),
              InputContract.crop(32),
              Head.AI_NATURE);
      try (DifferentiableDetector again = blueprint.load(file)) {
        assertThat(again.input()).isEqualTo(input);
        assertThat(again.score(picture("wide.png"))).isEqualTo(detector.score(picture("wide.png")));
      }
    }
  }

  private void change(String name, Consumer<ObjectNode> change) throws IOException {
    Path file = folder.resolve(name);
    ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(json);
    Files.write(file, JSON.writeValueAsBytes(json));
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Detectors.load(folder))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(folder.toString())
        .hasMessageContaining(message)
        .message()
        .hasSizeLessThan(3000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LABEL_0 | LABEL_1",
        "class a | class b",
        "fake | generated",
        "real | human",
        "fake | LABEL_1",
        "not fake | fake"
      })
  void load_labelsThatDoNotTell_asksForTheHead(String first, String second) throws IOException {
    change(
        "config.json",
        config -> {
          config.remove("label2id");
          config.putObject("id2label").put("0", first).put("1", second);
        });

    assertRefused(
        "config.json: expected labels whose names say which is AI (such as artificial and human), found"
            + " [\"%s\",\"%s\"]; say which output means AI, as in FolderOptions.NONE.head("
                .formatted(first, second));
    try (Detector detector = Detectors.load(folder, FolderOptions.NONE.head(Head.NATURE_AI))) {
      assertThat(detector.provenance()).containsEntry("genimage.head", "NATURE_AI");
    }
  }

  /** The lines of docs/weights.md. */
  @Test
  void load_lineOfTheGuide_opensTheFolder() throws IOException {
    Detector detector = Detectors.load(folder);
    detector.close();
    Detector given = opened(folder);
    given.close();

    assertThat(given.provenance()).containsEntry("genimage.head", "AI_NATURE");
  }

  private static Detector opened(Path folder) {
    Detector detector = Detectors.load(folder, FolderOptions.NONE.head(Head.AI_NATURE));
    return detector;
  }

  @Test
  void load_labelsThatContradictThemselves_areRefused() throws IOException {
    change(
        "config.json", config -> config.putObject("label2id").put("artificial", 1).put("human", 0));
    assertRefused("expected label2id to say what id2label says ([\"artificial\",\"human\"])");
    change(
        "config.json",
        config -> config.putObject("label2id").put("artificial", "0").put("human", "1"));
    Detectors.load(folder).close();
    change("config.json", config -> config.put("num_labels", 3));
    assertRefused("expected as many names of labels as outputs, found 2 and 3");
    change(
        "config.json",
        config -> {
          config.remove(List.of("label2id", "num_labels"));
          config.putObject("id2label").put("0", "real").put("2", "fake");
        });
    assertRefused("expected id2label to name the outputs 0 to 1");
    change(
        "config.json",
        config -> config.putObject("id2label").put("0", "real").put("1", "sdxl").put("2", "dalle"));
    assertRefused(
        "expected one output or two, nature and AI, found 3: [\"real\",\"sdxl\",\"dalle\"]");
    change("config.json", config -> config.remove("id2label"));
    assertRefused(
        "expected labels whose names say which is AI (such as artificial and human), found none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model_type | \"siglip\" | expected model_type vit, swin, resnet or clip of transformers, or",
        "model_type | null | found none; give the network with FolderOptions.NONE.network(network)",
        "hidden_act | \"gelu_new\" | expected hidden_act gelu or quick_gelu, found \"gelu_new\"",
        "num_channels | 1 | expected num_channels 3, found 1",
        "hidden_size | \"16\" | expected hidden_size to be a whole number from 1, found \"16\"",
        "hidden_size | 0 | expected hidden_size to be a whole number from 1, found 0",
        "num_attention_heads | 3 | heads that divide the width",
        "intermediate_size | 65 | expected intermediate_size of at most 4 hidden channels",
        "image_size | [32, 16] | expected image_size of a square, found [32,16]",
        "layer_norm_eps | \"x\" | expected layer_norm_eps to be a number, found \"x\"",
        "architecture | \"convnext_tiny\" | expected architecture vit, swin, resnet or clip of tran",
        "architecture | \"vit_base_patch16_gap_224\" | expected architecture vit, swin, resnet",
        "num_hidden_layers | 60000 | expected num_hidden_layers of at most 200 blocks in 8 stages",
        "qkv_bias | 1 | expected qkv_bias to be true or false, found 1"
      })
  void load_architectureThatIsUnknown_saysWhat(String name, String value, String message)
      throws IOException {
    change("config.json", config -> config.set(name, tree(value)));

    assertRefused(message);
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_hidden_layers | 3 | expected weights as config.json describes them, found others: ",
        "num_hidden_layers | 1 | 12 unexpected: blocks.1.",
        "hidden_size | 32 | found vit.encoder.layer.0.intermediate.dense.weight of shape [64, 16] where it",
        "intermediate_size | 37 | found vit.encoder.layer.0.intermediate.dense.weight of shape [64, 16]",
        "qkv_bias | false | biases of queries where qkv_bias is false",
        "image_size | 64 | expected inputs of 64 pixels, which config.json says that the network takes"
      })
  void load_configurationThatContradictsTheWeights_isRefused(
      String name, String value, String message) throws IOException {
    change("config.json", config -> config.set(name, tree(value)));

    assertRefused(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resample | 0 | expected resample 1 (Lanczos), 2 (bilinear) or 3 (bicubic), found 0; give the",
        "resample | null | expected resample 1 (Lanczos), 2 (bilinear) or 3 (bicubic), found none",
        "size | {\"longest_edge\": 32} | expected size to be equal height and width, or shortest_edge",
        "size | {\"height\": 32, \"width\": 16} | expected size to be equal height and width",
        "size | {\"shortest_edge\": 32} | expected a size of both sides, or a crop",
        "size | {\"height\": 100000, \"width\": 100000} | expected height to be a whole number from 1",
        "size | {\"height\": 5000, \"width\": 5000} | expected height of at most 4096, found 5000",
        "do_resize | false | expected a resize or a crop, found false",
        "do_center_crop | true | expected crop_size of a square, found none",
        "do_pad | true | expected preprocessing without do_pad, found true",
        "image_mean | 0.5 | expected image_mean to be three numbers, found 0.5",
        "image_std | [0, 1, 1] | standard deviation must be from 1e-6 to 1000",
        "rescale_factor | \"x\" | expected rescale_factor to be a number"
      })
  void load_preprocessingThatIsUnknown_saysWhat(String name, String value, String message)
      throws IOException {
    change("preprocessor_config.json", config -> config.set(name, tree(value)));

    assertRefused(message);
    InputContract input = InputContract.of(new Resize.None(), 32);
    try (Detector detector = Detectors.load(folder, FolderOptions.NONE.input(input))) {
      assertThat(detector.input()).isEqualTo(input);
    }
  }

  @Test
  void load_cropSoLargeThatNothingIsLeft_isRefused() throws IOException {
    change(
        "preprocessor_config.json",
        config ->
            config
                .put("crop_pct", 50.875)
                .<ObjectNode>set("size", tree("{\"shortest_edge\": 32}")));

    assertRefused("expected crop_pct to be a share of the image, found 50.875");
  }

  @Test
  void load_sizeWithoutName_isThatOfItsClass() throws IOException {
    change("preprocessor_config.json", config -> config.put("size", 32));
    try (Detector detector = Detectors.load(folder)) {
      assertThat(shown(detector.input().resize())).isEqualTo("Square 32 BILINEAR");
    }
    change(
        "preprocessor_config.json",
        config ->
            config
                .put("image_processor_type", "CLIPFeatureExtractor")
                .put("do_center_crop", true)
                .put("crop_size", 32));
    try (Detector detector = Detectors.load(folder)) {
      assertThat(shown(detector.input().resize()))
          .isEqualTo("FlooredCrop 32 of ShorterSide 32 BILINEAR");
    }
    change("preprocessor_config.json", config -> config.put("image_processor_type", "Mine"));
    assertRefused("expected size to say which side it is (height and width, or shortest_edge)");
  }

  @Test
  void load_weightsThatAreSeveralOrNone_areSaid() throws IOException {
    Path weights = folder.resolve("model.safetensors");
    Files.copy(weights, folder.resolve("pytorch_model.bin")); // The same, as hubs have them.
    Files.write(folder.resolve("training_args.bin"), new byte[8]);
    Detectors.load(folder).close();
    Files.copy(weights, folder.resolve("ema.safetensors"));

    assertRefused(
        "expected one file of weights, found [ema.safetensors, model.safetensors, pytorch_model.bin];"
            + " choose with FolderOptions.NONE.weights(name)");
    Detectors.load(folder, FolderOptions.NONE.weights("ema.safetensors")).close();
    assertThatThrownBy(() -> Detectors.load(folder, FolderOptions.NONE.weights("other.bin")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("found no file other.bin; there are [ema.safetensors, model.safe");

    Files.delete(weights);
    Files.delete(folder.resolve("ema.safetensors"));
    Files.delete(folder.resolve("pytorch_model.bin"));
    assertRefused("expected weights (.safetensors, .pth, .pt, .bin, .ckpt, .pth.tar), found none");
  }

  @Test
  void load_filesThatAreMissingOrDamaged_areNamed() throws IOException {
    for (String text : List.of("{", "{\0\0\0@")) { // the second looks like UTF-32
      Files.writeString(folder.resolve("preprocessor_config.json"), text);
      assertRefused(
          "preprocessor_config.json: expected a JSON object, found none; download it again");
    }
    Files.delete(folder.resolve("preprocessor_config.json"));
    assertRefused("expected preprocessor_config.json, which says how an image becomes");
    Files.writeString(folder.resolve("config.json"), "[]");
    assertRefused("config.json: expected a JSON object, found []; download it again");
    Files.writeString(folder.resolve("config.json"), "[".repeat(100_000));
    assertRefused("config.json: expected a JSON object, found none");
    Files.delete(folder.resolve("config.json"));
    assertRefused("expected config.json, which says the architecture, found none");
    Files.writeString(folder.resolve("adapter_config.json"), "{}");
    assertRefused("expected a whole detector, found a LoRA adapter");
    assertThatThrownBy(() -> Detectors.load(folder.resolve("no"), FolderOptions.NONE))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("expected a folder with config.json and weights, found none");
  }

  /** The caller may know all of it. */
  @Test
  void load_everythingGiven_needsNoConfiguration() throws IOException {
    Blueprint tiny = DetectorTest.TINY;
    Path own = Files.createDirectory(temporary.resolve("own"));
    Weights initial = tiny.initialWeights(1);
    Weights.of(initial.arrays()).write(own.resolve("weights.safetensors"));
    FolderOptions options =
        FolderOptions.NONE.network(tiny.network()).head(tiny.head()).input(tiny.input());

    try (DifferentiableDetector detector = Detectors.load(own, options)) {
      assertThat(detector.name()).isEqualTo("own");
      assertThat(detector.weights().keys()).isEqualTo(initial.keys());
    }
  }

  @Test
  void load_withAnAdapter_foldsIt() throws IOException {
    Weights base = Weights.read(folder.resolve("model.safetensors"));
    Path adapter = Files.createDirectory(temporary.resolve("adapter"));
    Map<String, WeightArray> pair = new LinkedHashMap<>();
    float[] down = new float[16];
    down[3] = 1;
    pair.put("base_model.model.classifier.lora_A.weight", WeightArray.of(List.of(1, 16), down));
    pair.put(
        "base_model.model.classifier.lora_B.weight",
        WeightArray.of(List.of(2, 1), new float[] {1, 0}));
    Weights.of(pair).write(adapter.resolve("adapter_model.safetensors"));
    Files.writeString(adapter.resolve("adapter_config.json"), "{\"r\": 1, \"lora_alpha\": 2}");

    try (DifferentiableDetector detector =
        Detectors.load(folder, FolderOptions.NONE.adapter(adapter))) {
      float[] head = base.get("classifier.weight").toFloats();
      head[3] += 2;
      assertThat(detector.weights().get("head.weight").toFloats()).isEqualTo(head);
    }
  }

  @ParameterizedTest
  @CsvSource({"vit_small_patch16_384, 16, 384, 12, 6", "deit_base_patch16_224, 16, 768, 12, 12"})
  void network_ofTimmsNames_isThatOfItsPaper(
      String name, int patch, int width, int depth, int heads) {
    assertThat(network(name)).isEqualTo(new VisionTransformer(patch, width, depth, heads, 2));
  }

  @Test
  void network_ofTimmsOtherNames_isThatOfItsPaper() {
    assertThat(network("resnet50.a1_in1k")).isEqualTo(Detectors.resnet50().network());
    assertThat(network("swin_tiny_patch4_window7_224")).isEqualTo(Detectors.swinTiny().network());
    assertThat(network("swin_large_patch4_window12_384"))
        .isEqualTo(
            new SwinTransformer(4, 192, List.of(2, 2, 18, 2), List.of(6, 12, 24, 48), 12, 2));
    assertThat(network("resnet18"))
        .isEqualTo(new ResNet(ResNet.Block.BASIC, List.of(2, 2, 2, 2), true, 2));
  }

  /** Community Forensics' configuration has the names of its own program. */
  @Test
  void ownConfig_ofCommunityForensics_isItsDetector() {
    assertThat(own(384, "small", 16)).isEqualTo(Detectors.communityForensics());
    assertThat(own(224, "small", 16)).isEqualTo(Detectors.communityForensics224());
    assertThatThrownBy(() -> own(256, "small", 16))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith("config.json: expected input_size 384 or 224, found 256; ");
    assertThatThrownBy(() -> own(384, "tiny", 16))
        .hasMessageContaining("expected model_size small");
    assertThatThrownBy(() -> own(384, "small", 32)).hasMessageContaining("expected patch_size 16");
  }

  private static Blueprint own(int side, String size, int patch) {
    ObjectNode config = JSON.createObjectNode();
    config.put("device", "cuda").put("freeze_backbone", false).put("input_size", side);
    config.put("model_size", size).put("patch_size", patch);
    return ModelFolder.ownConfig(new FolderJson("config.json", config)).orElseThrow();
  }

  @Test
  void load_folderOfCommunityForensics_opens() throws IOException {
    Path own = Files.createDirectory(temporary.resolve("commfor-model-224"));
    Weights initial = Detectors.communityForensics224().initialWeights(1);
    Weights.of(initial.arrays()).write(own.resolve("model.safetensors"));
    Files.writeString(
        own.resolve("config.json"),
        "{\"input_size\": 224, \"model_size\": \"small\", \"patch_size\": 16}");

    try (DifferentiableDetector detector = Detectors.load(own)) {
      assertThat(detector.name()).isEqualTo(Detectors.communityForensics224().name());
      assertThat(detector.input()).isEqualTo(Detectors.communityForensics224().input());
      assertThat(detector.provenance()).containsEntry("genimage.head", "AI_LOGIT");
    }
  }

  /** A file for 384 pixels in a folder that says 224, and a folder that holds something else. */
  @Test
  void load_folderOfCommunityForensicsWithOtherWeights_isRefused() throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        "{\"input_size\": 224, \"model_size\": \"small\", \"patch_size\": 16}");

    assertRefused("expected weights as config.json describes them, found others: ");
  }

  private static Object network(String architecture) {
    return FolderNetwork.of(
            new FolderJson(
                "config.json", JSON.createObjectNode().put("architecture", architecture)),
            2)
        .network();
  }
}
