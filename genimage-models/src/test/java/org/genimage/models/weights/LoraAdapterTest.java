package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters that PEFT saved, against what NumPy and PEFT make of them; make.py made the files. */
class LoraAdapterTest {

  @TempDir private Path folder;

  private Path file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (InputStream in = getClass().getResourceAsStream("/written-by-peft/" + name)) {
      return Files.write(file, in.readAllBytes());
    }
  }

  private Path adapter(String name) throws IOException {
    file(name + "/adapter_config.json");
    return file(name + "/adapter_model.safetensors").getParent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "rslora", "convolutions", "patterns"})
  void foldInto_base_isNumPysAndPeftsResult(String name) throws IOException {
    Path adapter = adapter(name);
    Path file = file("base.safetensors");

    Weights base = Weights.read(file);
    Weights folded = LoraAdapter.read(adapter).foldInto(base);

    assertMerged(folded, name);
  }

  /** The sums are of 64 bits and rounded once; PEFT's are of 32 bits. */
  private void assertMerged(Weights folded, String name) throws IOException {
    Weights merged = Weights.read(file("merged_" + name + ".safetensors"));
    assertThat(folded.keys()).containsExactlyInAnyOrderElementsOf(merged.under("exact.").keys());
    for (String key : folded.keys()) {
      WeightArray array = folded.get(key);
      assertThat(array.shape()).isEqualTo(merged.get("exact." + key).shape());
      assertThat(array.toFloats()).as(key).isEqualTo(merged.get("exact." + key).toFloats());
      float[] peft = merged.get("peft." + key).toFloats();
      for (int i = 0; i < peft.length; i++) {
        assertThat(array.toFloats()[i]).as(key).isCloseTo(peft[i], within(4e-6f));
      }
    }
  }

  /** The state dictionary of a network that PEFT has wrapped has the base and the pairs. */
  @Test
  void foldInto_theWrappedNetworkItself_isTheSame() throws IOException {
    Weights whole = Weights.read(file("whole.pth"));

    LoraAdapter adapter = LoraAdapter.of(whole, 3);

    assertThat(whole.report().prefixes()).containsExactly("base_model.model.");
    assertThat(adapter.layers())
        .containsExactlyInAnyOrder(
            "blocks.0.qkv", "blocks.0.proj", "blocks.1.qkv", "blocks.1.proj");
    assertMerged(adapter.foldInto(whole), "plain");
    assertMerged(adapter.foldInto(Weights.read(file("base.safetensors"))), "plain");
  }

  /** Dyadic numbers leave no room for rounding: W + B A alpha / r by hand. */
  @Test
  void foldInto_smallNumbers_isTheFormula() {
    Weights base =
        Weights.of(
            Map.of(
                "fc.weight", WeightArray.of(List.of(2, 2), new float[] {1, 2, 3, 4}),
                "fc.bias", WeightArray.of(List.of(2), new float[] {5, 6})));
    Map<String, WeightArray> pairs = new LinkedHashMap<>();
    pairs.put("fc.lora_A.weight", WeightArray.of(List.of(1, 2), new float[] {2, -1}));
    pairs.put("fc.lora_B.weight", WeightArray.of(List.of(2, 1), new float[] {0.5f, 4}));

    Weights folded = LoraAdapter.of(Weights.of(pairs), 0.5).foldInto(base);

    assertThat(folded.get("fc.weight").toFloats()).containsExactly(1.5f, 1.75f, 7, 2);
    assertThat(folded.get("fc.bias").toFloats()).containsExactly(5, 6);
    assertThat(folded.metadata())
        .containsEntry("lora", "LoRA adapter of 1 layers, r of each pair, alpha 0.5");
    assertThat(base.get("fc.weight").toFloats()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void rankStabilised_dividesByTheRoot() {
    float[] ones = {1, 1, 1, 1};
    Weights base = Weights.of(Map.of("a.weight", WeightArray.of(List.of(1, 1), new float[] {0})));
    Weights pairs =
        Weights.of(
            Map.of(
                "a.lora_A.weight", WeightArray.of(List.of(4, 1), ones),
                "a.lora_B.weight", WeightArray.of(List.of(1, 4), ones)));

    LoraAdapter adapter = LoraAdapter.of(pairs, 3);

    assertThat(adapter.foldInto(base).get("a.weight").toFloats()).containsExactly(3);
    assertThat(adapter.rankStabilised().foldInto(base).get("a.weight").toFloats())
        .containsExactly(6);
  }

  @Test
  void read_adapterThatIsMoreThanPairs_isRefusedBySetting() throws IOException {
    Path dora = adapter("dora");

    assertThatThrownBy(() -> LoraAdapter.read(dora))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            dora.resolve("adapter_config.json")
                + ": expected an adapter without use_dora, found true; merge the adapter in PEFT, or"
                + " correct the file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | expected r to be a whole number from 1, found none",
        "{\"r\": 0, \"lora_alpha\": 3} | expected r to be a whole number from 1, found 0",
        "{\"r\": 2} | expected lora_alpha to be a number, found none",
        "{\"r\": 2, \"lora_alpha\": \"3\"} | expected lora_alpha to be a number, found \"3\"",
        "{\"peft_type\": \"LOHA\"} | expected peft_type LORA, found \"LOHA\"",
        "{\"init_lora_weights\": \"pissa\"} | expected init_lora_weights that leave the base as it is",
        "{\"r\": 2, \"lora_alpha\": 3, \"rank_pattern\": {\"(a*)*\": 1}} | simple regular expression",
        "{\"r\": 2, \"lora_alpha\": 3, \"rank_pattern\": {\"(a\": 1}} | simple regular expression",
        "{\"r\": 2, \"lora_alpha\": 3, \"alpha_pattern\": {\"a\": \"1\"}} | found \"1\"",
        "{\"r\": 3, \"lora_alpha\": 3} | expected rank 3 for blocks.0.proj, as the configuration says",
        "[] | expected a JSON object, found []",
        "{\"r\": 1, \"r\": 2} | expected the configuration of a LoRA adapter, found no JSON"
      })
  void read_configurationWithoutSense_isRefused(String config, String message) throws IOException {
    Path plain = adapter("plain");
    Files.writeString(plain.resolve("adapter_config.json"), config);

    assertThatThrownBy(() -> LoraAdapter.read(plain))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(message);
  }

  /** It looks like UTF-32. */
  @Test
  void read_configurationThatIsNoText_isRefused() throws IOException {
    Path plain = adapter("plain");
    Files.writeString(plain.resolve("adapter_config.json"), "{\0\0\0@");

    assertThatThrownBy(() -> LoraAdapter.read(plain))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith(
            ": expected the configuration of a LoRA adapter, found no JSON; download it again");
  }

  @Test
  void read_missingFiles_areNamed() throws IOException {
    Path plain = adapter("plain");
    Files.delete(plain.resolve("adapter_model.safetensors"));
    assertThatThrownBy(() -> LoraAdapter.read(plain))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("adapter_model.safetensors or adapter_model.bin, found neither");
    Files.delete(plain.resolve("adapter_config.json"));
    assertThatThrownBy(() -> LoraAdapter.read(plain))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("or give alpha with LoraAdapter.of(weights, alpha)");
  }

  @Test
  void of_pairsWithoutSense_areRefused() {
    WeightArray down = WeightArray.of(List.of(2, 3), new float[6]);
    WeightArray up = WeightArray.of(List.of(4, 2), new float[8]);
    assertRefused(
        Map.of("a.weight", down), "expected the pairs of one LoRA adapter, found those of");
    assertRefused(Map.of("a.lora_A.weight", down), "expected lora_A.weight and lora_B.weight of a");
    assertRefused(
        Map.of("a.lora_A.weight", up, "a.lora_B.weight", down),
        "expected lora_A of [r, in] and lora_B of [out, r] for a, found floats of [4, 2] and [2, 3]");
    assertRefused(
        Map.of("a.lora_A.x.weight", down, "a.lora_B.y.weight", up), "found those of [x, y]");
    assertRefused(
        Map.of("a.lora_magnitude_vector", up), "expected pairs of LoRA alone, found a.lora_magn");
    assertRefused(Map.of("a.lora_embedding_A.x", up), "expected pairs of LoRA alone");
  }

  private static void assertRefused(Map<String, WeightArray> arrays, String message) {
    assertThatThrownBy(() -> LoraAdapter.of(Weights.of(arrays), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void foldInto_anotherBase_isRefused() throws IOException {
    LoraAdapter plain = LoraAdapter.read(adapter("plain"));
    Weights base = Weights.read(file("base.safetensors"));

    assertThatThrownBy(() -> plain.foldInto(base.without("blocks.1.")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("found none of blocks.1.proj.weight (2 of 4 layers are missing)");
    Map<String, WeightArray> other = new LinkedHashMap<>(base.arrays());
    other.put("blocks.0.proj.weight", WeightArray.of(List.of(6, 5), new float[30]));
    assertThatThrownBy(() -> plain.foldInto(Weights.of(other)))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(
            "expected blocks.0.proj.weight of shape [6, 6] for the LoRA adapter,")
        .hasMessageContaining("found [6, 5]");
  }
}
