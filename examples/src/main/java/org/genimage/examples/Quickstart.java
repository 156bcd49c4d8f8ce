package org.genimage.examples;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.Attacks;
import org.genimage.attacks.Budget;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.eval.Baselines;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Metrics;
import org.genimage.eval.Proportion;
import org.genimage.eval.Scores;
import org.genimage.eval.report.Report;
import org.genimage.eval.report.RobustnessRow;
import org.genimage.eval.report.Spectra;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;
import org.genimage.models.Trainer;
import org.genimage.models.weights.Weights;
import org.genimage.train.EpochReport;
import org.genimage.train.GradientTrainer;
import org.genimage.train.StepReport;
import org.genimage.train.TrainingListener;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import org.tensorflow.TensorFlow;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Trains ResNet-50 on a small GenImage, scores each generator's held-out images, attacks the
 * detector and writes a report. Without data of your own the images are simulated: the figures then
 * say that the path works, and nothing about real generators.
 */
@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains ResNet-50 on a small GenImage, scores each generator's held-out images, attacks the"
          + " detector with FGSM and writes an HTML report.",
      "Without --data the images are simulated."
    })
final class Quickstart implements Callable<Integer> {

  /** Images keep their pixels, so the traces of synthesis reach the network; 64 for speed. */
  private static final InputContract INPUT = InputContract.crop(64);

  private static final List<Budget> BUDGETS =
      List.of(Budget.linf(1 / 255.0), Budget.linf(2 / 255.0), Budget.linf(8 / 255.0));
  private static final int ATTACKED = 160;
  private static final int MAX_EPOCHS = 30;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "a folder in GenImage's layout; default: simulated images")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "genimage-quickstart",
      description = "where everything is written (default: ${DEFAULT-VALUE})")
  private Path out;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "score with these ResNet-50 weights (safetensors) instead of training")
  private Optional<Path> weights = Optional.empty();

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "9600",
      description = "images to train on, all epochs together (default: ${DEFAULT-VALUE})")
  private int samples;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "2000",
      description =
          "use at most this many training and test images of a larger folder (default:"
              + " ${DEFAULT-VALUE})")
  private int limit;

  @Option(
      names = "--skip-unreadable",
      paramLabel = "N",
      defaultValue = "0",
      description = "leave out up to N broken files, and count them (default: stop at the first)")
  private int skip;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "of images, first weights and order (default: ${DEFAULT-VALUE})")
  private long seed;

  private final Terminal terminal;

  Quickstart(PrintStream out) {
    this.terminal = new Terminal(out);
  }

  /** Runs the command line and exits with its code. */
  public static void main(String[] args) {
    System.exit(Program.run(new Quickstart(System.err), System.err, args));
  }

  @Override
  public Integer call() {
    checkArgument(samples > 0, "--samples must be positive, got %s", samples);
    checkArgument(limit > 0, "--limit must be positive, got %s", limit);
    checkArgument(skip >= 0, "--skip-unreadable must not be negative, got %s", skip);
    Path folder = data.orElseGet(() -> SimulatedFolder.below(out, seed, terminal));
    GenImage genimage = GenImage.open(folder);
    genimage.missing().forEach(sentence -> terminal.say("note: %s", sentence));
    ImageDataset test = genimage.validation().draw(limit, seed);
    List<EpochReport> history = new ArrayList<>();
    try (DifferentiableDetector detector = detector(genimage, test, history)) {
      EvaluationResult result =
          terminal.during(
              "Scoring",
              test.size(),
              progress -> Evaluation.of(detector, test).onError(errors()).progress(progress).run());
      Baselines baselines =
          terminal.during("Baselines", test.size(), progress -> Baselines.of(test, progress));
      List<RobustnessRow> attacks = attack(detector, test.draw(ATTACKED, seed));
      Path report = out.resolve("report.html");
      Spectra spectra =
          terminal.during("Spectra", test.size(), progress -> Spectra.of(test, progress));
      Report page =
          builder(result, baselines, attacks, history, test)
              .spectra(spectra)
              .gallery(test, detector)
              .build();
      page.write(report);
      page.writeTables(out.resolve("tables"));
      summarise(result, baselines, attacks);
      terminal.say("report: %s", report.toAbsolutePath().normalize().toUri());
    }
    return 0;
  }

  private DifferentiableDetector detector(
      GenImage genimage, ImageDataset test, List<EpochReport> history) {
    Blueprint resnet50 = Detectors.resnet50().input(INPUT);
    if (weights.isPresent()) {
      return resnet50.load(weights.get());
    }
    ImageDataset train = genimage.train().draw(limit, seed);
    if (skip == 0) {
      checkReadable(ImageDataset.union(train, test));
    }
    Recipe recipe = recipe(resnet50, train.size());
    DifferentiableDetector detector =
        terminal.during(
            "Training",
            (long) recipe.epochs() * train.size(),
            progress -> resnet50.train(trainer(recipe, progress, history), train));
    describe(history);
    return detector;
  }

  /** A broken file stops the run before the first step, not after the last. */
  private void checkReadable(ImageDataset images) {
    terminal.during(
        "Checking",
        images.size(),
        progress -> {
          for (int i = 0; i < images.size(); i++) {
            images.sample(i).image();
            progress.update(i + 1, images.size());
          }
          return images;
        });
  }

  /** The paper's recipe, cut down to minutes: one clean input a sample, few and short epochs. */
  private Recipe recipe(Blueprint resnet50, int images) {
    int epochs = Math.max(1, Math.min(MAX_EPOCHS, samples / images));
    return Recipe.paper(resnet50)
        .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
        .schedule(
            new Schedule.Cosine(
                0.01, 2e-5, epochs, new Schedule.Warmup(1, 1e-3, false), Schedule.Every.STEP))
        .epochs(epochs)
        .batchSize(Math.min(32, images))
        .seed(seed);
  }

  /** The trainer, with its weights kept in a file before anything else can fail. */
  private Trainer trainer(Recipe recipe, Progress progress, List<EpochReport> history) {
    GradientTrainer trainer =
        GradientTrainer.with(recipe)
            .checkpoints(out.resolve("checkpoints"))
            .onError(errors())
            .listener(listener(progress, history));
    return (blueprint, images) -> {
      Weights trained = trainer.fit(blueprint, images);
      trained.write(out.resolve("resnet50.safetensors"));
      return trained;
    };
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

  private ErrorPolicy errors() {
    return ErrorPolicy.skip(skip);
  }

  /** Says how training went, and what it waited for. */
  private void describe(List<EpochReport> history) {
    if (history.isEmpty()) {
      terminal.say("training was complete in %s", out.resolve("checkpoints"));
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
        "%d epochs: loss %.3f to %.3f, %.0f images/s, %.1f %% of the time waiting for images",
        history.size(),
        history.get(0).loss(),
        history.get(history.size() - 1).loss(),
        images / seconds,
        100 * waiting / seconds);
  }

  private List<RobustnessRow> attack(DifferentiableDetector detector, ImageDataset images) {
    List<RobustnessRow> rows = new ArrayList<>();
    for (Budget budget : BUDGETS) {
      AttackResult result =
          terminal.during(
              "FGSM " + budget,
              images.size(),
              progress ->
                  AttackRun.of(Attacks.fgsm(budget))
                      .onError(errors())
                      .progress(progress)
                      .against(detector, images));
      int count = result.images().size();
      rows.add(
          new RobustnessRow(
              result.attack(),
              budget.toString(),
              new Proportion(result.correctBefore(), count),
              new Proportion(result.correctAfter(), count)));
    }
    return rows;
  }

  private Report.Builder builder(
      EvaluationResult result,
      Baselines baselines,
      List<RobustnessRow> attacks,
      List<EpochReport> history,
      ImageDataset test) {
    Report.Builder report =
        Report.builder("%s on %s".formatted(result.detector(), images()), result)
            .data("%d held-out images of %s".formatted(test.size(), images()))
            .baselines(baselines)
            .robustness(attacks)
            .samples(test, 60)
            .losses(history.stream().map(EpochReport::loss).toList())
            .manifest(manifest());
    if (data.isEmpty()) {
      report.simulated(
          "Every image was rendered by SimulatedGenImage: no photograph and no generator's work is"
              + " among them. The figures show that the path works; they say nothing about real"
              + " images.");
    }
    return report;
  }

  private String images() {
    return data.map(folder -> folder.toAbsolutePath().normalize().getFileName())
        .map(Path::toString)
        .orElse("a simulated GenImage");
  }

  private Map<String, String> manifest() {
    Map<String, String> entries = new LinkedHashMap<>();
    List<String> command = new ArrayList<>(List.of("quickstart"));
    data.ifPresent(folder -> command.add("--data " + folder));
    weights.ifPresent(file -> command.add("--weights " + file));
    command.add("--samples %d --limit %d --seed %d".formatted(samples, limit, seed));
    entries.put("command", String.join(" ", command));
    entries.put("Java", System.getProperty("java.version"));
    entries.put("TensorFlow", TensorFlow.version());
    entries.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    return entries;
  }

  private void summarise(
      EvaluationResult result, Baselines baselines, List<RobustnessRow> attacks) {
    Scores scores = result.scores();
    terminal.say("%n%s on %s, held-out images", result.detector(), images());
    terminal.say(result);
    terminal.say(
        "  average precision %.3f, ROC-AUC %.3f",
        Metrics.AVERAGE_PRECISION.of(scores), Metrics.ROC_AUC.of(scores));
    terminal.say("what one threshold reaches on the same images");
    baselines.all().forEach(baseline -> terminal.say(baseline.name(), baseline.accuracy()));
    terminal.say("under attack");
    attacks.forEach(row -> terminal.say(row.attack() + " " + row.budget(), row.attacked()));
    terminal.say("");
  }
}
