package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.DoubleStream;
import org.genimage.data.Label;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.small.SmallDetectors;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A detector of whole images: they come in all sizes, so each is scored by itself. */
class WholeImagesTest {

  private static final Blueprint CROPPING = Detectors.ferretNetSmall();
  private static final Blueprint WHOLE =
      CROPPING.input(CROPPING.input().resize(new Resize.Whole(1)));
  private static final List<Image> IMAGES =
      List.of(
          DetectorTest.noise(40, 30, 1),
          DetectorTest.noise(30, 41, 2),
          DetectorTest.noise(32, 32, 3),
          DetectorTest.noise(2, 5, 4),
          DetectorTest.noise(40, 30, 5));

  private static DifferentiableDetector detector;

  @BeforeAll
  static void load() {
    detector = WHOLE.load(WHOLE.initialWeights(1));
  }

  @AfterAll
  static void close() {
    detector.close();
  }

  private static Double[] eachByItself() {
    return IMAGES.stream().map(detector::score).toArray(Double[]::new);
  }

  @Test
  void score_ofTheSizeThatAnotherInputCropsTo_isTheSame() {
    Weights weights = WHOLE.initialWeights(1);
    Blueprint square = CROPPING.input(CROPPING.input().side(32));
    try (Detector cropping = square.load(Weights.of(weights.arrays()))) {
      assertThat(detector.score(IMAGES.get(2)))
          .isCloseTo(cropping.score(IMAGES.get(2)), within(1e-6));
    }
    assertThat(eachByItself()).doesNotHaveDuplicates();
  }

  @Test
  void score_ofManyImages_isThatOfEach() {
    double[] scores = detector.score(IMAGES);

    assertThat(DoubleStream.of(scores).boxed()).containsExactly(eachByItself());
    ImageBatch alike = ImageBatch.of(List.of(IMAGES.get(0), IMAGES.get(4)));
    assertThat(detector.score(alike)[1]).isCloseTo(scores[4], within(1e-6));
  }

  @Test
  void score_ofManyFiles_isThatOfEach(@TempDir Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Image image : IMAGES) {
      files.add(Files.write(folder.resolve(files.size() + ".png"), image.toPng()));
    }

    assertThat(detector.score(files.stream()).map(FileScore::score))
        .containsExactly(eachByItself());
  }

  @Test
  void service_ofManyImages_givesTheScoreOfEach() {
    try (DetectorService service = Batching.of(detector).start()) {
      service.warmUp();
      List<CompletableFuture<Double>> scores = IMAGES.stream().map(service::score).toList();

      assertThat(scores.stream().map(CompletableFuture::join)).containsExactly(eachByItself());
    }
  }

  @Test
  void lossGradient_ofAnyShape_hasIt() {
    Pixels pixels = ImageBatch.of(List.of(IMAGES.get(1))).toPixels();

    Pixels gradient = detector.lossGradient(pixels, List.of(Label.AI));

    assertThat(List.of(gradient.height(), gradient.width())).containsExactly(41, 30);
    assertThat(gradient.toArray()).hasSize(3 * 41 * 30).isNotEqualTo(new float[3 * 41 * 30]);
    assertThat(detector.score(pixels)[0]).isCloseTo(detector.score(IMAGES.get(1)), within(1e-6));
  }

  @Test
  void score_ofOneRowOrColumn_isRefused() {
    assertThatThrownBy(() -> detector.score(DetectorTest.noise(1, 50, 1)))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(
            "expected a whole image of at least 2 pixels on each side, found 1x50; leave it out");
  }

  @ParameterizedTest
  @CsvSource({"NPR, 2", "SAFE, 2", "Residuals, 3"})
  void score_ofLessThanTheNetworkLooksAt_isRefused(String name, int least) {
    Blueprint blueprint = SmallDetectors.of(Detectors.named(name));
    InputContract input = blueprint.input();
    Blueprint whole =
        blueprint.input(
            new InputContract(
                new Resize.Whole(1), input.side(), input.channels(), input.mean(), input.std()));
    try (DifferentiableDetector small = whole.load(whole.initialWeights(1))) {
      assertThat(small.score(DetectorTest.noise(least, least, 1))).isBetween(0.0, 1.0);
      ImageBatch narrow = ImageBatch.of(List.of(DetectorTest.noise(least - 1, 50, 1)));
      String sentence =
          "%s needs an image of at least %s pixels on each side, found %sx50; leave it out"
              .formatted(name, least, least - 1);
      assertThatThrownBy(() -> small.score(narrow))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessage(sentence);
      assertThatThrownBy(() -> small.score(narrow.toPixels()))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessage(sentence);
    }
  }

  @Test
  void input_ofNpr_dropsOddRowsAndColumns() {
    Image prepared = NprProtocol.NATIVE.input().prepare(IMAGES.get(1));

    assertThat(List.of(prepared.width(), prepared.height())).containsExactly(30, 40);
    assertThat(prepared.value(29, 39, 1)).isEqualTo(IMAGES.get(1).value(29, 39, 1));
  }

  @Test
  void toString_saysSo() {
    assertThat(detector)
        .hasToString("FerretNet-S for images of any size, in FLOAT32, threshold 0.5");
    assertThat(detector.input().together(16)).isEqualTo(1);
    assertThat(CROPPING.input().together(16)).isEqualTo(16);
  }

  @Test
  void load_networkOfOneSize_isRefused() {
    InputContract whole = InputContract.imagenet(new Resize.Whole(1), 224);
    Blueprint deit = Detectors.deitSmall().input(whole);

    assertThatThrownBy(
            () -> deit.load(Weights.of(Detectors.deitSmall().initialWeights(1).arrays())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "DeiT-S needs images of one size, got an input of whole images; give it an input"
                + " contract that crops");
    assertThatThrownBy(
            () ->
                Detectors.gramNet()
                    .load(Detectors.gramNet().input(whole).describe(Weights.of(Map.of()))))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("GramNet needs images of one size, got an input of whole images");
  }
}
