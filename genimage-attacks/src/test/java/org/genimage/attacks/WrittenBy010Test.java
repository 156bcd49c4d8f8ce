package org.genimage.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;

/** What version 0.1.0 wrote is still read. The resources' README says how it was made. */
class WrittenBy010Test {

  private static final Blueprint VICTIM =
      new Blueprint(
          "Tiny",
          (scope, images) -> linear(scope.at("fc"), globalAveragePool(scope, images), 2),
          InputContract.imagenet(8, Filter.BICUBIC, 8),
          Head.NATURE_AI);

  private static final Weights WEIGHTS =
      Weights.of(
          Map.of(
              "fc.weight",
                  WeightArray.of(List.of(2, 3), new float[] {0.5f, -0.25f, 1, -1, 2, 0.125f}),
              "fc.bias", WeightArray.of(List.of(2), new float[] {0.1f, -0.2f})));

  /** By the manifest's order. */
  private static final double[] SCORES = {
    0.8465917166075736, 0.8772947291096793, 0.9821849458893273, 0.31432609167976394
  };

  private static Path attacked() {
    try {
      return Path.of(WrittenBy010Test.class.getResource("/written-by-0.1.0/attacked").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void attackedFolder_isADatasetOfTheSameImages() {
    GenImage opened = GenImage.open(attacked());
    ImageDataset images = opened.validation();

    assertThat(opened.generators()).containsExactly(Generator.GLIDE, Generator.VQDM);
    assertThat(images.samples())
        .extracting(sample -> Path.of(sample.name()).getFileName().toString())
        .containsExactly("000002_2.png", "000003_3.png", "000000_0.png", "000001_1.png");
    assertThat(images.samples())
        .extracting(Sample::label)
        .containsExactly(Label.NATURE, Label.AI, Label.NATURE, Label.AI);
    assertThat(images.samples())
        .extracting(
            sample ->
                Hashing.sha256().hashBytes(sample.image().toArray()).toString().substring(0, 16))
        .containsExactly(
            "de4b3a36164cc02c", "6b2fbf904ca1e2c1", "f267808c0cf4a916", "ce3ea99ba0172219");
  }

  @Test
  void manifest_saysOfEveryFileWhatItsVictimScores() throws IOException {
    JsonNode manifest = new ObjectMapper().readTree(attacked().resolve("manifest.json").toFile());

    assertThat(manifest.path("attack").asText()).isEqualTo("FGSM");
    assertThat(manifest.path("budget").asText()).isEqualTo("8/255");
    assertThat(manifest.path("images")).hasSize(4);
    try (Detector victim = VICTIM.load(WEIGHTS)) {
      for (int i = 0; i < SCORES.length; i++) {
        JsonNode entry = manifest.path("images").get(i);
        Image image = Image.read(attacked().resolve(entry.path("file").asText()));
        assertThat(entry.path("original").asText()).isEqualTo("patterns/%d.png".formatted(i));
        assertThat(entry.path("score after").asDouble()).isCloseTo(SCORES[i], within(1e-6));
        assertThat(victim.score(ImageBatch.of(List.of(image)))[0])
            .isCloseTo(SCORES[i], within(1e-6));
      }
    }
  }
}
