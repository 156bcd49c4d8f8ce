package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.CalibrationCertainty;
import org.genimage.eval.Calibrations;
import org.genimage.eval.Comparison;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Metric;
import org.genimage.eval.Metrics;
import org.genimage.eval.Scores;
import org.genimage.eval.alignment.Alignment;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.explanation.Explainers;
import org.genimage.eval.explanation.Explanation;
import org.genimage.eval.explanation.TileScores;
import org.genimage.eval.protocol.FieldFigures;
import org.genimage.eval.protocol.Fold;
import org.genimage.eval.protocol.FoldResult;
import org.genimage.eval.protocol.FoldRun;
import org.genimage.eval.protocol.Folds;
import org.genimage.eval.protocol.ProtocolResult;
import org.genimage.eval.protocol.ProtocolRun;
import org.genimage.eval.protocol.Protocols;
import org.genimage.eval.report.Report;
import org.genimage.eval.report.Spectra;
import org.genimage.eval.robustness.RobustnessResult;
import org.genimage.eval.robustness.RobustnessSuite;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.verdict.VerdictRules;
import org.genimage.eval.verdict.Verdicts;
import org.genimage.models.Batching;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.DetectorService;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.FileScore;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.SecondView;
import org.genimage.models.Verdict;
import org.genimage.models.VerdictRule;
import org.genimage.models.pretrained.DownloadException;
import org.genimage.models.pretrained.DownloadOptions;
import org.genimage.models.pretrained.Pretrained;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;
import org.genimage.train.Checkpoints;
import org.genimage.train.GradientTrainer;
import org.genimage.train.TrainingListeners;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code in the guides under docs, run. */
class GuidesTest {

  @TempDir private static Path root;
  private static Path folder;

  @BeforeAll
  static void writeImages() {
    SimulatedGenImage.seeded(1)
        .generators(List.of(Generator.BIGGAN))
        .train(8)
        .validation(4)
        .writeTo(root, Progress.NONE);
    folder = root.resolve(Generator.BIGGAN.folder()).resolve(Generator.BIGGAN.archive());
  }

  @Test
  void addingADetectorAndAMetric_code_runs() {
    ImageDataset data = GenImage.open(folder).train();
    Blueprint tiny =
        new Blueprint("Tiny", new TinyNetwork(8), InputContract.crop(64), Head.NATURE_AI);
    Recipe recipe =
        Recipe.paper(Detectors.resnet50())
            .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
            .epochs(1)
            .batchSize(8);
    Weights weights = GradientTrainer.with(recipe).fit(tiny, data);

    assertThat(weights.metadata()).containsEntry("genimage.detector", "Tiny");
    try (Detector detector = tiny.load(weights)) {
      EvaluationResult result = Evaluation.of(detector, GenImage.open(root).validation()).run();
      Metric falseAlarms =
          new Metric("false positive rate", scores -> 1 - scores.accuracy(Label.NATURE).value());
      double value = falseAlarms.of(result.scores());
      double ofOneGenerator = falseAlarms.of(result.scores().of(Generator.BIGGAN));

      assertThat(value).isBetween(0.0, 1.0).isCloseTo(ofOneGenerator, within(0.0));
    }
  }

  @Test
  void training_code_runs() {
    GenImage own = GenImage.open(root);
    Blueprint tiny =
        new Blueprint("Tiny", new TinyNetwork(8), InputContract.crop(64), Head.NATURE_AI);
    Recipe recipe =
        Recipe.paper(Detectors.resnet50())
            .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
            .epochs(2)
            .batchSize(8);
    Path out = root.resolve("training");
    List<String> lines = new ArrayList<>();
    GradientTrainer trainer =
        GradientTrainer.with(recipe)
            .from(tiny.initialWeights(1))
            .freeze("conv1\\..*", "bn1\\..*")
            .validation(own.validation())
            .patience(5)
            .checkpoints(Checkpoints.in(out).everySteps(500).every(Duration.ofMinutes(10)).best(3))
            .listener(
                TrainingListeners.lines(lines::add),
                TrainingListeners.csv(out.resolve("epochs.csv")),
                TrainingListeners.tensorBoard(out.resolve("tensorboard")));
    Weights trained = trainer.fit(tiny, own.train());

    assertThat(lines).hasSize(2);
    assertThat(out.resolve("best.safetensors")).exists();
    assertThat(trained.get("conv1.weight").toFloats())
        .isEqualTo(tiny.initialWeights(1).get("conv1.weight").toFloats());
  }

  @Test
  void publishedWeights_code_runs() {
    Path folder = root.resolve("published");
    List<String> lines = new ArrayList<>();
    DownloadOptions options =
        DownloadOptions.DEFAULT
            .cache(folder)
            .licences(licence -> lines.add(licence.toString()))
            .progress((done, total) -> lines.add(done + " of " + total + " bytes"))
            .timeout(Duration.ofSeconds(60));
    Pretrained published = Pretrained.named("ferretnet-s").with(options);

    assertThat(published.places()).singleElement().asString().startsWith(folder.toString());
    assertThatThrownBy(published::load) // tests are offline
        .isInstanceOf(DownloadException.class)
        .hasMessageStartingWith("ferretnet-s: expected https://raw.githubusercontent.com/");
    assertThat(lines).isEmpty();
  }

  @Test
  void evaluation_code_runs() throws IOException {
    Blueprint blueprint =
        new Blueprint("Tiny", new TinyNetwork(8), InputContract.crop(64), Head.NATURE_AI);
    Weights weights = blueprint.initialWeights(1);
    Path scoreFile = root.resolve("scores.jsonl");
    GenImage genimage = GenImage.open(root);
    ImageDataset data = genimage.validation();
    try (DifferentiableDetector detector = blueprint.load(weights)) {
      DifferentiableDetector differentiable = detector;
      Evaluation evaluation =
          Evaluation.of(detector, GenImage.open(root).validation()).file(scoreFile);
      EvaluationResult result = evaluation.run();
      EvaluationResult sameWithoutDetector = EvaluationResult.read(scoreFile);
      assertThat(sameWithoutDetector.scores().all()).isEqualTo(result.scores().all());

      List<Path> files = List.of(root.resolve("part-0.jsonl"), root.resolve("part-1.jsonl"));
      for (int part = 0; part < files.size(); part++) { // each on a machine of its own
        evaluation.file(files.get(part)).runPart(part, files.size());
      }
      EvaluationResult joined = EvaluationResult.read(files);
      assertThat(joined.scores().size()).isEqualTo(result.scores().size());

      Scores otherScores = sameWithoutDetector.scores();
      Scores scores = result.scores();
      double area = Metrics.ROC_AUC.of(scores);
      Interval interval = Bootstrap.seeded(42).interval(Metrics.ROC_AUC, scores);
      Interval accuracy = scores.accuracy().wilson();
      Comparison comparison = Comparison.of(scores, otherScores, Bootstrap.seeded(42));
      assertThat(area).isBetween(interval.low(), interval.high());
      assertThat(accuracy.low()).isLessThan(accuracy.high());
      assertThat(comparison.mcnemar()).isEqualTo(1);

      Calibration calibration = Calibrations.forFalsePositiveRate(0.01, scores);
      Weights calibrated = weights.calibrated(calibration);
      assertThat(calibrated.metadata()).containsKey("genimage.threshold");

      Path folder = root.resolve("tables");
      ProtocolResult table =
          ProtocolRun.of(Protocols.trainedOnOne(), folder)
              .detectors((name, training) -> blueprint.load(weights))
              .images(test -> genimage.validation(test.generators().toArray(Generator[]::new)))
              .run();
      assertThat(table.missing()).hasSize(7);
      assertThat(table.figure(0, 7).estimate()).isPresent();

      Report report =
          Report.builder("ResNet-50 on GenImage", result)
              .protocol(table)
              .spectra(Spectra.of(data, Progress.NONE))
              .gallery(data, differentiable)
              .build();
      report.write(folder.resolve("report.html"));
      report.writeTables(folder.resolve("tables"));
      assertThat(folder.resolve("tables/main-3.csv")).isNotEmptyFile();

      Path file = Path.of(data.sample(0).name());
      Explanation explanation = Explainers.occlusion().explain(detector, Image.read(file));
      Files.write(folder.resolve("why.png"), explanation.drawing().toPng());
      System.out.println(explanation.caption());
      assertThat(folder.resolve("why.png")).isNotEmptyFile();

      TileScores tiles = TileScores.of(detector, Image.read(file));
      Files.write(folder.resolve("tiles.png"), tiles.drawing().toPng());
      System.out.println(tiles.caption());

      RobustnessResult robustness =
          RobustnessResult.of(Evaluation.of(detector, data), RobustnessSuite.quick(1));
      Report page =
          Report.builder("ResNet-50", result).suite(Map.of("ResNet-50", robustness)).build();
      System.out.println(robustness.robustArea() + ", worst after " + robustness.worst());
      assertThat(page.html()).contains("Verdicts that never turn, %");
    }
  }

  /** The images of the guides as if two generators and two photographers had made them. */
  private static ImageDataset sources() {
    List<Sample> samples = GenImage.open(root).validation().samples();
    List<Sample> named = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      Label label = samples.get(i).label();
      Generator source = Generator.named((label == Label.AI ? "generator " : "photos ") + i % 2);
      named.add(Sample.of(Path.of(samples.get(i).name()), label, source));
    }
    return ImageDataset.of(named);
  }

  @Test
  void evaluationOfSources_code_runs() {
    Blueprint tiny =
        new Blueprint("Tiny", new TinyNetwork(8), InputContract.crop(64), Head.NATURE_AI);
    Function<ImageDataset, Detector> train = training -> tiny.load(tiny.initialWeights(1));
    ImageDataset images = sources();
    try (Detector detector = tiny.load(tiny.initialWeights(1))) {
      SideBySide both =
          SideBySide.run(
              Evaluation.of(detector, images),
              List.of(Alignment.jpegOfAi(96), Alignment.jpegOfBoth(96)));
      assertThat(both.aligned()).hasSize(2);

      List<Fold> folds = Folds.of(images).leaveOneOfEachOut();
      FoldResult result = FoldRun.of(folds, fold -> train.apply(fold.training())).run();
      Map<String, FieldFigures> figures = result.figures();
      assertThat(figures).hasSize(2);

      Scores validation = both.published().scores();
      CalibrationCertainty certainty =
          CalibrationCertainty.of(
              scores -> Calibrations.forFalsePositiveRate(0.01, scores),
              validation,
              Bootstrap.seeded(42).resamples(200));
      assertThat(certainty.sentence()).startsWith("The threshold ");
    }
  }

  @Test
  void verdicts_code_runs() {
    Blueprint tiny =
        new Blueprint("Tiny", new TinyNetwork(8), InputContract.crop(64), Head.NATURE_AI);
    ImageDataset calibrationImages = sources();
    ImageDataset testImages = calibrationImages;
    Path file = root.resolve("judged.safetensors");
    Path photo = Path.of(calibrationImages.sample(0).name());
    try (Detector detector = tiny.load(tiny.initialWeights(1))) {
      EvaluationResult heldBack = Evaluation.of(detector, calibrationImages).run();
      VerdictRule rule =
          VerdictRules.of(0.01, 0.05)
              .withViews(SecondView.RESCALE, SecondView.RECOMPRESSION)
              .choose(heldBack, calibrationImages);
      rule.on(detector.weights()).write(file);
      assertThat(rule.falseAccusations().holds()).isFalse();
    }
    try (Detector detector = tiny.load(file)) {
      VerdictRule rule = detector.verdictRule().orElseThrow();
      Verdict verdict = detector.verdict(Image.read(photo)); // AI, NATURE or UNSURE
      Verdicts verdicts = Verdicts.measured(rule, Evaluation.of(detector, testImages));
      assertThat(verdict).isNotNull();
      assertThat(verdicts.all()).hasSize(testImages.size());
    }
  }

  @Test
  void scoring_code_runs() throws IOException {
    Blueprint blueprint =
        new Blueprint("Tiny", new TinyNetwork(8), InputContract.crop(64), Head.NATURE_AI);
    Path file = root.resolve("tiny.safetensors");
    Path savedModel = root.resolve("saved-model");
    blueprint.initialWeights(1).write(file);
    List<FileScore> scores = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    try (Detector detector = blueprint.load(file)) {
      try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
        detector
            .score(files, problem -> problems.add(problem.getMessage()))
            .forEach(scored -> scores.add(scored));
      }
      Path photo = scores.get(0).file();
      Batching batching = detector.batching().batchSize(8).maxWait(Duration.ofMillis(20));
      try (DetectorService service = batching.start()) {
        service.warmUp();
        CompletableFuture<Double> score = service.score(photo);
        assertThat(score.join()).isCloseTo(scores.get(0).score(), within(1e-6));
      }
    }
    blueprint.export(Weights.read(file), savedModel);

    assertThat(scores).hasSize(24);
    assertThat(problems).isEmpty();
    assertThat(savedModel.resolve("saved_model.pb")).isNotEmptyFile();
  }

  @Test
  void wholeImages_code_runs() throws IOException {
    Blueprint safe = Detectors.safe();
    Blueprint whole = safe.input(safe.input().resize(new Resize.Whole(1)));

    try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile).limit(3);
        Detector detector = whole.load(whole.initialWeights(1))) {
      assertThat(detector.score(files)).hasSize(3);
    }
  }

  @Test
  void images_code_runs() {
    Path file = Path.of(GenImage.open(folder).validation().sample(0).name());
    Image photo = Image.read(file, Decoding.PILLOW.orientation(Decoding.Orientation.APPLIED));

    assertThat(photo.toArray()).isEqualTo(Image.read(file).toArray());
  }

  @Test
  void addingAGenerator_code_runs() {
    GenImage own = GenImage.open(folder);
    List<Generator> generators = own.generators();
    ImageDataset test = own.validation();

    assertThat(generators).containsExactly(Generator.BIGGAN);
    assertThat(test.size()).isEqualTo(8);
    Path photo = Path.of(test.sample(0).name());
    Path painting = Path.of(test.sample(7).name());
    Generator painter = Generator.named("Painter 2");
    ImageDataset images =
        ImageDataset.of(
            List.of(
                Sample.of(painting, Label.AI, painter), Sample.of(photo, Label.NATURE, painter)));
    assertThat(images.samples())
        .extracting(Sample::image)
        .extracting(Image::width)
        .allSatisfy(width -> assertThat(width).isPositive());
  }
}
