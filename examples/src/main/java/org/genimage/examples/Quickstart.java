package org.genimage.examples;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.Attacks;
import org.genimage.attacks.Budget;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.data.SimulatedGenImage;
import org.genimage.eval.Baselines;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Interval;
import org.genimage.eval.Metrics;
import org.genimage.eval.Proportion;
import org.genimage.eval.Report;
import org.genimage.eval.RobustnessRow;
import org.genimage.eval.Scores;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;
import org.genimage.models.Weights;
import org.genimage.train.EpochReport;
import org.genimage.train.GradientTrainer;
import org.genimage.train.ImageRecipe;
import org.genimage.train.Loss;
import org.genimage.train.Recipe;
import org.genimage.train.Schedule;
import org.genimage.train.TrainingListener;
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

  private static final int SIMULATED_SIDE = 80;
  private static final int SIMULATED_TRAIN = 100;
  private static final int SIMULATED_VALIDATION = 25;
  private static final List<Budget> BUDGETS =
      List.of(Budget.linf(1 / 255.0), Budget.linf(2 / 255.0), Budget.linf(8 / 255.0));
  private static final int ATTACKED = 160;
  private static final int MAX_EPOCHS = 60;

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
      defaultValue = "14400",
      description = "images to train on, all epochs together (default: ${DEFAULT-VALUE})")
  private int samples;

  @Option(
      names = "--limit",
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
      defaultValue = "42",
      description = "of images, first weights and order (default: ${DEFAULT-VALUE})")
  private long seed;

  private final PrintStream terminal;
  private final Bars bars;

  Quickstart(PrintStream terminal) {
    this.terminal = terminal;
    this.bars = new Bars(terminal);
  }

  /** Runs the command line and exits with its code. */
  public static void main(String[] args) {
    System.exit(Program.run(new Quickstart(System.err), System.err, args));
  }

  @Override
  public Integer call() {
    GenImage genimage = GenImage.open(data.orElseGet(this::simulated));
    genimage.missing().forEach(sentence -> say("note: %s", sentence));
    ImageDataset test = genimage.validation().draw(limit, seed);
    ErrorPolicy errors = skip == 0 ? ErrorPolicy.fail() : ErrorPolicy.skip(skip);
    List<EpochReport> history = new ArrayList<>();
    try (DifferentiableDetector detector = detector(genimage, test, errors, history)) {
      EvaluationResult result =
          bars.during(
              "Scoring",
              test.size(),
              progress -> Evaluation.of(detector, test).onError(errors).progress(progress).run());
      Baselines baselines =
          bars.during("Baselines", test.size(), progress -> Baselines.of(test, progress));
      List<RobustnessRow> attacks = attacks(detector, test.draw(ATTACKED, seed), errors);
      Path report = out.resolve("report.html");
      report(result, baselines, attacks, history, test).write(report);
      print(result, baselines, attacks);
      say("report: %s", report.toAbsolutePath().normalize().toUri());
    }
    return 0;
  }

  private Path simulated() {
    Path folder = out.resolve("simulated-genimage-" + seed);
    if (Files.isDirectory(folder)) {
      say("simulated images: those in %s", folder);
      return folder;
    }
    SimulatedGenImage images =
        SimulatedGenImage.seeded(seed)
            .imageSize(SIMULATED_SIDE)
            .train(SIMULATED_TRAIN)
            .validation(SIMULATED_VALIDATION);
    long count = 2L * Generator.GENIMAGE.size() * (SIMULATED_TRAIN + SIMULATED_VALIDATION);
    Path partial = out.resolve("simulated-genimage-" + seed + ".partial");
    return bars.during(
        "Simulating",
        count,
        progress -> {
          deleteTree(partial);
          images.writeTo(partial, progress);
          return move(partial, folder);
        });
  }

  private DifferentiableDetector detector(
      GenImage genimage, ImageDataset test, ErrorPolicy errors, List<EpochReport> history) {
    Blueprint resnet = Detectors.resnet50().input(INPUT);
    if (weights.isPresent()) {
      return resnet.load(weights.get());
    }
    ImageDataset train = genimage.train().draw(limit, seed);
    if (skip == 0) {
      checkReadable(ImageDataset.union(train, test));
    }
    Recipe recipe = recipe(resnet, train.size());
    return bars.during(
        "Training",
        (long) recipe.epochs() * train.size(),
        progress -> {
          GradientTrainer trainer =
              GradientTrainer.with(recipe)
                  .checkpoints(out.resolve("checkpoints"))
                  .onError(errors)
                  .listener(listener(progress, history));
          Weights trained = trainer.fit(resnet, train);
          trained.write(out.resolve("resnet50.safetensors"));
          return resnet.load(trained);
        });
  }

  /** A broken file stops the run before the first step, not after the last. */
  private void checkReadable(ImageDataset images) {
    bars.during(
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
  private Recipe recipe(Blueprint resnet, int images) {
    int epochs = Math.max(1, Math.min(MAX_EPOCHS, samples / images));
    return Recipe.paper(resnet)
        .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
        .schedule(new Schedule.Cosine(0.01, 2e-5, epochs, 1, 1e-3, true))
        .epochs(epochs)
        .batchSize(Math.min(32, images))
        .seed(seed);
  }

  private static TrainingListener listener(Progress progress, List<EpochReport> history) {
    return new TrainingListener() {
      @Override
      public void onStep(long samples, long totalSamples, double loss) {
        progress.update(samples, totalSamples);
      }

      @Override
      public void onEpoch(EpochReport report) {
        history.add(report);
      }
    };
  }

  private List<RobustnessRow> attacks(
      DifferentiableDetector detector, ImageDataset images, ErrorPolicy errors) {
    List<RobustnessRow> rows = new ArrayList<>();
    for (Budget budget : BUDGETS) {
      AttackResult result =
          bars.during(
              "FGSM " + budget,
              images.size(),
              progress ->
                  AttackRun.of(Attacks.fgsm(budget))
                      .onError(errors)
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

  private Report report(
      EvaluationResult result,
      Baselines baselines,
      List<RobustnessRow> attacks,
      List<EpochReport> history,
      ImageDataset test) {
    Report.Builder report =
        Report.builder(
                result.detector() + " on " + (data.isPresent() ? data.get() : "simulated images"),
                result)
            .data(
                "%d held-out images of %s"
                    .formatted(
                        test.size(), data.map(Path::toString).orElse("a simulated GenImage")))
            .baselines(baselines)
            .robustness(attacks)
            .gallery(test)
            .losses(history.stream().map(EpochReport::loss).toList())
            .manifest(manifest());
    if (data.isEmpty()) {
      report.simulated(
          "Every image was rendered by SimulatedGenImage: no photograph and no generator's work is"
              + " among them. The figures show that the path works; they say nothing about real"
              + " images.");
    }
    return report.build();
  }

  private Map<String, String> manifest() {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("command", command());
    entries.put("seed", Long.toString(seed));
    entries.put("Java", System.getProperty("java.version"));
    entries.put("TensorFlow", TensorFlow.version());
    return entries;
  }

  private String command() {
    List<String> words = new ArrayList<>(List.of("quickstart"));
    data.ifPresent(folder -> words.add("--data " + folder));
    weights.ifPresent(file -> words.add("--weights " + file));
    words.add("--samples " + samples);
    words.add("--limit " + limit);
    words.add("--seed " + seed);
    return String.join(" ", words);
  }

  private void print(EvaluationResult result, Baselines baselines, List<RobustnessRow> attacks) {
    Scores scores = result.scores();
    say("");
    say("%s, %s", result.detector(), data.isPresent() ? data.get() : "simulated images");
    scores.byGenerator().forEach((generator, part) -> row(generator.name(), part.accuracy()));
    row("all", scores.accuracy());
    say(
        "  average precision %.3f, ROC-AUC %.3f",
        Metrics.AVERAGE_PRECISION.of(scores), Metrics.ROC_AUC.of(scores));
    if (!result.skipped().isEmpty()) {
      say("  left out: %d unreadable images", result.skipped().size());
    }
    say("what one threshold reaches on the same images");
    baselines.all().forEach(baseline -> row(baseline.name(), baseline.accuracy()));
    say("under attack");
    attacks.forEach(attack -> row(attack.attack() + " " + attack.budget(), attack.attacked()));
    say("");
  }

  private void row(String name, Proportion accuracy) {
    Interval interval = accuracy.wilson();
    say(
        "  %-24s %5.1f %%  (95 %% interval %.1f to %.1f, %d of %d)",
        name,
        100 * accuracy.value(),
        100 * interval.low(),
        100 * interval.high(),
        accuracy.count(),
        accuracy.total());
  }

  private void say(String format, Object... arguments) {
    terminal.printf(Locale.ROOT, format + "%n", arguments);
  }

  private static Path move(Path partial, Path folder) {
    try {
      return Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: the simulated images could not be moved there (%s); choose another --out"
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  private static void deleteTree(Path folder) {
    try {
      if (Files.exists(folder)) {
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: what an earlier run left could not be removed (%s); remove it by hand"
              .formatted(folder, e.getMessage()),
          e);
    }
  }
}
