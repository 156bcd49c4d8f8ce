package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.genimage.data.fuzz.Fuzzer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged weights files are read or refused by a {@link WeightsException}. */
@Tag("fuzz")
class WeightsFuzzTest {

  @TempDir private Path folder;

  private static byte[] pytorch(String name) throws IOException {
    return WeightsFuzzTest.class.getResourceAsStream("/written-by-pytorch/" + name).readAllBytes();
  }

  private void fuzz(String name, byte[]... seeds) {
    Path file = folder.resolve(name);
    Fuzzer.of(seeds)
        .allowing(WeightsException.class)
        .run(name, input -> Weights.read(Files.write(file, input)));
  }

  @Test
  void safetensors_damaged_areReadOrRefused() throws IOException {
    Weights weights =
        Weights.of(
                Map.of(
                    "conv1.weight", WeightArray.of(List.of(2, 1, 1, 3), new float[6]),
                    "bn1.num_batches_tracked", WeightArray.counter(7)))
            .with(Map.of("genimage.head", "NATURE_AI"));
    Path plain = folder.resolve("plain.safetensors");
    Path hashed = folder.resolve("hashed.safetensors");
    weights.write(plain);
    weights.hashed().write(hashed);

    fuzz("safetensors", Files.readAllBytes(plain), Files.readAllBytes(hashed));
  }

  @Test
  void zipCheckpoints_damaged_areReadOrRefused() throws IOException {
    fuzz("checkpoint.zip", pytorch("inert.pth"), pytorch("no_checksums.pth"));
  }

  @Test
  void legacyCheckpoints_damaged_areReadOrRefused() throws IOException {
    fuzz(
        "checkpoint.legacy",
        pytorch("inert_legacy.pth"),
        pytorch("compiled.pth"),
        pytorch("compiled_part_parallel.pth"));
  }

  @Test
  void shardIndexes_damaged_areReadOrRefused() throws IOException {
    byte[] index =
        """
        {"metadata": {"total_size": 32}, "weight_map": {
          "a.weight": "model-00001-of-00002.safetensors",
          "b.weight": "model-00002-of-00002.safetensors"}}
        """
            .getBytes(StandardCharsets.UTF_8);
    for (String key : List.of("a", "b")) {
      Weights.of(Map.of(key + ".weight", WeightArray.of(List.of(4), new float[4])))
          .write(
              folder.resolve(
                  "model-0000%s-of-00002.safetensors".formatted(key.equals("a") ? 1 : 2)));
    }

    fuzz("model.safetensors.index.json", index);
  }

  /** The configuration beside good pairs, and damaged pairs beside a good configuration. */
  @Test
  void loraAdapters_damaged_areReadOrRefused() throws IOException {
    Path config = folder.resolve("adapter_config.json");
    Path pairs = folder.resolve("adapter_model.safetensors");
    Files.write(pairs, peft("plain/adapter_model.safetensors"));
    Fuzzer.of(
            peft("plain/adapter_config.json"),
            peft("rslora/adapter_config.json"),
            peft("patterns/adapter_config.json"))
        .allowing(WeightsException.class)
        .run(
            "adapter_config.json",
            input -> {
              Files.write(config, input);
              LoraAdapter.read(folder).layers();
            });

    Files.write(config, peft("plain/adapter_config.json"));
    Weights base = Weights.read(Files.write(folder.resolve("base"), peft("base.safetensors")));
    Fuzzer.of(
            peft("plain/adapter_model.safetensors"),
            peft("convolutions/adapter_model.safetensors"),
            peft("patterns/adapter_model.safetensors"))
        .allowing(WeightsException.class)
        .run(
            "adapter_model.safetensors",
            input -> {
              Files.write(pairs, input);
              fold(LoraAdapter.read(folder), base);
            });
  }

  /** Pairs of another network than the base's are refused by another exception. */
  private static void fold(LoraAdapter adapter, Weights base) {
    try {
      assertThat(adapter.foldInto(base).keys()).isNotEmpty();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("expected");
    }
  }

  private static byte[] peft(String name) throws IOException {
    return WeightsFuzzTest.class.getResourceAsStream("/written-by-peft/" + name).readAllBytes();
  }

  /** Damage behind right checksums reaches the pickle. */
  @Test
  void pickles_damaged_areReadOrRefused() throws IOException {
    Path file = folder.resolve("pickle.pth");
    Fuzzer.of(pickle("inert.pth"), pickle("no_checksums.pth"))
        .allowing(WeightsException.class)
        .run(
            "pickle",
            input -> {
              Weights read = Weights.read(Files.write(file, archive(input)));
              assertThat(read.keys()).isNotEmpty();
            });
  }

  /** Damage in what stands beside the tensors: settings, optimizers, objects of programs. */
  @Test
  void checkpointsOfTrainers_damaged_areReadOrRefused() throws IOException {
    fuzz(
        "checkpoint.trainers",
        trainers("objects_legacy.pth"),
        trainers("ferretnet.pth"),
        trainers("objects.pth"));
    Path file = folder.resolve("objects.pth");
    Fuzzer.of(pickle("objects", trainers("objects.pth")), pickle("safe", trainers("safe.pth")))
        .allowing(WeightsException.class)
        .run("pickle.trainers", input -> Weights.read(Files.write(file, archive(input))));
  }

  private static byte[] trainers(String name) throws IOException {
    return WeightsFuzzTest.class.getResourceAsStream("/written-by-trainers/" + name).readAllBytes();
  }

  private byte[] pickle(String root, byte[] archive) throws IOException {
    Path file = Files.write(folder.resolve(root + ".zip"), archive);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return zip.getInputStream(zip.getEntry(root + "/data.pkl")).readAllBytes();
    }
  }

  private byte[] pickle(String name) throws IOException {
    Path file = Files.write(folder.resolve(name), pytorch(name));
    try (ZipFile zip = new ZipFile(file.toFile())) {
      String root = name.replace(".pth", "");
      return zip.getInputStream(zip.getEntry(root + "/data.pkl")).readAllBytes();
    }
  }

  private static byte[] archive(byte[] pickle) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "archive/data.pkl", pickle);
      put(zip, "archive/data/0", new byte[12]);
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    entry.setSize(content.length);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
