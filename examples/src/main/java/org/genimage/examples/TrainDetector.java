package org.genimage.examples;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.Precision;
import org.genimage.models.weights.PublishedWeights;
import org.genimage.models.weights.Weights;
import org.genimage.train.Checkpoints;
import org.genimage.train.GradientTrainer;
import org.genimage.train.TrainingListeners;
import org.genimage.train.recipe.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Trains any of the seven detectors, by the paper's recipe or by one for small data, keeps its
 * weights and scores held-out images. Run again, it goes on where it was stopped.
 */
@Command(
    name = "train-detector",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a detector, keeps its weights and scores held-out images.",
      "Run again, it goes on where it was stopped. Without --data the images are simulated: the"
          + " figures then say nothing about real generators."
    })
final class TrainDetector implements Callable<Integer> {

  /** Which recipe. */
  private enum Plan {
    PAPER,
    SMALL
  }

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      required = true,
      description =
          "resnet-50, deit-s, swin-t, cnnspot, spec, f3net, gramnet, or all, one after the other")
  private String name;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "a folder in GenImage's layout; default: simulated images")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      defaultValue = "small",
      description =
          "paper: the paper's, with its inputs, epochs and all images; small: one for some thousand"
              + " images and some minutes (default: ${DEFAULT-VALUE})")
  private Plan plan;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "passes over the training images (default: the recipe's)")
  private Optional<Integer> epochs = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "images a step (default: the recipe's)")
  private Optional<Integer> batch = Optional.empty();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description =
          "images to train on, all epochs together, in place of --epochs (default: the recipe's)")
  private Optional<Integer> samples = Optional.empty();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "4000",
      description =
          "with the small recipe, use at most this many training and test images (default:"
              + " ${DEFAULT-VALUE})")
  private int limit;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "of images, first weights and order (default: ${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "genimage-training",
      description = "where everything is written (default: ${DEFAULT-VALUE})")
  private Path out;

  @Option(
      names = "--backbone",
      paramLabel = "FILE",
      description = "published ImageNet weights to start from (default: random weights)")
  private Optional<Path> backbone = Optional.empty();

  @Option(
      names = "--freeze",
      paramLabel = "REGEX",
      split = ",",
      description = "keys of weights that keep their values, such as layer1\\..*")
  private List<String> frozen = new ArrayList<>();

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "float32",
      description = "float32, bfloat16 or float16 (default: ${DEFAULT-VALUE})")
  private Precision precision;

  @Option(
      names = "--skip-unreadable",
      paramLabel = "N",
      defaultValue = "0",
      description = "leave out up to N broken files, and count them (default: stop at the first)")
  private int skip;

  private final Terminal terminal;

  TrainDetector(PrintStream out) {
    this.terminal = new Terminal(out);
  }

  /** Runs the command line and exits with its code. */
  public static void main(String[] args) {
    System.exit(Program.run(new TrainDetector(System.err), System.err, args));
  }

  @Override
  public Integer call() {
    checkPositive("--epochs", epochs);
    checkPositive("--batch", batch);
    checkPositive("--samples", samples);
    checkPositive("--limit", Optional.of(limit));
    checkArgument(
        epochs.isEmpty() || samples.isEmpty(), "--epochs and --samples exclude each other");
    checkArgument(skip >= 0, "--skip-unreadable must not be negative, got %s", skip);
    List<Blueprint> chosen = named(name);
    checkArgument(
        chosen.size() == 1 || backbone.isEmpty(),
        "--backbone is one detector's, got --detector %s",
        name);
    chosen.forEach(this::run);
    return 0;
  }

  private void run(Blueprint published) {
    SmallData small = SmallData.of(published);
    Blueprint blueprint = plan == Plan.SMALL ? small.input(published) : published;
    GenImage genimage = GenImage.open(data.orElseGet(() -> small.simulated(out, seed, terminal)));
    genimage.missing().forEach(sentence -> terminal.say("note: %s", sentence));
    ImageDataset train = limited(genimage.train());
    Recipe recipe = recipe(blueprint, small, train.size());
    Path folder = out.resolve("%s-%s".formatted(blueprint.name(), plan).toLowerCase(Locale.ROOT));
    Weights trained = train(blueprint, recipe, train, folder);
    Path file = folder.resolve("weights.safetensors");
    trained.write(file);
    evaluate(blueprint, trained, limited(genimage.validation()));
    terminal.say("weights: %s", file.toAbsolutePath().normalize());
  }

  private static void checkPositive(String option, Optional<Integer> value) {
    checkArgument(
        value.filter(number -> number <= 0).isEmpty(),
        "%s must be positive, got %s",
        option,
        value.orElse(0));
  }

  private static List<Blueprint> named(String name) {
    return name.equals("all") ? Detectors.all() : List.of(Detectors.named(name));
  }

  private ImageDataset limited(ImageDataset images) {
    return plan == Plan.SMALL ? images.draw(limit, seed) : images;
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
        .precision(precision)
        .seed(seed);
  }

  private Weights train(Blueprint blueprint, Recipe recipe, ImageDataset images, Path folder) {
    long begin = System.nanoTime();
    Weights trained =
        terminal.during(
            "Training " + blueprint.name(),
            (long) recipe.epochs() * images.size(),
            progress -> {
              GradientTrainer trainer =
                  GradientTrainer.with(recipe)
                      .freeze(frozen(blueprint).toArray(String[]::new))
                      .checkpoints(
                          Checkpoints.in(folder.resolve("checkpoints"))
                              .every(Duration.ofMinutes(10)))
                      .onError(errors())
                      .listener(
                          TrainingListeners.progress(progress),
                          TrainingListeners.csv(folder.resolve("epochs.csv")),
                          TrainingListeners.tensorBoard(folder.resolve("tensorboard")));
              return start(blueprint).map(trainer::from).orElse(trainer).fit(blueprint, images);
            });
    terminal.say(
        "%s: %d epochs of %d images in %.1f minutes",
        blueprint.name(), recipe.epochs(), images.size(), (System.nanoTime() - begin) / 60e9);
    return trained;
  }

  private Optional<Weights> start(Blueprint blueprint) {
    return backbone.isEmpty() && plan == Plan.SMALL
        ? SmallData.start(blueprint, seed)
        : backbone.map(file -> start(blueprint, file));
  }

  private List<String> frozen(Blueprint blueprint) {
    List<String> small =
        backbone.isEmpty() && plan == Plan.SMALL ? SmallData.frozen(blueprint) : List.of();
    return Stream.concat(frozen.stream(), small.stream()).toList();
  }

  /** Returns first weights, all but what tells the labels apart from a published file. */
  private Weights start(Blueprint blueprint, Path file) {
    Weights published = Weights.read(file);
    return switch (blueprint.name()) {
      case "DeiT-S" -> blueprint.initialWeights(seed, published, "head.");
      case "Swin-T" -> blueprint.initialWeights(seed, PublishedWeights.swin(published), "head.");
      case "F3Net" ->
          blueprint.initialWeights(
              seed,
              PublishedWeights.f3netTrunks(published),
              "fad_head.",
              "lfs_head.",
              "mix_block",
              "fc.");
      case "GramNet" ->
          blueprint.initialWeights(
              seed, published.without("fc."), "conv_inter", "g", "scale.", "fcnewr.");
      default -> blueprint.initialWeights(seed, published, "fc.");
    };
  }

  private ErrorPolicy errors() {
    return ErrorPolicy.skip(skip);
  }

  private void evaluate(Blueprint blueprint, Weights trained, ImageDataset test) {
    try (Detector detector = blueprint.load(trained)) {
      EvaluationResult result =
          terminal.during(
              "Scoring",
              test.size(),
              progress -> Evaluation.of(detector, test).onError(errors()).progress(progress).run());
      terminal.say("%n%s, held-out images", result.detector());
      terminal.say(result);
    }
  }
}
