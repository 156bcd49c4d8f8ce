package org.genimage.examples;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.attacks.AttackProtocol;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.Preset;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.TestSet;
import org.genimage.eval.DegradedAccuracy;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Proportion;
import org.genimage.eval.Protocol;
import org.genimage.eval.ProtocolResult;
import org.genimage.eval.ProtocolRun;
import org.genimage.eval.Protocols;
import org.genimage.eval.Report;
import org.genimage.eval.Scores;
import org.genimage.eval.TestImages;
import org.genimage.eval.TrainingSet;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;
import org.genimage.models.Weights;
import org.genimage.train.GradientTrainer;
import org.genimage.train.ImageRecipe;
import org.genimage.train.Loss;
import org.genimage.train.Recipe;
import org.genimage.train.Schedule;
import org.genimage.train.TrainingListeners;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Fills the paper's tables: trains what they train, tests what they test, and writes a report with
 * the paper's figures beside ours. Run again, it goes on where it was stopped.
 */
@Command(
    name = "paper-tables",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains and tests what the paper's tables train and test, and writes a report with the"
          + " paper's figures beside ours.",
      "Run again, it goes on where it was stopped. Without --data the images are simulated: a"
          + " rehearsal."
    })
final class PaperTables implements Callable<Integer> {

  private static final int REHEARSAL_SIDE = 64;

  @Option(
      names = "--table",
      paramLabel = "NAME",
      split = ",",
      description = "supplement-1 to -6, main-2 to -5, main-content (default: all)")
  private List<String> tables =
      new ArrayList<>(Protocols.all().stream().map(Protocol::name).toList());

  @Option(
      names = "--row",
      paramLabel = "NAME",
      split = ",",
      description = "only these rows of one table")
  private List<String> rows = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "a folder in GenImage's layout; default: simulated images")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "genimage-tables",
      description = "where everything is written (default: ${DEFAULT-VALUE})")
  private Path out;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "3200",
      description =
          "images to train a detector on, all epochs together (default: ${DEFAULT-VALUE})")
  private int samples;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "400",
      description =
          "use at most this many images of a training or test set (default: ${DEFAULT-VALUE})")
  private int limit;

  @Option(
      names = "--full",
      description = "the papers' recipes, inputs and all images, in place of --samples and --limit")
  private boolean full;

  @Option(
      names = "--skip-unreadable",
      paramLabel = "N",
      defaultValue = "0",
      description = "leave out up to N broken files of a set, and count them (default: none)")
  private int skip;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "of images, first weights and order (default: ${DEFAULT-VALUE})")
  private long seed;

  private final Terminal terminal;

  PaperTables(PrintStream out) {
    this.terminal = new Terminal(out);
  }

  /** Runs the command line and exits with its code. */
  public static void main(String[] args) {
    System.exit(Program.run(new PaperTables(System.err), System.err, args));
  }

  @Override
  public Integer call() {
    checkArgument(samples > 0, "--samples must be positive, got %s", samples);
    checkArgument(limit > 0, "--limit must be positive, got %s", limit);
    checkArgument(skip >= 0, "--skip-unreadable must not be negative, got %s", skip);
    GenImage genimage =
        GenImage.open(data.orElseGet(() -> SimulatedFolder.below(out, seed, terminal)));
    List<ProtocolResult> results = new ArrayList<>();
    Optional<EvaluationResult> first = Optional.empty();
    Map<String, Scores> groups = new LinkedHashMap<>();
    for (String table : tables) {
      Protocol protocol = Protocols.named(table);
      ProtocolRun plan = plan(rows.isEmpty() ? protocol : only(protocol), genimage);
      terminal.say("%n%s: %s", protocol.name(), protocol.title());
      ProtocolResult result = plan.run();
      results.add(result);
      print(result);
      for (Protocol.Run run : plan.protocol().runs()) {
        if (run.attack().isEmpty() && isDone(plan, run)) {
          EvaluationResult scored = EvaluationResult.read(plan.file(run));
          first = first.or(() -> Optional.of(scored));
          if (protocol.name().equals(Protocols.groups().name())) {
            groups.put(run.test().name(), scored.scores());
          }
        }
      }
    }
    first.ifPresent(scored -> report(scored, results, groups));
    return 0;
  }

  private static boolean isDone(ProtocolRun plan, Protocol.Run run) {
    return Files.exists(plan.file(run));
  }

  private Protocol only(Protocol protocol) {
    return protocol.rows(rows.toArray(String[]::new));
  }

  private ProtocolRun plan(Protocol protocol, GenImage genimage) {
    return ProtocolRun.of(protocol, out.resolve("scores"))
        .detectors((name, training) -> detector(name, training, genimage))
        .images(test -> limited(images(test, genimage)))
        .attacks(this::attack)
        .onError(errors())
        .progress(run -> (done, total) -> say(run, done, total));
  }

  private void say(Protocol.Run run, long done, long total) {
    if (done == total) {
      terminal.say("  scored %d images: %s", total, run);
    }
  }

  private ErrorPolicy errors() {
    return skip == 0 ? ErrorPolicy.fail() : ErrorPolicy.skip(skip);
  }

  private ImageDataset limited(ImageDataset images) {
    return full ? images : images.draw(limit, seed);
  }

  private static ImageDataset images(TestImages test, GenImage genimage) {
    if (!test.generators().isEmpty()) {
      return genimage.validation(test.generators().toArray(Generator[]::new));
    }
    return genimage.testSet(
        TestSet.ALL.stream()
            .filter(set -> set.name().equals(test.name()))
            .findFirst()
            .orElseThrow());
  }

  /** Loads a detector that was trained before, or trains it and keeps its weights. */
  private DifferentiableDetector detector(String name, TrainingSet training, GenImage genimage) {
    Blueprint blueprint =
        Detectors.all().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    if (!full && !name.equals("Swin-T")) { // whose windows need 224 pixels
      blueprint = blueprint.input(InputContract.crop(REHEARSAL_SIDE));
    }
    String slug = (name + " " + training).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
    Path file = out.resolve("weights").resolve(slug + ".safetensors");
    if (!Files.exists(file)) {
      ImageDataset images =
          limited(genimage.train(training.generators().toArray(Generator[]::new)));
      train(blueprint, training, images, slug).write(file);
    }
    return blueprint.load(file);
  }

  private Weights train(
      Blueprint blueprint, TrainingSet training, ImageDataset images, String slug) {
    Recipe recipe = full ? Recipe.paper(blueprint) : rehearsal(blueprint, images.size());
    return terminal.during(
        blueprint.name() + ", " + training,
        (long) recipe.epochs() * images.size(),
        progress ->
            GradientTrainer.with(recipe)
                .checkpoints(out.resolve("checkpoints").resolve(slug))
                .onError(errors())
                .listener(TrainingListeners.progress(progress))
                .fit(blueprint, images));
  }

  /** One clean input a sample, few and short epochs. */
  private Recipe rehearsal(Blueprint blueprint, int images) {
    int budget = blueprint.name().equals("Swin-T") ? samples / 8 : samples;
    int epochs = Math.max(1, budget / images);
    return Recipe.paper(Detectors.resnet50())
        .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
        .schedule(
            new Schedule.Cosine(
                0.01, 2e-5, epochs, new Schedule.Warmup(1, 1e-3, false), Schedule.Every.STEP))
        .epochs(epochs)
        .batchSize(Math.min(32, images))
        .seed(seed);
  }

  /** The paper gives no settings: those of a preset, in a rehearsal of one that is quick. */
  private Proportion attack(String attack, Detector detector, ImageDataset images) {
    Preset preset = full ? Preset.PAPER : Preset.TORCHATTACKS;
    AttackResult result =
        AttackRun.of(AttackProtocol.supplementTable2().attack(attack, preset))
            .onError(errors())
            .against((DifferentiableDetector) detector, images);
    return new Proportion(result.correctAfter(), result.images().size());
  }

  private void print(ProtocolResult result) {
    Protocol protocol = result.protocol();
    for (int i = 0; i < protocol.rows().size(); i++) {
      StringBuilder line = new StringBuilder();
      for (ProtocolResult.Figure figure : result.cells().get(i)) {
        line.append(
            figure
                .estimate()
                .map(one -> String.format(Locale.ROOT, "%6.1f", 100 * one.value()))
                .orElse("     –"));
      }
      terminal.say("  %-24s%s", protocol.rows().get(i).name(), line);
    }
    result.holes().forEach(hole -> terminal.say("  missing: %s", hole));
  }

  private void report(
      EvaluationResult first, List<ProtocolResult> results, Map<String, Scores> groups) {
    Report.Builder builder =
        Report.builder("The GenImage paper's tables", first)
            .data("The curves are of the first run; the tables are of all.")
            .degradations(degraded(results))
            .groups(groups)
            .manifest(
                Map.of(
                    "command",
                    "paper-tables --table %s --samples %d --limit %d --seed %d%s"
                        .formatted(
                            String.join(",", tables), samples, limit, seed, full ? " --full" : ""),
                    "Java",
                    System.getProperty("java.version"),
                    "data",
                    data.map(Path::toString).orElse("simulated")));
    results.forEach(builder::protocol);
    if (data.isEmpty()) {
      builder.simulated(
          "A rehearsal: every image was rendered by SimulatedGenImage, and detectors were trained"
              + " for minutes. The figures show that the path works; beside the paper's they mean"
              + " nothing.");
    }
    Report report = builder.build();
    Path file = out.resolve("report.html");
    report.write(file);
    report.writeTables(out.resolve("tables"));
    terminal.say("%nreport: %s", file.toAbsolutePath().normalize().toUri());
  }

  /** Curves of each detector over the columns of the table of degraded images. */
  private static List<DegradedAccuracy> degraded(List<ProtocolResult> results) {
    List<DegradedAccuracy> curves = new ArrayList<>();
    for (ProtocolResult result : results) {
      if (!result.protocol().name().equals(Protocols.degraded().name())) {
        continue;
      }
      for (int i = 0; i < result.protocol().rows().size(); i++) {
        String detector = result.protocol().rows().get(i).name();
        for (int j = 0; j < Protocols.DEGRADATIONS.size(); j++) {
          int column = j;
          result
              .figure(i, j)
              .estimate()
              .map(one -> new Proportion(Math.round(one.value() * one.images()), one.images()))
              .map(one -> new DegradedAccuracy(detector, Protocols.DEGRADATIONS.get(column), one))
              .ifPresent(curves::add);
        }
      }
    }
    return curves;
  }
}
