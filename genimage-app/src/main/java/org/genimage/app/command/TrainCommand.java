package org.genimage.app.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.data.internal.Counted;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.weights.Weights;
import org.genimage.train.Checkpoints;
import org.genimage.train.GradientTrainer;
import org.genimage.train.TrainingListeners;
import org.genimage.train.recipe.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Trains any of the seven detectors with the paper's recipe or a small one, saves its weights and
 * scores held-out images. A second run resumes a run that was stopped.
 */
@Command(
    name = "train",
    sortOptions = false,
    description = {
      "Train a detector, save its weights and score held-out images.",
      "A second run resumes a run that was stopped. Without --data the images are simulated: the"
          + " results then say nothing about real generators."
    },
    footer = {
      "",
      "Examples:",
      "  genimage train --detector resnet-50",
      "  genimage train --detector swin-t --recipe paper --data GenImage",
      "  genimage train --detector spec --data photos --epochs 5 --freeze 'layer1\\..*'"
    })
public final class TrainCommand implements Callable<Integer> {

  /** The recipe to train with. */
  private enum Plan {
    PAPER,
    SMALL
  }

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      required = true,
      description =
          "resnet-50, deit-s, swin-t, cnnspot, spec, f3net, gramnet, or all (one after the other)")
  private String name;

  @Mixin private Options.Images data = new Options.Images();

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      defaultValue = "small",
      description =
          "paper: the paper's recipe, with its input size, epochs and all images; small: a recipe for"
              + " a few thousand images that takes minutes (default: ${DEFAULT-VALUE})")
  private Plan plan;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "passes over the training images (default: the recipe's)")
  private Optional<Integer> epochs = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "images per step (default: the recipe's)")
  private Optional<Integer> batch = Optional.empty();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description =
          "training images of all epochs together, instead of --epochs, in whole epochs: at least one"
              + " (default: the recipe's)")
  private Optional<Integer> samples = Optional.empty();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "4000",
      description =
          "with the small recipe, use at most this many training and test images (default:"
              + " ${DEFAULT-VALUE})")
  private int limit;

  @Mixin private Options.Seed seed = new Options.Seed();

  @Mixin private Options.Output out = new Options.Output("genimage-training");

  @Option(
      names = "--backbone",
      paramLabel = "FILE",
      description = "published ImageNet weights to start from (default: random weights)")
  private Optional<Path> backbone = Optional.empty();

  @Option(
      names = "--freeze",
      paramLabel = "REGEX",
      split = ",",
      description =
          "weights that training must not change: patterns of their names, such as layer1\\..*")
  private List<String> frozen = new ArrayList<>();

  @Mixin private Options.NumberFormat numbers = new Options.NumberFormat();

  @Mixin private Options.Aligned aligned = new Options.Aligned();

  @Mixin private Options.Unreadable unreadable = new Options.Unreadable();

  @Spec private CommandSpec spec;

  private Terminal terminal;

  @Override
  public Integer call() {
    terminal = Terminal.of(spec);
    data.check();
    unreadable.check();
    checkPositive("--epochs", epochs);
    checkPositive("--batch", batch);
    checkPositive("--samples", samples);
    Options.checkPositive("--limit", limit);
    Options.check(
        epochs.isEmpty() || samples.isEmpty(),
        "--epochs and --samples exclude each other; give one of them");
    List<Blueprint> chosen = named(name);
    out.check();
    Options.check(
        chosen.size() == 1 || backbone.isEmpty(),
        "--backbone is one detector's weights, got --detector %s; name one detector",
        name);
    backbone.ifPresent(file -> Options.checkWeights("--backbone", file));
    for (Blueprint one : chosen) {
      Path file = file(one);
      Outputs.checkApart("--out", file, backbone.stream().toList());
      Outputs.checkOwnWeights("training", file, Files.exists(file.resolveSibling("epochs.csv")));
    }
    chosen.forEach(this::run);
    return ExitCode.DONE;
  }

  private void run(Blueprint published) {
    SmallData small = SmallData.of(published);
    Blueprint blueprint = plan == Plan.SMALL ? small.input(published) : published;
    Optional<Weights> start = start(blueprint);
    Path images =
        data.folder().orElseGet(() -> small.simulated(out.folder(), seed.value(), terminal));
    GenImage genimage = Options.opening(() -> GenImage.open(images));
    genimage.missing().forEach(sentence -> terminal.say("note: %s", sentence));
    ImageDataset train = Options.opening(() -> limited(genimage.train()));
    Recipe recipe = recipe(blueprint, small, train.size());
    Path file = file(blueprint);
    Path folder = file.getParent();
    Weights trained = train(blueprint, start, recipe, train, folder);
    SimulatedTraining.noted(trained, data.areSimulated()).write(file);
    evaluate(blueprint, trained, limited(genimage.validation()));
    terminal.say("weights: %s", file.toAbsolutePath().normalize());
    terminal.say("next: %s", next(file));
  }

  private Path file(Blueprint blueprint) {
    return out.resolve("%s-%s".formatted(blueprint.name(), plan).toLowerCase(Locale.ROOT))
        .resolve("weights.safetensors");
  }

  private String next(Path file) {
    return data.areSimulated()
        ? "genimage train --detector %s --data DIR, since simulated images teach nothing about"
                .formatted(name)
            + " photographs"
        : "genimage evaluate --weights %s --data %s".formatted(file, data.folder().orElseThrow());
  }

  private static void checkPositive(String option, Optional<Integer> value) {
    value.ifPresent(number -> Options.checkPositive(option, number));
  }

  private static List<Blueprint> named(String name) {
    return name.equals("all") ? Detectors.all() : List.of(DetectorOptions.named(name));
  }

  private ImageDataset limited(ImageDataset images) {
    return plan == Plan.SMALL ? images.draw(limit, seed.value()) : images;
  }

  private Recipe recipe(Blueprint blueprint, SmallData small, int images) {
    Optional<Integer> passes =
        epochs.or(() -> samples.map(number -> SmallData.epochs(number, images)));
    Recipe recipe =
        plan == Plan.SMALL
            ? small.recipe(
                blueprint, passes.orElse(SmallData.epochs(small.samples(), images)), images)
            : Recipe.paper(blueprint);
    return recipe
        .epochs(passes.orElse(recipe.epochs()))
        .batchSize(batch.orElse(recipe.batchSize()))
        .precision(numbers.precision())
        .seed(seed.value());
  }

  private Weights train(
      Blueprint blueprint,
      Optional<Weights> start,
      Recipe recipe,
      ImageDataset images,
      Path folder) {
    long begin = System.nanoTime();
    AtomicReference<Progress> shown = new AtomicReference<>(Progress.NONE);
    GradientTrainer plain =
        GradientTrainer.with(recipe)
            .freeze(frozen(blueprint).toArray(String[]::new))
            .checkpoints(
                Checkpoints.in(folder.resolve("checkpoints")).every(Duration.ofMinutes(10)))
            .onError(unreadable.policy())
            .listener(
                TrainingListeners.progress((done, all) -> shown.get().update(done, all)),
                TrainingListeners.csv(folder.resolve("epochs.csv")),
                TrainingListeners.tensorBoard(folder.resolve("tensorboard")));
    GradientTrainer trainer = start.map(plain::from).orElse(plain);
    Weights trained;
    try (GradientTrainer.Prepared training =
        Options.opening(() -> trainer.prepare(blueprint, images))) {
      terminal.say("plan: %s, %s", blueprint.name(), training.plan());
      trained =
          terminal.during(
              "Training " + blueprint.name(),
              (long) training.plan().epochs() * images.size(),
              progress -> {
                shown.set(progress);
                return training.toEnd();
              });
    }
    terminal.say(
        "%s: %s of %d images in %.1f minutes",
        blueprint.name(),
        Counted.of(recipe.epochs(), "epoch"),
        images.size(),
        (System.nanoTime() - begin) / 60e9);
    return trained;
  }

  /** Returns the first weights; reads a file before images are simulated or counted. */
  private Optional<Weights> start(Blueprint blueprint) {
    if (backbone.isEmpty()) {
      return plan == Plan.SMALL ? SmallData.start(blueprint, seed.value()) : Optional.empty();
    }
    return Optional.of(
        Options.reading(
            "--backbone", () -> blueprint.startFrom(seed.value(), Weights.read(backbone.get()))));
  }

  private List<String> frozen(Blueprint blueprint) {
    List<String> small =
        backbone.isEmpty() && plan == Plan.SMALL ? SmallData.frozen(blueprint) : List.of();
    return Stream.concat(frozen.stream(), small.stream()).toList();
  }

  private void evaluate(Blueprint blueprint, Weights trained, ImageDataset test) {
    try (Detector detector = blueprint.load(trained)) {
      EvaluationResult result =
          terminal.scored("Scoring held-out images", detector, test, unreadable.policy());
      SideBySide both =
          terminal.during(
              aligned.isWanted() ? "Scoring all as JPEG" : "Reading file properties",
              test.size(),
              progress ->
                  SideBySide.of(
                      result,
                      Evaluation.of(detector, test).onError(unreadable.policy()).progress(progress),
                      aligned.isWanted() ? List.of(Options.Aligned.ALIGNMENT) : List.of()));
      both.warning().ifPresent(warning -> terminal.say("warning: %s", warning));
      terminal.print("%s, held-out images", result.detector());
      terminal.print(result);
      terminal.print(both);
    }
  }
}
