package org.genimage.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.genimage.data.fuzz.Fuzzer;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged configurations are understood or refused by a {@link WeightsException}. */
@Tag("fuzz")
class ModelFolderFuzzTest {

  @TempDir private Path folder;

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        ModelFolderFuzzTest.class.getResourceAsStream("/written-by-transformers/" + name)) {
      return in.readAllBytes();
    }
  }

  private FolderJson json(byte[] input) throws IOException {
    return FolderJson.read(Files.write(folder.resolve("config.json"), input)).orElseThrow();
  }

  @Test
  void configurations_damaged_areUnderstoodOrRefused() throws IOException {
    Fuzzer.of(
            resource("vit/config.json"),
            resource("swin/config.json"),
            resource("resnet/config.json"),
            resource("clip/config.json"),
            resource("timm_vit/config.json"),
            resource("timm_swin/config.json"))
        .allowing(WeightsException.class)
        .run(
            "config.json",
            input -> {
              FolderJson config = json(input);
              FolderLabels.head(config);
              FolderNetwork.of(config, FolderLabels.count(config));
            });
  }

  @Test
  void preprocessings_damaged_areUnderstoodOrRefused() throws IOException {
    Fuzzer.of(
            resource("vit/preprocessor_config.json"),
            resource("resnet/preprocessor_config.json"),
            resource("clip/preprocessor_config.json"))
        .allowing(WeightsException.class)
        .run("preprocessor_config.json", input -> FolderInput.transformers(json(input)));
    Fuzzer.of(resource("timm_vit/config.json"), resource("timm_swin/config.json"))
        .allowing(WeightsException.class)
        .run(
            "pretrained_cfg",
            input -> json(input).object("pretrained_cfg").ifPresent(FolderInput::timm));
  }
}
