package org.genimage.app.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.Attacks;
import org.genimage.attacks.Budget;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.data.internal.Counted;
import org.genimage.eval.Baselines;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Metrics;
import org.genimage.eval.Scores;
import org.genimage.eval.alignment.Alignment;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.report.Report;
import org.genimage.eval.report.RobustnessRow;
import org.genimage.eval.report.Spectra;
import org.genimage.eval.report.TrainingPoint;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;
import org.genimage.models.weights.Weights;
import org.genimage.train.EpochReport;
import org.genimage.train.GradientTrainer;
import org.genimage.train.StepReport;
import org.genimage.train.TrainingListener;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Trains ResNet-50 on a small GenImage, scores held-out images of each generator, attacks the
 * detector and writes a report. Without {@code --data} the images are simulated: the results then
 * show that the program works, and say nothing about real generators.
 */
@Command(
    name = "quickstart",
    sortOptions = false,
    description = {
      "See all of it at work in minutes: train ResNet-50 on few images, score images that the"
          + " training has not seen, attack the detector with FGSM, and write an HTML report.",
      "Without --data the images are simulated: the results then say nothing about real images."
    },
    footer = {
      "",
      "Examples:",
      "  genimage quickstart",
      "  genimage quickstart --data photos --out first-try"
    })
public final class QuickstartCommand implements Callable<Integer> {

  private static final List<Budget> BUDGETS =
      List.of(Budget.linf(1 / 255.0), Budget.linf(2 / 255.0), Budget.linf(8 / 255.0));
  private static final int ATTACKED = 160;
  private static final int MAX_EPOCHS = 30;

  @Mixin private Options.Images data = new Options.Images();

  @Mixin private Options.Output out = new Options.Output("genimage-quickstart");

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "score with these ResNet-50 weights (safetensors) instead of training")
  private Optional<Path> weights = Optional.empty();

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "9600",
      description =
          "training images of all epochs together, in whole epochs: at least one, at most 30 (default:"
              + " ${DEFAULT-VALUE})")
  private int samples;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "2000",
      description =
          "use at most this many training and test images of a larger folder (default:"
              + " ${DEFAULT-VALUE})")
  private int limit;

  @Mixin private Options.Unreadable unreadable = new Options.Unreadable();

  @Mixin private Options.Seed seed = new Options.Seed();

  @Spec private CommandSpec spec;

  private Terminal terminal;

  @Override
  public Integer call() {
    terminal = Terminal.of(spec);
    data.check();
    unreadable.check();
    Options.checkPositive("--samples", samples);
    Options.checkPositive("--limit", limit);
    out.checkReport();
    if (weights.isPresent()) {
      try (DifferentiableDetector detector = resnet50().load(weights.get())) {
        GenImage genimage = open();
        report(detector, test(genimage), List.of());
      }
      return ExitCode.DONE;
    }
    boolean own = Files.exists(out.report()) || Files.exists(checkpoints());
    Outputs.checkOwnWeights("quickstart", trainedFile(), own);
    Outputs.checkWritableFile(trainedFile());
    Outputs.checkFolder(checkpoints());
    GenImage genimage = open();
    ImageDataset test = test(genimage);
    List<EpochReport> history = new ArrayList<>();
    try (DifferentiableDetector detector = trained(genimage, test, history)) {
      report(detector, test, history);
    }
    return ExitCode.DONE;
  }

  /** Images are cropped, not resized, to keep the traces of synthesis; 64 pixels for speed. */
  private static Blueprint resnet50() {
    return Detectors.resnet50().input(InputContract.crop(64));
  }

  private GenImage open() {
    Path folder =
        data.folder().orElseGet(() -> SimulatedFolder.below(out.folder(), seed.value(), terminal));
    GenImage genimage = Options.opening(() -> GenImage.open(folder));
    genimage.missing().forEach(sentence -> terminal.say("note: %s", sentence));
    return genimage;
  }

  private ImageDataset test(GenImage genimage) {
    return genimage.validation().draw(limit, seed.value());
  }

  private void report(
      DifferentiableDetector detector, ImageDataset test, List<EpochReport> history) {
    EvaluationResult result =
        terminal.scored("Scoring unseen images", detector, test, unreadable.policy());
    Report.Builder page = builder(DetectorIdentity.of(detector), result, history, test);
    write(page.build()); // before anything else can fail
    Baselines baselines =
        terminal.during(
            "Trying trivial rules", test.size(), progress -> Baselines.of(test, progress));
    write(page.baselines(baselines).build());
    SideBySide aligned =
        terminal.during(
            "Scoring all as JPEG",
            test.size(),
            progress ->
                SideBySide.of(
                    result,
                    Evaluation.of(detector, test).onError(unreadable.policy()).progress(progress),
                    List.of(Alignment.jpegOfBoth(96))));
    write(page.aligned(aligned).build());
    aligned.warning().ifPresent(warning -> terminal.say("warning: %s", warning));
    List<RobustnessRow> attacks = new ArrayList<>();
    Outputs.reporting(
        () -> attack(detector, test.draw(ATTACKED, seed.value()), attacks),
        () -> write(page.robustness(attacks).build()));
    Spectra spectra =
        terminal.during("Computing spectra", test.size(), progress -> Spectra.of(test, progress));
    write(page.spectra(spectra).samples(test, 60).gallery(test, detector).mistakes(test).build());
    summarise(result, baselines, attacks);
    terminal.say("report: %s", out.report().toAbsolutePath().normalize().toUri());
    if (weights.isEmpty()) {
      terminal.say("score images with: genimage score --weights %s IMAGE", trainedFile());
      if (data.areSimulated()) {
        terminal.say(SimulatedTraining.WARNING);
      }
    }
  }

  private void write(Report page) {
    page.write(out.report());
    page.writeTables(out.tables());
  }

  private Path trainedFile() {
    return out.resolve("resnet50.safetensors");
  }

  private Path checkpoints() {
    return out.resolve("checkpoints");
  }

  private DifferentiableDetector trained(
      GenImage genimage, ImageDataset test, List<EpochReport> history) {
    ImageDataset train = genimage.train().draw(limit, seed.value());
    if (unreadable.skip() == 0) {
      checkReadable(ImageDataset.union(train, test));
    }
    Recipe recipe = recipe(train.size());
    Weights trained =
        terminal.during(
            "Training",
            (long) recipe.epochs() * train.size(),
            progress -> trainer(recipe, progress, history).fit(resnet50(), train));
    SimulatedTraining.noted(trained, data.areSimulated())
        .write(trainedFile()); // before anything else can fail
    describe(history);
    return resnet50().load(trained);
  }

  /** A broken file stops the run before the first step, not after the last. */
  private void checkReadable(ImageDataset images) {
    terminal.during(
        "Reading all images once",
        images.size(),
        progress -> {
          for (int i = 0; i < images.size(); i++) {
            images.sample(i).image();
            progress.update(i + 1, images.size());
          }
          return images;
        });
  }

  /** Returns the paper's recipe, reduced to minutes: one view per image, few and short epochs. */
  private Recipe recipe(int images) {
    int epochs = Math.max(1, Math.min(MAX_EPOCHS, samples / images));
    return Recipe.paper(resnet50())
        .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
        .schedule(
            new Schedule.Cosine(
                0.01, 2e-5, epochs, new Schedule.Warmup(1, 1e-3, false), Schedule.Every.STEP))
        .epochs(epochs)
        .batchSize(Math.min(32, images))
        .seed(seed.value());
  }

  private GradientTrainer trainer(Recipe recipe, Progress progress, List<EpochReport> history) {
    return GradientTrainer.with(recipe)
        .checkpoints(checkpoints())
        .onError(unreadable.policy())
        .listener(listener(progress, history));
  }

  private static TrainingListener listener(Progress progress, List<EpochReport> history) {
    return new TrainingListener() {
      @Override
      public void onStep(StepReport report) {
        progress.update(report.samples(), report.totalSamples());
      }

      @Override
      public void onEpoch(EpochReport report) {
        history.add(report);
      }
    };
  }

  /** Prints the loss, the speed and the time spent waiting for images. */
  private void describe(List<EpochReport> history) {
    if (history.isEmpty()) {
      terminal.say("training was already complete; its result is in %s", checkpoints());
      return;
    }
    double seconds = 0;
    double waiting = 0;
    long images = 0;
    for (EpochReport epoch : history) {
      seconds += epoch.time().toNanos() / 1e9;
      waiting += epoch.waiting().toNanos() / 1e9;
      images += epoch.samples();
    }
    terminal.say(
        "trained for %s: the loss went from %.3f to %.3f; %.0f images/s; %.1f %% of the time was spent"
            + " waiting for images",
        Counted.of(history.size(), "epoch"),
        history.get(0).loss(),
        history.get(history.size() - 1).loss(),
        images / seconds,
        100 * waiting / seconds);
  }

  /** Adds each row as soon as it is there. */
  private void attack(
      DifferentiableDetector detector, ImageDataset images, List<RobustnessRow> rows) {
    for (Budget budget : BUDGETS) {
      AttackResult result =
          terminal.during(
              "Attacking with FGSM " + budget,
              images.size(),
              progress ->
                  AttackRun.of(Attacks.fgsm(budget))
                      .onError(unreadable.policy())
                      .progress(progress)
                      .against(detector, images));
      rows.add(AttackSection.row(result));
    }
  }

  private static TrainingPoint point(EpochReport epoch) {
    return new TrainingPoint(
        epoch.loss(), OptionalDouble.of(epoch.learningRate()), epoch.validationAccuracy());
  }

  private Report.Builder builder(
      DetectorIdentity identity,
      EvaluationResult result,
      List<EpochReport> history,
      ImageDataset test) {
    Report.Builder report =
        Report.builder("%s on %s".formatted(result.detector(), images()), result)
            .data("%s held-out images of %s".formatted(test.size(), images()))
            .training(history.stream().map(QuickstartCommand::point).toList())
            .identity(identity)
            .manifest(RunManifest.of(spec));
    if (data.areSimulated()) {
      report.simulated(
          "SimulatedGenImage rendered every image: there is no photograph and no image of a real"
              + " generator. The results show that the program works; they say nothing about real"
              + " images.");
    }
    return report;
  }

  private String images() {
    return data.folder()
        .map(folder -> folder.toAbsolutePath().normalize().getFileName())
        .map(Path::toString)
        .orElse("a simulated GenImage");
  }

  private void summarise(
      EvaluationResult result, Baselines baselines, List<RobustnessRow> attacks) {
    Scores scores = result.scores();
    terminal.print("%s on %s, images that the training has not seen", result.detector(), images());
    terminal.print(result);
    terminal.print(
        "  average precision %.3f, ROC-AUC %.3f",
        Metrics.AVERAGE_PRECISION.of(scores), Metrics.ROC_AUC.of(scores));
    terminal.print("for comparison, trivial rules: a threshold on one property of the same images");
    baselines.all().forEach(baseline -> terminal.print(baseline.name(), baseline.accuracy()));
    terminal.print("accuracy under attack, by the largest change of a pixel");
    attacks.forEach(row -> terminal.print(row.attack() + " " + row.budget(), row.attacked()));
  }
}
