package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.genimage.data.reference.ReferenceData;
import org.genimage.models.weights.LoraAdapter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest {

  @TempDir private Path folder;

  private static Weights of(String... keys) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (int i = 0; i < keys.length; i++) {
      arrays.put(keys[i], WeightArray.of(List.of(1), new float[] {i}));
    }
    return Weights.of(arrays).with(Map.of("who", "we"));
  }

  @Test
  void without_prefixes_dropsTheirKeysAlone() {
    Weights weights = of("fc.weight", "fc.bias", "fcn", "head.bias", "a").without("fc.", "head.");

    assertThat(weights.keys()).containsExactly("fcn", "a");
    assertThat(weights.get("a").toFloats()).containsExactly(4);
    assertThat(weights.metadata()).containsEntry("who", "we");
  }

  @Test
  void stripped_keyWithoutPrefix_isRefused() {
    assertThat(of("module.a", "module.module.b").stripped("module.").keys())
        .containsExactly("a", "module.b");
    assertThatThrownBy(() -> of("module.a", "b").stripped("module."))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("every key must begin with module., found b");
  }

  @Test
  void renamed_chain_happensAtOnce() {
    Weights weights = of("a", "b", "c").renamed(Map.of("a", "b", "b", "d", "absent", "c"));

    assertThat(weights.keys()).containsExactly("b", "d", "c");
    assertThat(weights.get("b").toFloats()).containsExactly(0);
    assertThatThrownBy(() -> of("a", "b").renamed(Map.of("a", "b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two keys become b, the latter b");
  }

  @Test
  void overlaid_otherShapeOrKind_keepsItsOwn() {
    Weights own =
        Weights.of(
            Map.of(
                "a", WeightArray.of(List.of(1), new float[] {1}),
                "b", WeightArray.of(List.of(2), new float[] {2, 3}),
                "n", WeightArray.counter(4)));
    Weights others =
        Weights.of(
            Map.of(
                "a", WeightArray.of(List.of(1), new float[] {9}),
                "b", WeightArray.of(List.of(1, 2), new float[] {9, 9}),
                "n", WeightArray.of(List.of(), new float[] {9}),
                "x", WeightArray.counter(9)));

    Weights result = own.overlaid(others);

    assertThat(result.keys()).containsExactlyInAnyOrder("a", "b", "n");
    assertThat(result.get("a").toFloats()).containsExactly(9);
    assertThat(result.get("b").toFloats()).containsExactly(2, 3);
    assertThat(result.get("n").toLongs()).containsExactly(4);
  }

  @Test
  void initialWeights_ofABackbone_replaceTheHeadAlone() {
    Blueprint tiny = DetectorTest.TINY;
    Map<String, WeightArray> published = new LinkedHashMap<>(tiny.initialWeights(1).arrays());
    published.put("fc.weight", WeightArray.of(List.of(1000, 1), new float[1000]));
    published.remove("bn1.num_batches_tracked");
    Weights backbone = Weights.of(published);

    Weights weights = tiny.initialWeights(2, backbone, "fc.");

    assertThat(weights.get("conv1.weight").toFloats())
        .isEqualTo(tiny.initialWeights(1).get("conv1.weight").toFloats());
    assertThat(weights.get("fc.weight").toFloats())
        .isEqualTo(tiny.initialWeights(2).get("fc.weight").toFloats());
    assertThat(weights.get("bn1.num_batches_tracked").toLongs()).containsExactly(0);
    assertThat(weights.metadata()).isEqualTo(tiny.initialWeights(2).metadata());
    tiny.load(weights).close();

    assertThatThrownBy(() -> tiny.initialWeights(2, of("conv1.weight", "conv1.weights"), "fc."))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith("weights do not fit tiny's backbone: ")
        .hasMessageContaining(" missing: bn1.weight")
        .hasMessageContaining("1 unexpected: conv1.weights (nearest: conv1.weight)")
        .hasMessageContaining("conv1.weight has shape [1], expected ")
        .hasMessageEndingWith("; name more that starts fresh, or drop it with without");
  }

  @Test
  void load_integersForFloats_isRefused() {
    Map<String, WeightArray> arrays =
        new LinkedHashMap<>(DetectorTest.TINY.initialWeights(1).arrays());
    arrays.put("fc.bias", WeightArray.of(List.of(2), new long[2]));

    assertThatThrownBy(() -> DetectorTest.TINY.load(Weights.of(arrays)))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("fc.bias has integers, expected floats");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void load_numberThatIsNotFinite_isRefusedByItsKey(float value) {
    Blueprint tiny = DetectorTest.TINY;
    float[] bias = {0, value};
    Map<String, WeightArray> arrays = new LinkedHashMap<>(tiny.initialWeights(1).arrays());
    arrays.put("fc.bias", WeightArray.of(List.of(2), bias));
    Weights weights = Weights.of(arrays);
    Path file = folder.resolve("weights.safetensors");
    weights.write(file);

    assertThat(Weights.read(file).get("fc.bias").toFloats()).isEqualTo(bias);
    assertThatThrownBy(() -> tiny.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("1 not finite: fc.bias has %s at index 1; load weights", value);
    assertThatThrownBy(() -> tiny.load(weights))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("fc.bias has %s at index 1", value);
    assertThatThrownBy(() -> tiny.export(weights, folder.resolve("model")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("fc.bias has %s at index 1", value);
    assertThatThrownBy(() -> tiny.initialWeights(1, weights, "conv1."))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("fc.bias has %s at index 1", value);
    tiny.load(tiny.initialWeights(1, weights, "fc.")).close();
  }

  @Test
  @Timeout(30)
  void load_manyOrLongKeysThatDoNotFit_isRefusedSoonAndShortly() {
    Map<String, WeightArray> many = new LinkedHashMap<>();
    for (int i = 0; i < 100_000; i++) {
      many.put("layer.of.another.network." + i, WeightArray.counter(i));
    }
    WeightArray one = WeightArray.counter(1);

    for (Map<String, WeightArray> arrays : List.of(many, Map.of("w".repeat(1 << 24), one))) {
      assertThatThrownBy(() -> DetectorTest.TINY.load(Weights.of(arrays)))
          .isInstanceOf(WeightsException.class)
          .message()
          .hasSizeLessThan(8000);
    }
  }

  @Test
  void load_keysOfPyTorchsWrappers_areTakenOffInFilesAndReportedElsewhere() {
    Blueprint tiny = DetectorTest.TINY;
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    tiny.initialWeights(1)
        .arrays()
        .forEach((key, array) -> arrays.put("module._orig_mod." + key, array));
    Weights weights = Weights.of(arrays);
    Path file = folder.resolve("weights.safetensors");
    weights.write(file);

    try (Detector detector = tiny.load(file)) {
      assertThat(detector.weights().keys()).isEqualTo(tiny.initialWeights(1).keys());
    }
    assertThatThrownBy(() -> tiny.load(weights))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(
            "%d keys found have the prefix of a wrapper in PyTorch, as", arrays.size())
        .hasMessageContaining("take it off with Weights.unwrapped()");
    tiny.load(weights.unwrapped()).close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.",
        "net.",
        "ema.",
        "vit.",
        "base_model.model.",
        "base_model.model.vit.",
        "module.model.net.",
        "_orig_mod.detector.backbone."
      })
  void load_keysUnderAPrefix_areTakenFromThereAndTheRestIsReported(String prefix) {
    Blueprint tiny = DetectorTest.TINY;
    Weights initial = tiny.initialWeights(1);
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    initial.arrays().forEach((key, array) -> arrays.put(prefix + key, array));
    arrays.put("criterion.weight", WeightArray.of(List.of(1), new float[1]));
    Path file = folder.resolve("weights.safetensors");
    Weights.of(arrays).write(file);

    try (Detector detector = tiny.load(file)) {
      assertThat(detector.weights().keys()).isEqualTo(initial.keys());
      assertThat(detector.weights().report().leftOut()).containsExactly("criterion.weight");
    }
    arrays.remove(prefix + "fc.bias");
    Weights.of(arrays).write(file);
    assertThatThrownBy(() -> tiny.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("1 missing: fc.bias")
        .hasMessageNotContaining("unexpected");
  }

  @Test
  void load_pairsOfLora_saysHowToFoldThem() {
    Blueprint tiny = DetectorTest.TINY;
    Weights initial = tiny.initialWeights(1);
    int inputs = initial.get("fc.weight").shape().get(1);
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    initial
        .arrays()
        .forEach((key, array) -> arrays.put(key.replace("fc.", "fc.base_layer."), array));
    arrays.put("fc.lora_A.default.weight", WeightArray.of(List.of(1, inputs), new float[inputs]));
    arrays.put("fc.lora_B.default.weight", WeightArray.of(List.of(2, 1), new float[2]));
    Weights weights = Weights.of(arrays);

    assertThatThrownBy(() -> tiny.load(weights))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(
            "fold the LoRA pairs with LoraAdapter.of(weights, alpha).foldInto(weights); load");
    tiny.load(LoraAdapter.of(weights, 2).foldInto(weights)).close();
  }

  @Test
  void load_networkAndItsAverageSideBySide_takesTheNetwork() {
    Blueprint tiny = DetectorTest.TINY;
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    tiny.initialWeights(2).arrays().forEach((key, array) -> arrays.put("model_ema." + key, array));
    tiny.initialWeights(1).arrays().forEach((key, array) -> arrays.put("model." + key, array));
    Path file = folder.resolve("weights.safetensors");
    Weights.of(arrays).write(file);

    try (Detector detector = tiny.load(file)) {
      assertThat(detector.weights().get("fc.weight").toFloats())
          .isEqualTo(tiny.initialWeights(1).get("fc.weight").toFloats());
    }
    try (Detector detector = tiny.load(Weights.read(file).under("model_ema."))) {
      assertThat(detector.weights().get("fc.weight").toFloats())
          .isEqualTo(tiny.initialWeights(2).get("fc.weight").toFloats());
    }
    tiny.initialWeights(3).arrays().forEach((key, array) -> arrays.put("other." + key, array));
    Weights.of(arrays).write(file);
    assertThatThrownBy(() -> tiny.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(
            file + ": expected the keys of one network, found all of them under")
        .hasMessageContaining("[model_ema., model., other.]; choose with Weights.under(prefix)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "malicious_system.pth | the Python name posix.system, and no code is run for a file",
        "malicious_nested.pth | the Python name os.system",
        "malicious_eval.pth | the Python name builtins.eval",
        "malicious_popen.pth | the Python name subprocess.Popen",
        "malicious_torch_name.pth | the Python name torch.utils.collect_env.run",
        "malicious_legacy.pth | the Python name posix.system",
        "malicious_stack_global.pth | the Python name posix.system",
        "full_module.pth | save the state_dict() alone",
        "full_module_legacy.pth | save the state_dict() alone",
        "torchscript.pth | TorchScript archive, a program; load it in PyTorch and save its state",
        "sparse.pth | only dense tensors of plain numbers are read",
        "quantized.pth | only dense tensors of plain numbers are read",
        "unknown_storage.pth | torch.QuaternionStorage",
        "deep_nesting.pth | it holds no dictionary of tensors",
        "expand_bomb.pth | a of shape [1099511627776] with strides [0] from 0 does not fit",
        "numel_lies.pth | claims 1099511627776 values of 4 bytes, found 16 bytes",
        "storage_missing.pth | its record data/1 is missing",
        "deflated.pth | is compressed; load and save it in PyTorch",
        "text.pth | it begins with bytes 3c 68 74 6d 6c"
      })
  void read_refusedFile_saysWhy(String name, String reason) throws IOException {
    Path file = Files.write(folder.resolve(name), ReferenceData.bytes("checkpoints/" + name));

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void read_zeroStrides_areBoundedByTheFile() throws IOException {
    String tensor = tensor("0", 4, 0, "J" + le(1 << 29), "K\0");

    assertThatThrownBy(() -> Weights.read(archive("}X\1\0\0\0a" + tensor + "s.")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("with a of shape [536870912] its tensors take more than 16 times");
  }

  @Test
  void read_severalDictionaries_asksWhich() throws IOException {
    Path generators = archive("}(X\4\0\0\0netG" + one() + "X\4\0\0\0netD" + two() + "u.");

    assertThatThrownBy(() -> Weights.read(generators))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith(
            "it has more than one dictionary of tensors, under [netG, netD]; choose with"
                + " Weights.read(file, container)");
    assertThat(Weights.read(generators, "netD").get("w").toFloats()).containsExactly(3, 4);
    assertThatThrownBy(() -> Weights.read(generators, "netC"))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith("it has no dictionary of tensors under netC, found [netG, netD]");
  }

  @ParameterizedTest
  @CsvSource({
    "model, ema", "model, model_ema", "state_dict, state_dict_ema", "params, params_ema",
    "net, swa_model", "model, averaged", "state_dict, criterion", "model, emaNet"
  })
  void read_networkBesideAnother_takesTheNetworkAndSaysSo(String name, String other)
      throws IOException {
    for (List<String> order : List.of(List.of(name, other), List.of(other, name))) {
      String pickle = "}(";
      for (String entry : order) {
        pickle += "X" + le(entry.length()) + entry + (entry.equals(name) ? one() : two());
      }
      Path file = archive(pickle + "u.");

      Weights weights = Weights.read(file);

      assertThat(weights.get("w").toFloats()).containsExactly(1, 2);
      assertThat(weights.report().container()).hasValue(name);
      assertThat(weights.report().containers()).isEqualTo(order);
      assertThat(weights.report())
          .hasToString(
              "the entry '%s' was read; other entries with tensors were not read: %s"
                  .formatted(name, other));
      assertThat(Weights.read(file, other).get("w").toFloats()).containsExactly(3, 4);
    }
  }

  private static String one() {
    return "}X\1\0\0\0w" + tensor("0", 4, 0, "K\2", "K\1") + "s";
  }

  private static String two() {
    return "}X\1\0\0\0w" + tensor("0", 4, 2, "K\2", "K\1") + "s";
  }

  @Test
  void read_scalarBesideADictionary_takesTheDictionary() throws IOException {
    String one = "}X\1\0\0\0w" + tensor("0", 4, 1, "K\2", "K\1") + "s";
    String accuracy = tensor("0", 4, 0, "", "").replace("\u0085", ")");
    Path file = archive("}(X\5\0\0\0model" + one + "X\4\0\0\0best" + accuracy + "u.");

    assertThat(Weights.read(file).keys()).containsExactly("w");
    assertThat(Weights.read(file).get("w").toFloats()).containsExactly(2, 3);
  }

  @Test
  void read_noTensors_namesWhatIsThere() throws IOException {
    assertThatThrownBy(() -> Weights.read(archive("}X\5\0\0\0epochK\3s.")))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith(
            "it has no tensors one or two dictionaries deep, found entries [epoch]");
  }

  @ParameterizedTest
  @CsvSource({"a", ".", "(.", "s.", "u.", "e.", "q.", "h\1.", "R.", "Q.", "b.", "}K\1K\1a.", "0."})
  void read_pickleWithoutSense_isRefused(String pickle) throws IOException {
    Path file = archive(pickle);

    assertThatThrownBy(() -> Weights.read(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": expected a PyTorch file of tensors, but ");
  }

  @Test
  void read_pickleOfTooManyInstructions_isRefused() throws IOException {
    assertThatThrownBy(() -> Weights.read(archive("}" + "}".repeat(1_000_000) + ".")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("its pickle is longer than 1000000 instructions");
  }

  @Test
  void read_everyCutOfAFile_isRefused() throws IOException {
    for (String name : List.of("legacy_shared_storage.pth", "plain_float16.pth")) {
      byte[] whole = ReferenceData.bytes("checkpoints/" + name);
      Path file = folder.resolve(name);
      for (int length = 0; length < whole.length; length += 7) {
        Files.write(file, Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> Weights.read(file))
            .as("%s, %d bytes", name, length)
            .isInstanceOf(WeightsException.class);
      }
    }
  }

  @Test
  void read_changedBytes_loadsOrIsRefused() throws IOException {
    Random random = new Random(1);
    for (String name :
        List.of("legacy_shared_storage.pth", "shared_storage.pth", "scalar_and_empty.pth")) {
      byte[] whole = ReferenceData.bytes("checkpoints/" + name);
      Path file = folder.resolve(name);
      for (int i = 0; i < 2000; i++) {
        byte[] changed = whole.clone();
        for (int j = 0; j <= i % 3; j++) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        Files.write(file, changed);
        Throwable thrown = catchThrowable(() -> Weights.read(file));
        if (thrown != null) {
          assertThat(thrown).as("%s, change %d", name, i).isInstanceOf(WeightsException.class);
        }
      }
    }
  }

  private static String le(int value) {
    return new String(
        new char[] {
          (char) (value & 0xff),
          (char) (value >> 8 & 0xff),
          (char) (value >> 16 & 0xff),
          (char) (value >> 24 & 0xff)
        });
  }

  /** Returns the instructions that make a tensor of one side; size and stride push a number. */
  private static String tensor(String key, int count, int offset, String size, String stride) {
    String id = "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" + key + "X\3\0\0\0cpuK";
    return "ctorch._utils\n_rebuild_tensor_v2\n("
        + id
        + (char) count
        + "tQK"
        + (char) offset
        + size
        + "\u0085"
        + stride
        + "\u0085\u0089ccollections\nOrderedDict\n)RtR";
  }

  /** Returns an archive of a pickle and one storage: 1, 2, 3, 4. */
  private Path archive(String pickle) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "archive/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
      put(
          zip,
          "archive/data/0",
          new byte[] {0, 0, -128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, -128, 64});
    }
    return Files.write(folder.resolve("made.pth"), bytes.toByteArray());
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  @Test
  void read_pyTorchArchiveElsewhere_saysWhatToDo() throws IOException {
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      Path file = memory.getPath("/plain_float32.pth");
      Files.write(file, ReferenceData.bytes("checkpoints/plain_float32.pth"));

      assertThatThrownBy(() -> Weights.read(file))
          .isInstanceOf(WeightsException.class)
          .hasMessage(
              file
                  + ": expected a PyTorch file on the machine's own file system, found it on another"
                  + " (jimfs); copy it to a disk");
    }
  }
}
