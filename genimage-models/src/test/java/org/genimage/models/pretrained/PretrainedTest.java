package org.genimage.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.models.pretrained.LocalServer.file;
import static org.genimage.models.pretrained.Publications.COMMIT;
import static org.genimage.models.pretrained.Publications.known;
import static org.genimage.models.pretrained.Publications.path;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.genimage.data.image.Image;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/** From nothing to a detector, with a small network on a server of this machine. */
class PretrainedTest {

  private static final Blueprint TINY =
      new Blueprint("Tiny", new Tiny(), InputContract.crop(9), Head.AI_LOGIT);

  private record Tiny() implements Network {

    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      Operand<TFloat32> maps = Layers.conv(scope.at("conv1"), images, 4, Conv.kernel(3), Init.ONES);
      return Layers.linear(scope.at("fc"), Layers.globalAveragePool(scope, maps), 1);
    }
  }

  private static Pretrained published(byte[] content, Access access) {
    return new Pretrained(Publications.model(COMMIT, content.length, known(content)), TINY, access);
  }

  @Test
  void load_downloadsAndScores_andKeepsSourceAndLicence(@TempDir Path folder) throws IOException {
    Weights weights = TINY.initialWeights(3);
    Path original = folder.resolve("original.safetensors");
    weights.write(original);
    byte[] content = Files.readAllBytes(original);
    byte[] rgb = new byte[3 * 9 * 9];
    new Random(1).nextBytes(rgb);
    Image image = Image.of(9, 9, rgb);
    try (LocalServer server = new LocalServer()) {
      server.on(path(COMMIT), file(content));
      Pretrained pretrained =
          published(content, Publications.access(server.address(), folder.resolve("cache")));

      assertThat(pretrained.isDownloaded()).isFalse();
      try (Detector detector = pretrained.load();
          Detector expected = TINY.load(weights)) {
        assertThat(detector.score(image)).isEqualTo(expected.score(image));
        assertThat(detector.provenance())
            .containsEntry("genimage.pretrained", "the-model")
            .containsEntry(
                "genimage.licence",
                "The model is published by owner under the licence MIT"
                    + " (https://hub.invalid/owner/model)")
            .containsEntry(
                "genimage.source",
                "https://hub.invalid%s, revision %s, SHA-256 %s"
                    .formatted(path(COMMIT), COMMIT, Publications.sha256(content)));

        Path again = folder.resolve("again.safetensors");
        detector.weights().write(again);

        try (Detector read = TINY.load(again)) {
          assertThat(read.provenance()).isEqualTo(detector.provenance());
        }
      }
      assertThat(pretrained.isDownloaded()).isTrue();
      assertThat(pretrained.download()).isEqualTo(pretrained.places());
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void load_weightsThatDoNotFit_namesThem(@TempDir Path folder) throws IOException {
    Path original = folder.resolve("original.safetensors");
    TINY.initialWeights(3).without("fc.").write(original);
    byte[] content = Files.readAllBytes(original);
    try (LocalServer server = new LocalServer()) {
      server.on(path(COMMIT), file(content));

      assertThatThrownBy(
              () -> published(content, Publications.access(server.address(), folder)).load())
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith("the-model: ")
          .hasMessageContaining("fc.weight");
    }
  }

  @Test
  void with_otherOptions_movesItsPlaces(@TempDir Path folder) {
    Pretrained pretrained =
        published(new byte[1], Publications.access(DownloadOptions.DEFAULT.environment(Map.of())));

    assertThat(pretrained.with(DownloadOptions.DEFAULT.cache(folder)).places())
        .containsExactly(folder.resolve("the-model").resolve(COMMIT).resolve("weights.bin"));
  }

  @Test
  void asText_saysNameSizeAndLicence() {
    Pretrained pretrained =
        published(
            new byte[4_321_000],
            Publications.access(DownloadOptions.DEFAULT.environment(Map.of())));

    assertThat(pretrained).hasToString("the-model, weights of Tiny, about 4 MB, MIT");
    assertThat(pretrained.size()).isEqualTo(4_321_000);
    assertThat(pretrained.licences()).extracting(Licence::name).containsExactly("MIT");
  }
}
