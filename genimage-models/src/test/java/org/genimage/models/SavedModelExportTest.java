package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.fuzz.OtherProcess;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.small.SmallDetectors;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

class SavedModelExportTest {

  private static final int SIDE = 12;

  @TempDir private Path temporary;

  @ParameterizedTest
  @EnumSource(Head.class)
  void pixels_giveOurScoresAndLogits(Head head) {
    Blueprint blueprint = blueprint(new Resize.None(), head);
    Weights weights = blueprint.initialWeights(3).calibrated(new Calibration(1.5, 0.25));
    ImageBatch images =
        ImageBatch.of(
            List.of(DetectorTest.noise(SIDE, SIDE, 1), DetectorTest.noise(SIDE, SIDE, 2)));
    blueprint.export(weights, folder());
    try (Detector detector = blueprint.load(weights);
        SavedModelBundle model = SavedModelBundle.load(folder().toString(), "serve");
        TUint8 pixels =
            TUint8.tensorOf(
                Shape.of(2, SIDE, SIDE, 3), DataBuffers.of(images.toArray(), true, false));
        var result = model.function("pixels").call(Map.of("pixels", pixels))) {
      TFloat32 scores = (TFloat32) result.get("scores").orElseThrow();
      TFloat32 logits = (TFloat32) result.get("logits").orElseThrow();
      double[] expected = detector.score(images);

      assertThat(scores.shape()).isEqualTo(Shape.of(2));
      assertThat(logits.shape()).isEqualTo(Shape.of(2, 2));
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) scores.getFloat(i)).isCloseTo(expected[i], within(1e-6));
        double difference = logits.getFloat(i, 1) - logits.getFloat(i, 0);
        assertThat(1 / (1 + Math.exp(-difference / 1.5))).isCloseTo(expected[i], within(1e-6));
      }
    }
  }

  /** What large weights get: a file of variables beside the graph. */
  @Test
  void variables_giveOurScores() throws IOException {
    Blueprint blueprint = wide(Head.NATURE_AI);
    ImageBatch images = ImageBatch.of(List.of(DetectorTest.noise(SIDE, SIDE, 1)));
    for (long seed : new long[] {3, 4}) {
      Weights weights = blueprint.initialWeights(seed);
      SavedModelExport.write(blueprint, weights, temporary.resolve("model" + seed), true);
    }
    // Both at once: one's variables must not be the other's.
    try (SavedModelBundle first = load("model3");
        SavedModelBundle second = load("model4");
        Detector one = blueprint.load(blueprint.initialWeights(3));
        Detector other = blueprint.load(blueprint.initialWeights(4))) {
      assertThat(score(first, images)).isCloseTo(one.score(images)[0], within(1e-6));
      assertThat(score(second, images)).isCloseTo(other.score(images)[0], within(1e-6));
      assertThat(score(first, images)).isNotCloseTo(score(second, images), within(1e-4));
    }
    assertThat(Files.size(temporary.resolve("model3/saved_model.pb"))).isLessThan(100_000);
    assertThat(temporary.resolve("model3/variables/variables.index")).isNotEmptyFile();
    assertThat(Files.size(temporary.resolve("model3/variables/variables.data-00000-of-00001")))
        .isEqualTo(4L * SIDE * SIDE * 4 * 64);
    assertThat(temporary.resolve("model3/assets.extra/provenance.json")).isNotEmptyFile();
  }

  @Test
  void variables_ofSmallArraysAlone_areConstants() {
    Blueprint blueprint = blueprint(new Resize.None(), Head.NATURE_AI);
    ImageBatch images = ImageBatch.of(List.of(DetectorTest.noise(SIDE, SIDE, 1)));
    SavedModelExport.write(blueprint, blueprint.initialWeights(3), temporary.resolve("m"), true);

    try (SavedModelBundle model = load("m");
        Detector detector = blueprint.load(blueprint.initialWeights(3))) {
      assertThat(score(model, images)).isCloseTo(detector.score(images)[0], within(1e-6));
    }
    assertThat(temporary.resolve("m/variables")).doesNotExist();
  }

  @Test
  void variables_onAnotherFileSystem_areRefused() throws IOException {
    Blueprint blueprint = wide(Head.NATURE_AI);
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      Path target = memory.getPath("/model");

      assertThatThrownBy(
              () -> SavedModelExport.write(blueprint, blueprint.initialWeights(3), target, true))
          .isInstanceOf(WeightsException.class)
          .hasMessageStartingWith(target + ": expected a folder on the machine's own file system")
          .hasMessageEndingWith("found it on another (jimfs); export to a disk and copy it");
      assertThat(target).doesNotExist();
    }
  }

  private SavedModelBundle load(String name) {
    return SavedModelBundle.load(temporary.resolve(name).toString(), "serve");
  }

  private static double score(SavedModelBundle model, ImageBatch images) {
    Shape shape = Shape.of(images.count(), SIDE, SIDE, 3);
    try (TUint8 pixels = TUint8.tensorOf(shape, DataBuffers.of(images.toArray(), true, false));
        var result = model.function("pixels").call(Map.of("pixels", pixels))) {
      return ((TFloat32) result.get("scores").orElseThrow()).getFloat(0);
    }
  }

  private static Blueprint wide(Head head) {
    return new Blueprint(
        "wide", new Wide(head.outputs()), InputContract.imagenet(new Resize.None(), SIDE), head);
  }

  /** A network with an array that is large enough for a variable. */
  private record Wide(int outputs) implements Network {
    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      var x =
          Layers.convBatchNorm(
              scope.at("conv1"), scope.at("bn1"), images, 4, Conv.kernel(3), Init.ONES);
      x = scope.tf().reshape(x, scope.tf().constant(new int[] {-1, SIDE * SIDE * 4}));
      x = scope.tf().math.tanh(Layers.linear(scope.at("hidden"), x, 64));
      return Layers.linear(scope.at("fc"), x, outputs);
    }
  }

  /** Crops only: the graph's bytes are ours, over the edges of a small image, too. */
  @ParameterizedTest
  @CsvSource({"12, 12", "13, 12", "17, 30", "15, 13", "7, 40", "3, 5", "1, 1"})
  void imageBytes_withoutResize_giveOurScores(int width, int height) throws IOException {
    Image image = DetectorTest.noise(width, height, 1);

    assertThat(difference(new Resize.None(), image)).isLessThan(1e-6);
  }

  /** Pillow and OpenCV round between their passes, the graph does not: never more than a level. */
  @ParameterizedTest
  @MethodSource
  void imageBytes_withResize_areWithinALevelOfOurs(Resize resize, int width, int height) {
    InputContract input = InputContract.imagenet(resize, SIDE);
    // Of low contrast: nothing is clipped, which Pillow does between its passes, too.
    byte[] rgb = DetectorTest.noise(width, height, 1).toArray();
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (96 + (rgb[i] & 63));
    }
    Image image = Image.of(width, height, rgb);
    byte[] expected = input.prepare(image).toArray();
    byte[] found = new byte[expected.length];
    try (ConcreteFunction preparation =
            ConcreteFunction.create(tf -> SavedModelExport.preparation(tf, input));
        TString file = TString.tensorOfBytes(NdArrays.scalarOfObject(image.toPng()));
        Result result = preparation.call(Map.of("file", file))) {
      ((TUint8) result.get(0)).copyTo(DataBuffers.of(found));
    }
    int differing = 0;
    for (int i = 0; i < found.length; i++) {
      int difference = Math.abs((found[i] & 0xff) - (expected[i] & 0xff));
      assertThat(difference).isLessThanOrEqualTo(1);
      differing += difference;
    }
    assertThat(differing).isLessThan(found.length / 2);
  }

  static Stream<Arguments> imageBytes_withResize_areWithinALevelOfOurs() {
    Resize bicubic = new Resize.ShorterSide(16, Filter.BICUBIC);
    return Stream.of(
        Arguments.of(bicubic, 40, 30),
        Arguments.of(bicubic, 30, 41),
        Arguments.of(bicubic, 16, 16),
        Arguments.of(bicubic, 16, 31),
        Arguments.of(bicubic, 5, 9),
        Arguments.of(new Resize.ShorterSide(16, Filter.BILINEAR), 40, 30),
        Arguments.of(new Resize.ShorterSide(16, Filter.LANCZOS), 33, 40),
        Arguments.of(new Resize.Square(14, Filter.BICUBIC), 40, 30),
        Arguments.of(new Resize.FlooredCrop(new Resize.Square(15, Filter.BICUBIC), SIDE), 40, 30),
        Arguments.of(new Resize.FlooredCrop(new Resize.None(), SIDE), 15, 9),
        Arguments.of(new Resize.Square(SIDE, Filter.BILINEAR), 7, 30),
        Arguments.of(new Resize.OpenCvSquare(SIDE), 40, 30),
        Arguments.of(new Resize.OpenCvSquare(14), 5, 9));
  }

  /** Copies of small images, then a crop: the graph's bytes are ours. */
  @ParameterizedTest
  @CsvSource({"12, 12", "13, 30", "30, 7", "5, 4", "1, 1", "24, 17"})
  void imageBytes_tiled_giveOurScores(int width, int height) throws IOException {
    Image image = DetectorTest.noise(width, height, 1);

    assertThat(difference(new Resize.Tile(SIDE + 2), image)).isLessThan(1e-6);
  }

  static Stream<Blueprint> newer() {
    List<String> papers = Detectors.all().stream().map(Blueprint::name).toList();
    return SmallDetectors.all().stream().filter(one -> !papers.contains(one.name()));
  }

  @ParameterizedTest
  @MethodSource("newer")
  void imageBytes_ofANewerDetector_giveItsScores(Blueprint blueprint) throws IOException {
    Weights weights = blueprint.initialWeights(3);
    Image image = DetectorTest.noise(70, 50, 1);
    blueprint.export(weights, folder());
    try (Detector detector = blueprint.load(weights);
        SavedModelBundle model = SavedModelBundle.load(folder().toString(), "serve");
        TString files = TString.tensorOfBytes(NdArrays.vectorOfObjects(image.toPng()));
        var result = model.function("image_bytes").call(Map.of("image_bytes", files))) {
      TFloat32 scores = (TFloat32) result.get("scores").orElseThrow();

      assertThat((double) scores.getFloat(0)).isCloseTo(detector.score(image), within(1e-5));
    }
  }

  @Test
  void export_wholeImages_isRefused() {
    Blueprint blueprint = blueprint(new Resize.Whole(1), Head.NATURE_AI);
    Weights weights = blueprint.initialWeights(1);

    assertThatThrownBy(() -> blueprint.export(weights, folder()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a SavedModel needs images of one size, got an input of whole images; export tiny with"
                + " an input contract that crops");
  }

  @Test
  void imageBytes_withResize_giveNearlyOurScores() throws IOException {
    Resize resize = new Resize.ShorterSide(16, Filter.BICUBIC);

    assertThat(difference(resize, DetectorTest.noise(40, 30, 1))).isLessThan(5e-3);
  }

  private double difference(Resize resize, Image image) throws IOException {
    Blueprint blueprint = blueprint(resize, Head.NATURE_AI);
    Weights weights = blueprint.initialWeights(3);
    byte[] other = DetectorTest.noise(20, 20, 5).toPng();
    blueprint.export(weights, folder());
    try (Detector detector = blueprint.load(weights);
        SavedModelBundle model = SavedModelBundle.load(folder().toString(), "serve");
        TString files =
            TString.tensorOfBytes(NdArrays.vectorOfObjects(other, image.toPng(), other));
        var result = model.function("image_bytes").call(Map.of("image_bytes", files))) {
      TFloat32 scores = (TFloat32) result.get("scores").orElseThrow();

      assertThat(scores.getFloat(0)).isEqualTo(scores.getFloat(2));
      return Math.abs(scores.getFloat(1) - detector.score(image));
    }
  }

  @Test
  void export_tellsWhereTheWeightsComeFrom() throws IOException {
    Blueprint blueprint = blueprint(new Resize.None(), Head.AI_NATURE);
    Weights weights =
        blueprint
            .initialWeights(3)
            .with(Map.of("recipe", "none"))
            .calibrated(new Calibration(1, 0.25));
    blueprint.export(weights, folder());

    assertThat(Files.readString(folder().resolve("assets.extra").resolve("provenance.json")))
        .contains(
            "\"recipe\" : \"none\"",
            "\"genimage.head\" : \"AI_NATURE\"",
            "\"genimage.threshold\" : \"0.25\"");
    assertThat(temporary).isDirectoryNotContaining("glob:**.partial");
  }

  @Test
  void export_whileAnotherProcessExports_saysSo_andNotOnceItIsKilled() throws Exception {
    Blueprint blueprint = blueprint(new Resize.None(), Head.NATURE_AI);
    Weights weights = blueprint.initialWeights(3);
    try (OtherProcess other = OtherProcess.filling(folder())) {
      assertThatThrownBy(() -> blueprint.export(weights, folder()))
          .isInstanceOf(WeightsException.class)
          .hasMessage(
              folder()
                  + ": the SavedModel could not be written (another process is writing it); let it"
                  + " finish, or choose another place");
      other.kill();
    }
    assertThat(folder()).doesNotExist();

    blueprint.export(weights, folder());

    assertThat(folder().resolve("saved_model.pb")).isNotEmptyFile();
    assertThat(temporary).isDirectoryNotContaining("glob:**.partial");
  }

  @Test
  void export_folderIsThere_isRefused() throws IOException {
    Blueprint blueprint = blueprint(new Resize.None(), Head.NATURE_AI);
    Files.createDirectory(folder());

    assertThatThrownBy(() -> blueprint.export(blueprint.initialWeights(3), folder()))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            folder() + ": expected a folder still to be made, found one; choose another place");
    assertThat(folder()).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({"1e-300, 1.0E-300", "9e-31, 9.0E-31", "1e39, 1.0E39"})
  void export_temperatureBeyond32Bits_isRefused(double temperature, String found) {
    Blueprint blueprint = blueprint(new Resize.None(), Head.NATURE_AI);
    Weights weights = blueprint.initialWeights(3).calibrated(new Calibration(temperature, 0.5));

    assertThatThrownBy(() -> blueprint.export(weights, folder()))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            folder()
                + ": a SavedModel calculates in 32 bits and needs a temperature from 1.0E-30 to"
                + " 1.0E30, found "
                + found
                + "; calibrate again");
    assertThat(folder()).doesNotExist();
  }

  @Test
  void export_weightsOfAnotherDetector_areRefused() {
    Blueprint blueprint = blueprint(new Resize.None(), Head.NATURE_AI);

    assertThatThrownBy(() -> Detectors.resnet50().export(blueprint.initialWeights(3), folder()))
        .isInstanceOf(WeightsException.class);
    assertThat(folder()).doesNotExist();
  }

  private Path folder() {
    return temporary.resolve("model");
  }

  @Test
  void export_toAnotherFileSystem_works() throws IOException {
    Blueprint blueprint = blueprint(new Resize.None(), Head.NATURE_AI);
    try (FileSystem memory = Jimfs.newFileSystem(Configuration.unix())) {
      Path target = memory.getPath("/models/tiny");
      blueprint.export(blueprint.initialWeights(1), target);

      assertThat(Files.size(target.resolve("saved_model.pb"))).isGreaterThan(1000);
      assertThat(Files.readString(target.resolve("assets.extra/provenance.json")))
          .contains("\"genimage.detector\" : \"tiny\"");
    }
  }

  private static Blueprint blueprint(Resize resize, Head head) {
    return new Blueprint(
        "tiny", new Tiny(head.outputs()), InputContract.imagenet(resize, SIDE), head);
  }

  /** A convolution as large as the image, after one with a folded batch norm. */
  private record Tiny(int outputs) implements Network {
    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      var x =
          Layers.convBatchNorm(
              scope.at("conv1"), scope.at("bn1"), images, 4, Conv.kernel(3), Init.ONES);
      x = scope.tf().math.tanh(x);
      x = scope.tf().reshape(x, scope.tf().constant(new int[] {-1, SIDE * SIDE * 4}));
      return Layers.linear(scope.at("fc"), x, outputs);
    }
  }
}
