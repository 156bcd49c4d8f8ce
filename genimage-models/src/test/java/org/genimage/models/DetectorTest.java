package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class DetectorTest {

  static final Blueprint TINY =
      new Blueprint("tiny", new Tiny(2), InputContract.crop(9), Head.NATURE_AI);

  @Test
  void score_ofPathImageAndBatch_agree(@TempDir Path folder) throws IOException {
    Image image = noise(13, 11, 1);
    Path file = folder.resolve("image.png");
    Files.write(file, image.toPng());
    try (DifferentiableDetector detector = TINY.load(TINY.initialWeights(3))) {
      double score = detector.score(image);

      assertThat(score).isStrictlyBetween(0.0, 1.0).isNotEqualTo(0.5);
      assertThat(detector.score(file)).isEqualTo(score);
      assertThat(detector.score(ImageBatch.of(List.of(detector.input().prepare(image)))))
          .containsExactly(score);
      assertThat(detector.score(List.of(noise(9, 9, 2), image)))
          .hasSize(2)
          .satisfies(scores -> assertThat(scores[1]).isCloseTo(score, within(1e-6)));
      assertThat(detector.classify(image)).isEqualTo(score > 0.5 ? Label.AI : Label.NATURE);
    }
  }

  @Test
  void score_ofEverythingThatHoldsAnImage_agrees() throws IOException {
    Image image = noise(13, 11, 1);
    byte[] png = image.toPng();
    try (Detector detector = TINY.load(TINY.initialWeights(3))) {
      double score = detector.score(image);
      AtomicBoolean streamClosed = new AtomicBoolean();
      InputStream stream =
          new ByteArrayInputStream(png) {
            @Override
            public void close() {
              streamClosed.set(true);
            }
          };

      assertThat(detector.score(png)).isEqualTo(score);
      assertThat(detector.score(stream)).isEqualTo(score);
      assertThat(streamClosed).isFalse();
      assertThat(detector.score(image.toBufferedImage())).isEqualTo(score);
    }
  }

  @Test
  void score_ofABrokenStream_saysSo() {
    IOException broken = new IOException("line is dead");
    InputStream stream =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw broken;
          }
        };
    try (Detector detector = TINY.load(TINY.initialWeights(3))) {
      assertThatThrownBy(() -> detector.score(stream))
          .isInstanceOf(UnreadableImageException.class)
          .hasCause(broken)
          .hasMessageContaining("line is dead");
      assertThatThrownBy(() -> detector.score(new byte[] {1, 2, 3}))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith("encoded image: ");
    }
  }

  @Test
  void score_ofManyFiles_isThatOfEach(@TempDir Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    List<Double> expected = new ArrayList<>();
    try (Detector detector = TINY.load(TINY.initialWeights(3))) {
      for (int i = 0; i < 41; i++) {
        Image image = noise(9 + i % 3, 9, i);
        files.add(Files.write(folder.resolve(i + ".png"), image.toPng()));
        expected.add(detector.score(image));
      }
      List<FileScore> found = detector.score(files.stream()).toList();

      assertThat(found).extracting(FileScore::file).isEqualTo(files);
      for (int i = 0; i < files.size(); i++) {
        assertThat(found.get(i).score()).isCloseTo(expected.get(i), within(1e-6));
      }
      assertThat(detector.score(Stream.<Path>of())).isEmpty();
    }
  }

  /** An endless stream of files must neither be read to its end nor fill the memory. */
  @Test
  void score_ofManyFiles_readsNoFurtherThanNeeded(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("image.png"), noise(9, 9, 1).toPng());
    AtomicInteger taken = new AtomicInteger();
    try (Detector detector = TINY.load(TINY.initialWeights(3))) {
      Stream<Path> endless = Stream.generate(() -> file).peek(path -> taken.incrementAndGet());

      assertThat(detector.score(endless).limit(100)).hasSize(100);
      assertThat(taken).hasValueBetween(100, 100 + 4 * 16);
    }
  }

  /** What is held is what was taken and not handed on: three batches, however long the folder. */
  @Test
  void score_ofTwentyThousandFiles_holdsThreeBatches(@TempDir Path folder) throws IOException {
    int count = 20_000;
    Path file = Files.write(folder.resolve("image.png"), noise(9, 9, 1).toPng());
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger given = new AtomicInteger();
    AtomicInteger held = new AtomicInteger();
    try (Detector detector = TINY.load(TINY.initialWeights(3))) {
      Stream<Path> files =
          Stream.generate(() -> file)
              .limit(count)
              .peek(
                  path -> held.accumulateAndGet(taken.incrementAndGet() - given.get(), Math::max));
      detector.score(files).forEach(found -> given.incrementAndGet());
    }

    assertThat(given).hasValue(count);
    assertThat(held).hasValueLessThanOrEqualTo(3 * 16);
  }

  @Test
  void score_ofManyFiles_reportsUnreadableOnes(@TempDir Path folder) throws IOException {
    Path good = Files.write(folder.resolve("good.png"), noise(9, 9, 1).toPng());
    Path bad = Files.write(folder.resolve("bad.png"), new byte[] {1, 2, 3});
    Path missing = folder.resolve("missing.png");
    List<Path> files = List.of(bad, good, missing, good);
    List<String> problems = new ArrayList<>();
    try (Detector detector = TINY.load(TINY.initialWeights(3))) {
      List<FileScore> found =
          detector.score(files.stream(), problem -> problems.add(problem.getMessage())).toList();

      assertThat(found).extracting(FileScore::file).containsExactly(good, good);
      assertThat(found).extracting(FileScore::score).containsOnly(detector.score(good));
      assertThat(problems).hasSize(2);
      assertThat(problems.get(0)).startsWith(bad.toString());
      assertThat(problems.get(1)).startsWith(missing.toString());
      assertThatThrownBy(() -> detector.score(files.stream()).toList())
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith(bad.toString());
    }
  }

  @Test
  void toString_isAShortLine() {
    Weights weights = TINY.initialWeights(3);
    try (Detector detector = TINY.load(weights);
        DetectorService service = Batching.of(detector).start()) {
      assertThat(detector).hasToString("tiny for images of 9 pixels, in FLOAT32, threshold 0.5");
      assertThat(service).hasToString("service of detector tiny, 0 of 256 requests open");
    }
    WeightArray array = WeightArray.of(List.of(2, 3), new float[6]);
    assertThat(weights.toString()).startsWith("weights of tiny: ").hasSizeLessThan(80);
    assertThat(Weights.of(Map.of("a", array, "b", array)))
        .hasToString("weights of an unknown detector: 2 arrays, 12 values");
  }

  @Test
  void provenance_saysHowOutputsAreRead() {
    Weights bare = Weights.of(TINY.initialWeights(3).arrays()).with(Map.of("recipe", "none"));
    try (Detector detector = TINY.head(Head.AI_NATURE).load(bare)) {
      assertThat(detector.provenance())
          .containsEntry("recipe", "none")
          .containsEntry("genimage.detector", "tiny")
          .containsEntry("genimage.head", "AI_NATURE")
          .containsKey("genimage.input");
    }
  }

  @Test
  void bfloat16_isSeenInProvenance() {
    Weights weights = TINY.initialWeights(3);
    try (Detector full = TINY.load(weights)) {
      assertThat(full.provenance()).containsEntry("genimage.precision", "FLOAT32");
    }
    if (Graphs.SCORING_BFLOAT16.isAvailable()) {
      try (Detector half = TINY.load(weights, Precision.BFLOAT16)) {
        assertThat(half.provenance()).containsEntry("genimage.precision", "BFLOAT16");
      }
    } else {
      assertThatThrownBy(() -> TINY.load(weights, Precision.BFLOAT16))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("load tiny in FLOAT32");
    }
  }

  @Test
  void score_ofPixels_equalsThatOfBytes() {
    ImageBatch batch = ImageBatch.of(List.of(noise(9, 9, 1), noise(9, 9, 2)));
    try (DifferentiableDetector detector = TINY.load(TINY.initialWeights(3))) {
      assertThat(detector.score(batch.toPixels()))
          .containsExactly(detector.score(batch), within(1e-6));
    }
  }

  @Test
  void score_byManyThreads_isThatOfOne() throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try (DifferentiableDetector detector = TINY.load(TINY.initialWeights(3))) {
      List<Callable<Double>> tasks = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        Image image = noise(9, 9, i % 4);
        tasks.add(() -> detector.score(image));
      }
      List<Double> scores = new ArrayList<>();
      for (Future<Double> score : pool.invokeAll(tasks)) {
        scores.add(score.get());
      }

      for (int i = 0; i < scores.size(); i++) {
        assertThat(scores.get(i)).isEqualTo(detector.score(noise(9, 9, i % 4)));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void lossGradient_equalsFiniteDifferences() {
    Pixels pixels = ImageBatch.of(List.of(noise(9, 9, 1), noise(9, 9, 2))).toPixels();
    List<Label> labels = List.of(Label.NATURE, Label.AI);
    try (DifferentiableDetector detector = TINY.load(TINY.initialWeights(3))) {
      float[] gradient = detector.lossGradient(pixels, labels).toArray();
      RandomGenerator random = Seed.of(4).random();
      for (int k = 0; k < 20; k++) {
        int i = random.nextInt(gradient.length);
        double step = 1e-2;
        double slope =
            (loss(detector, moved(pixels, i, step), labels)
                    - loss(detector, moved(pixels, i, -step), labels))
                / (2 * step);
        assertThat((double) gradient[i]).isCloseTo(slope, within(2e-3 * largest(gradient)));
      }
    }
  }

  @Test
  void gradient_ofAnyWeights_equalsFiniteDifferencesOfTheLogits() {
    Pixels pixels = ImageBatch.of(List.of(noise(9, 9, 1), noise(9, 9, 2))).toPixels();
    Logits weights = Logits.of(0.5f, -2, 3, 1);
    try (DifferentiableDetector detector = TINY.load(TINY.initialWeights(3))) {
      float[] gradient = detector.gradient(pixels, weights).toArray();
      RandomGenerator random = Seed.of(4).random();
      for (int k = 0; k < 20; k++) {
        int i = random.nextInt(gradient.length);
        double step = 1e-2;
        double slope =
            (weighted(detector.logits(moved(pixels, i, step)), weights)
                    - weighted(detector.logits(moved(pixels, i, -step)), weights))
                / (2 * step);
        assertThat((double) gradient[i]).isCloseTo(slope, within(2e-3 * largest(gradient)));
      }
    }
  }

  private static double weighted(Logits logits, Logits weights) {
    double sum = 0;
    for (int i = 0; i < logits.count(); i++) {
      for (Label label : Label.values()) {
        sum += (double) logits.of(i, label) * weights.of(i, label);
      }
    }
    return sum;
  }

  @Test
  void gradient_otherNumberOfWeights_isRefused() {
    Pixels pixels = ImageBatch.of(List.of(noise(9, 9, 1), noise(9, 9, 2))).toPixels();
    try (DifferentiableDetector detector = TINY.load(TINY.initialWeights(3))) {
      assertThatThrownBy(() -> detector.gradient(pixels, Logits.same(3, -1, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("2 images need two weights each, got those of 3");
    }
  }

  @Test
  void logits_ofACalibratedDetector_areBeforeTheTemperature() {
    Pixels pixels = ImageBatch.of(List.of(noise(9, 9, 1), noise(9, 9, 2))).toPixels();
    Weights weights = TINY.initialWeights(3);
    Calibration calibration = new Calibration(2.5, 0.5);
    try (DifferentiableDetector plain = TINY.load(weights);
        DifferentiableDetector calibrated = TINY.load(weights.calibrated(calibration))) {
      Logits logits = calibrated.logits(pixels);

      assertThat(logits).isEqualTo(plain.logits(pixels));
      for (int i = 0; i < logits.count(); i++) {
        assertThat(calibrated.score(pixels)[i])
            .isEqualTo(calibration.score(logits.nature(i), logits.ai(i)));
      }
    }
  }

  @Test
  void scoresAndLogits_ofPixels_buildNoGradient() {
    Pixels pixels = ImageBatch.of(List.of(noise(9, 9, 1))).toPixels();
    try (DifferentiableDetector detector = TINY.load(TINY.initialWeights(3))) {
      double[] scores = detector.score(pixels);
      Logits logits = detector.logits(pixels);

      assertThat(((GraphDetector) detector).hasGradient()).isFalse();

      detector.lossGradient(pixels, List.of(Label.AI));

      assertThat(((GraphDetector) detector).hasGradient()).isTrue();
      assertThat(detector.score(pixels)).isEqualTo(scores);
      assertThat(detector.logits(pixels)).isEqualTo(logits);
    }
  }

  /** A detector that knows its scores and its loss's gradient alone has the same margin. */
  @Test
  void marginGradient_ofTheInterfacesDefaults_isThatOfTheDetector() {
    Pixels pixels = ImageBatch.of(List.of(noise(9, 9, 1), noise(9, 9, 2))).toPixels();
    try (DifferentiableDetector detector = TINY.load(TINY.initialWeights(3))) {
      DifferentiableDetector bare = new Bare(detector);
      float[] expected = detector.gradient(pixels, Logits.same(2, -1, 1)).toArray();

      float[] actual = bare.gradient(pixels, Logits.same(2, 0, 1)).toArray();

      assertThat(actual).containsExactly(expected, within(1e-4f * (float) largest(expected)));
      for (int i = 0; i < 2; i++) {
        assertThat(bare.logits(pixels).margin(i))
            .isCloseTo(detector.logits(pixels).margin(i), within(1e-5));
      }
      assertThatThrownBy(bare::weights)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("tiny has no weights to hand out");
    }
  }

  /** Has nothing but what every differentiable detector must have. */
  private record Bare(DifferentiableDetector inside) implements DifferentiableDetector {

    @Override
    public String name() {
      return inside.name();
    }

    @Override
    public InputContract input() {
      return inside.input();
    }

    @Override
    public Map<String, String> provenance() {
      return inside.provenance();
    }

    @Override
    public double[] score(ImageBatch images) {
      return inside.score(images);
    }

    @Override
    public double[] score(Pixels pixels) {
      return inside.score(pixels);
    }

    @Override
    public Pixels lossGradient(Pixels pixels, List<Label> labels) {
      return inside.lossGradient(pixels, labels);
    }

    @Override
    public Operand<TFloat32> logits(Ops tf, Operand<TFloat32> pixels) {
      return inside.logits(tf, pixels);
    }

    @Override
    public void close() {
      inside.close();
    }
  }

  @Test
  void blueFirst_equalsRedFirstOnSwappedPixels() {
    InputContract redFirst = InputContract.of(new Resize.None(), 9).range(-1, 1);
    InputContract blueFirst = redFirst.channels(ChannelOrder.BGR);
    Weights weights = Weights.of(TINY.initialWeights(3).arrays());
    Pixels pixels = ImageBatch.of(List.of(noise(9, 9, 1), noise(9, 9, 2))).toPixels();
    List<Label> labels = List.of(Label.NATURE, Label.AI);
    try (DifferentiableDetector straight = TINY.input(redFirst).load(weights);
        DifferentiableDetector reversed = TINY.input(blueFirst).load(weights)) {
      assertThat(reversed.score(pixels)).isNotEqualTo(straight.score(pixels));
      assertThat(reversed.score(pixels)).isEqualTo(straight.score(swapped(pixels)));
      assertThat(reversed.lossGradient(pixels, labels).toArray())
          .isEqualTo(swapped(straight.lossGradient(swapped(pixels), labels)).toArray());
    }
  }

  private static Pixels swapped(Pixels pixels) {
    float[] values = pixels.toArray();
    for (int i = 0; i < values.length; i += 3) {
      float red = values[i];
      values[i] = values[i + 2];
      values[i + 2] = red;
    }
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), values);
  }

  private static double loss(DifferentiableDetector detector, Pixels pixels, List<Label> labels) {
    double[] scores = detector.score(pixels);
    double loss = 0;
    for (int i = 0; i < scores.length; i++) {
      loss -= Math.log(labels.get(i) == Label.AI ? scores[i] : 1 - scores[i]);
    }
    return loss;
  }

  private static Pixels moved(Pixels pixels, int index, double step) {
    float[] values = pixels.toArray();
    values[index] += (float) step;
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), values);
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @Test
  void head_saysWhatTheOutputsMean() {
    Weights weights = TINY.initialWeights(3);
    Weights bare = Weights.of(weights.arrays());
    Image image = noise(9, 9, 1);
    try (Detector natureFirst = TINY.load(bare);
        Detector aiFirst = TINY.head(Head.AI_NATURE).load(bare)) {
      assertThat(aiFirst.score(image)).isCloseTo(1 - natureFirst.score(image), within(1e-7));
    }
    Blueprint single = new Blueprint("single", new Tiny(1), InputContract.crop(9), Head.AI_LOGIT);
    Map<String, WeightArray> oneRow = new HashMap<>(bare.arrays());
    float[] rows = bare.get("fc.weight").toFloats();
    float[] difference = new float[rows.length / 2];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = rows[i + difference.length] - rows[i];
    }
    float[] bias = bare.get("fc.bias").toFloats();
    oneRow.put("fc.weight", WeightArray.of(List.of(1, difference.length), difference));
    oneRow.put("fc.bias", WeightArray.of(List.of(1), new float[] {bias[1] - bias[0]}));
    try (Detector two = TINY.load(bare);
        Detector one = single.load(Weights.of(oneRow));
        Detector reversed = single.head(Head.NATURE_LOGIT).load(Weights.of(oneRow))) {
      assertThat(one.score(image)).isCloseTo(two.score(image), within(1e-6));
      assertThat(reversed.score(image)).isCloseTo(1 - two.score(image), within(1e-6));
    }
  }

  @Test
  void close_thenScore_saysSo() {
    DifferentiableDetector detector = TINY.load(TINY.initialWeights(3));
    detector.close();
    detector.close();

    assertThatThrownBy(() -> detector.score(noise(9, 9, 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("detector tiny is closed; load it again");
  }

  @Test
  void score_ofAnotherSize_isRefused() {
    try (DifferentiableDetector detector = TINY.load(TINY.initialWeights(3))) {
      assertThatThrownBy(() -> detector.score(ImageBatch.of(List.of(noise(8, 9, 1)))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "tiny takes images of 9x9 pixels, got 8x9; prepare them with input().prepare(image)");
    }
  }

  @Test
  void load_weightsThatDoNotFit_namesEverything() {
    Map<String, WeightArray> arrays = new HashMap<>(TINY.initialWeights(3).arrays());
    arrays.put("fc.weights", arrays.remove("fc.weight"));
    arrays.put("fc.bias", WeightArray.of(List.of(3), new float[3]));
    arrays.remove("bn1.num_batches_tracked");

    assertThatThrownBy(() -> TINY.load(Weights.of(arrays)))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "weights do not fit tiny: of 8 keys expected and 7 found, 1 missing: fc.weight"
                + " (nearest: fc.weights); 1 unexpected: fc.weights (nearest: fc.weight); 1 of"
                + " another shape: fc.bias has shape [3], expected [2]; load weights made for it");
  }

  @Test
  void load_weightsOfAnotherDetector_isRefused() {
    Weights weights = TINY.initialWeights(3);

    assertThatThrownBy(() -> Detectors.resnet50().load(weights))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "expected weights of ResNet-50, found weights of tiny; load them into that detector");
  }

  @Test
  void load_inputContractOfTheWeights_wins(@TempDir Path folder) {
    Path file = folder.resolve("tiny.safetensors");
    TINY.initialWeights(3).write(file);
    InputContract other = InputContract.imagenet(20, Filter.BICUBIC, 16);

    try (Detector detector = TINY.input(other).load(file)) {
      assertThat(detector.input()).isEqualTo(InputContract.crop(9));
    }
    Blueprint resized = TINY.input(other);
    try (Detector detector = TINY.load(resized.initialWeights(3))) {
      assertThat(detector.input()).isEqualTo(other);
    }
  }

  @ParameterizedTest
  @MethodSource("contracts")
  void load_everyInputContract_comesBackFromTheWeights(InputContract contract) {
    try (Detector detector = TINY.load(TINY.input(contract).initialWeights(3))) {
      assertThat(detector.input()).isEqualTo(contract);
    }
  }

  static List<InputContract> contracts() {
    return List.of(
        InputContract.crop(9),
        InputContract.imagenet(20, Filter.LANCZOS, 9),
        InputContract.imagenet(new Resize.Square(9, Filter.BILINEAR), 9),
        InputContract.of(new Resize.OpenCvSquare(12), 9).range(0, 255).channels(ChannelOrder.BGR),
        InputContract.of(new Resize.None(), 9).range(-1, 1));
  }

  @Test
  void train_withATrainer_loadsWhatItFound() {
    ImageDataset data = ImageDataset.of(List.of());

    try (Detector detector = TINY.train(new TrainersTest.Initial(), data)) {
      assertThat(detector.name()).isEqualTo("tiny");
    }
  }

  @Test
  void train_noTrainerOnTheClassPath_namesTheArtifact() {
    assertThatThrownBy(() -> TINY.train(ImageDataset.of(List.of())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "tiny cannot be trained: expected a trainer on the class path, found none; add the"
                + " Maven artifact org.genimage:genimage-train");
  }

  @Test
  void detectors_catalogue_listsEveryFactory() throws ReflectiveOperationException {
    List<Blueprint> found = new ArrayList<>();
    for (var method : Detectors.class.getMethods()) {
      if (method.getReturnType() == Blueprint.class && method.getParameterCount() == 0) {
        found.add((Blueprint) method.invoke(null));
      }
    }

    assertThat(found).isNotEmpty();
    assertThat(Detectors.catalogue())
        .extracting(CatalogueEntry::blueprint)
        .containsExactlyInAnyOrderElementsOf(found);
  }

  static Image noise(int width, int height, long seed) {
    byte[] rgb = new byte[3 * width * height];
    RandomGenerator random = Seed.of(seed).random();
    random.nextBytes(rgb);
    return Image.of(width, height, rgb);
  }

  /** A strided convolution with batch norm, a smooth non-linearity and a mean. */
  private record Tiny(int outputs) implements Network {
    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      var window = Conv.kernel(3).stride(2);
      var x =
          Layers.convBatchNorm(scope.at("conv1"), scope.at("bn1"), images, 4, window, Init.ONES);
      x = scope.tf().math.tanh(x);
      return Layers.linear(scope.at("fc"), Layers.globalAveragePool(scope, x), outputs);
    }
  }
}
