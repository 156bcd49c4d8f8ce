package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.genimage.models.nn.Layers.batchNorm;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.Label;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.nn.Init;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What version 0.1.0 wrote is still read. The resources' README says how it was made. */
class WrittenBy010Test {

  /** Its own input contract and head are others: those of the file win. */
  private static final Blueprint TWO =
      new Blueprint(
          "Two logits",
          (scope, images) -> linear(scope.at("fc"), globalAveragePool(scope, images), 2),
          InputContract.crop(9),
          Head.NATURE_AI);

  private static final Blueprint ONE =
      new Blueprint(
          "One logit",
          (scope, images) ->
              linear(
                  scope.at("fc"),
                  globalAveragePool(scope, batchNorm(scope.at("bn"), images, Init.ONES)),
                  1),
          InputContract.crop(9),
          Head.NATURE_LOGIT);

  private static Path fixture(String name) {
    try {
      return Path.of(WrittenBy010Test.class.getResource("/written-by-0.1.0/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the image that the README defines, of 8 pixels square. */
  private static Image pattern(int number) {
    byte[] rgb = new byte[3 * 8 * 8];
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        for (int c = 0; c < 3; c++) {
          rgb[3 * (8 * y + x) + c] = (byte) (37 * number + 5 * x + 11 * y + 83 * c);
        }
      }
    }
    return Image.of(8, 8, rgb);
  }

  private static double[] scores(Detector detector) {
    return detector.score(
        ImageBatch.of(Stream.of(0, 1, 2, 3).map(WrittenBy010Test::pattern).toList()));
  }

  @Test
  void weights_haveTheSameNumbersAndMetadata() {
    Weights two = Weights.read(fixture("two-logits.safetensors"));
    Weights one = Weights.read(fixture("one-logit.safetensors"));

    assertThat(two.keys()).containsExactly("fc.weight", "fc.bias");
    assertThat(two.get("fc.weight").shape()).containsExactly(2, 3);
    assertThat(two.get("fc.weight").toFloats()).containsExactly(0.5f, -0.25f, 1, -1, 2, 0.125f);
    assertThat(two.get("fc.bias").toFloats()).containsExactly(0.1f, -0.2f);
    assertThat(two.metadata())
        .isEqualTo(
            Map.of(
                "genimage.detector", "Two logits",
                "genimage.head", "AI_NATURE",
                "genimage.input",
                    "{\"resize_shorter_side\":10,\"filter\":\"BICUBIC\",\"side\":8,\"channels\":"
                        + "\"RGB\",\"mean\":[0.485,0.456,0.406],\"std\":[0.229,0.224,0.225]}",
                "genimage.temperature", "2.5",
                "genimage.threshold", "0.3125",
                "genimage.training_data", "{\"images\":{\"ADM/ai\":4}}",
                "genimage.recipe", "Recipe[by hand (chosen)]",
                "note", "ÄÖ \"quoted\""));
    assertThat(one.keys())
        .containsExactly(
            "bn.weight",
            "bn.bias",
            "bn.running_mean",
            "bn.running_var",
            "bn.num_batches_tracked",
            "fc.weight",
            "fc.bias");
    assertThat(one.get("bn.num_batches_tracked").shape()).isEmpty();
    assertThat(one.get("bn.num_batches_tracked").toLongs()).containsExactly(1234567890123L);
    assertThat(one.get("bn.running_var").toFloats()).containsExactly(1, 0.25f, 2);
  }

  @Test
  void detector_ofTwoLogits_scoresByItsOwnContractHeadAndCalibration() {
    try (Detector detector = TWO.load(fixture("two-logits.safetensors"))) {
      assertThat(detector.input()).isEqualTo(InputContract.imagenet(10, Filter.BICUBIC, 8));
      assertThat(detector.calibration()).isEqualTo(new Calibration(2.5, 0.3125));
      assertThat(scores(detector))
          .containsExactly(
              new double[] {
                0.39406690921531634, 0.2608072451736197, 0.20547782419596045, 0.5152683282341719
              },
              within(1e-6));
      assertThat(detector.label(0.4)).isEqualTo(Label.AI);
      assertThat(detector.label(0.3)).isEqualTo(Label.NATURE);
      assertThat(detector.provenance())
          .containsEntry("genimage.head", "AI_NATURE")
          .containsEntry("genimage.training_data", "{\"images\":{\"ADM/ai\":4}}");
    }
  }

  @Test
  void detector_ofOneLogit_scoresByItsOwnContractAndHead() {
    try (Detector detector = ONE.load(fixture("one-logit.safetensors"))) {
      assertThat(detector.input())
          .isEqualTo(
              InputContract.of(new Resize.Square(8, Filter.LANCZOS), 8)
                  .range(-1, 1)
                  .channels(ChannelOrder.BGR));
      assertThat(detector.calibration()).isEqualTo(Calibration.NONE);
      assertThat(scores(detector))
          .containsExactly(
              new double[] {
                0.2377626786558312, 0.09745760737144092, 0.050138887375378784, 0.18119835690160144
              },
              within(1e-6));
    }
  }

  static List<Blueprint> catalogue() {
    return Detectors.all();
  }

  /** The files have one number, so that they are small; the metadata is what is tested. */
  @ParameterizedTest
  @MethodSource("catalogue")
  void contract_ofACataloguedDetector_isThatOfTheCatalogue(Blueprint blueprint) {
    Weights file = Weights.read(fixture("catalogue/" + blueprint.name() + ".safetensors"));
    Blueprint small =
        new Blueprint(
            blueprint.name(),
            (scope, images) ->
                linear(
                    scope.at("fc"), globalAveragePool(scope, images), blueprint.head().outputs()),
            InputContract.crop(9),
            blueprint.head());

    assertThat(file.get("fc.bias").toFloats()).containsExactly(1);
    try (Detector detector = small.load(small.initialWeights(1).with(file.metadata()))) {
      assertThat(detector.input()).isEqualTo(blueprint.input());
      assertThat(detector.provenance()).containsEntry("genimage.head", blueprint.head().name());
    }
  }

  @Test
  void weights_ofAnotherDetector_areRefusedByItsName() {
    assertThatThrownBy(() -> ONE.load(fixture("two-logits.safetensors")))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("expected weights of One logit, found weights of Two logits");
  }

  @Test
  void weights_writtenAgain_areTheSameBytes(@TempDir Path folder) throws IOException {
    Path again = folder.resolve("again.safetensors");
    Weights.read(fixture("one-logit.safetensors")).write(again);

    assertThat(again).hasSameBinaryContentAs(fixture("one-logit.safetensors"));
  }
}
