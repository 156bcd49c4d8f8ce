package org.genimage.examples;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
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
import org.genimage.attacks.AttackProtocol;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.Preset;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.Unbiased;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Proportion;
import org.genimage.eval.Scores;
import org.genimage.eval.protocol.Protocol;
import org.genimage.eval.protocol.ProtocolResult;
import org.genimage.eval.protocol.ProtocolRun;
import org.genimage.eval.protocol.Protocols;
import org.genimage.eval.report.DegradedAccuracy;
import org.genimage.eval.report.Report;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import org.tensorflow.TensorFlow;
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

  /** The least side of simulated images in pixels: what Swin-T's windows are filled from. */
  private static final int SIDE = 224;

  /** With the bias, of a generator of 256 pixels; the others' are half, twice or four times it. */
  private static final int BIASED_SIDE = 112;

  /** The bounds of natural images' sides in pixels, which simulated ones keep within. */
  private static final List<Integer> BIASED_SIDES = List.of(84, 224);

  private static final int TRAIN = 100;

  /** The most images of an attack: CW-L2 computes a thousand gradients for each. */
  private static final int ATTACKED = 1000;

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
      defaultValue = "1600",
      description =
          "images to train ResNet-50 on, all epochs together; the others' number is in proportion"
              + " to their small recipes' (default: ${DEFAULT-VALUE})")
  private int samples;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "800",
      description =
          "use at most this many images of a training or test set (default: ${DEFAULT-VALUE})")
  private int limit;

  @Option(
      names = "--full",
      description = "the papers' recipes, inputs and all images, in place of --samples and --limit")
  private boolean full;

  @Option(
      names = "--unbiased",
      description =
          "fill every table a second time, trained and tested on images without GenImage's bias of"
              + " format and size, and show both side by side; simulated images then have the bias")
  private boolean unbiased;

  @Option(
      names = "--sides",
      paramLabel = "MIN,MAX",
      split = ",",
      description =
          "with --unbiased, the bounds of natural images' sides in pixels (default: 450,550, which"
              + " fit generators of 512 pixels; simulated images: 84,224, all of them)")
  private List<Integer> sides = new ArrayList<>();

  @Option(
      names = "--any-quality",
      description = "with --unbiased, natural images of any JPEG quality, in place of 96 alone")
  private boolean anyQuality;

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

  /** One table, filled once or twice. */
  private record Filled(ProtocolResult published, Optional<ProtocolResult> unbiased) {}

  @Override
  public Integer call() {
    checkArgument(samples > 0, "--samples must be positive, got %s", samples);
    checkArgument(limit > 0, "--limit must be positive, got %s", limit);
    checkArgument(skip >= 0, "--skip-unreadable must not be negative, got %s", skip);
    checkArgument(
        sides.isEmpty() || sides.size() == 2, "--sides must be two numbers, got %s", sides);
    checkArgument(
        unbiased || (sides.isEmpty() && !anyQuality),
        "--sides and --any-quality go with --unbiased; add it");
    checkSettings();
    long begin = System.nanoTime();
    GenImage genimage = GenImage.open(data.orElseGet(this::simulated));
    TableImages published = new TableImages(genimage, Optional.empty(), out, reduced());
    TableImages selected =
        new TableImages(genimage, Optional.of(selection()), out.resolve("unbiased"), reduced());
    List<Filled> results = new ArrayList<>();
    Optional<EvaluationResult> first = Optional.empty();
    Map<String, Scores> groups = new LinkedHashMap<>();
    for (String table : tables) {
      Protocol all = Protocols.named(table);
      Protocol protocol = rows.isEmpty() ? all : only(all);
      ProtocolRun plan = plan(protocol, published);
      terminal.say("%n%s: %s", protocol.name(), protocol.title());
      ProtocolResult result = plan.run();
      print(result);
      results.add(
          new Filled(
              result, unbiased ? Optional.of(fillUnbiased(protocol, selected)) : Optional.empty()));
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
    terminal.say("this run took %.1f minutes", (System.nanoTime() - begin) / 60e9);
    return 0;
  }

  private ProtocolResult fillUnbiased(Protocol protocol, TableImages images) {
    terminal.say("  unbiased");
    ProtocolResult result = plan(protocol, images).run();
    print(result);
    return result;
  }

  /** What was made with other settings must not pass for this run's. */
  private void checkSettings() {
    String settings =
        "%s, %s, seed %d, up to %d broken files%n"
            .formatted(
                data.map(folder -> folder.toAbsolutePath().normalize().toString())
                    .orElse(unbiased ? "simulated images with bias" : "simulated images"),
                full ? "full" : "%d samples, %d images".formatted(samples, limit),
                seed,
                skip);
    Path file = out.resolve("settings.txt");
    try {
      Files.createDirectories(out);
      if (!Files.exists(file)) {
        Path part = out.resolve("settings.part");
        Files.writeString(part, settings);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      }
      String earlier = Files.readString(file);
      checkArgument(
          earlier.equals(settings),
          "%s was begun with other settings: expected %s, found %s; give those, or choose another"
              + " --out",
          out,
          settings.strip(),
          earlier.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be written to (%s); choose another --out".formatted(out, e.getMessage()), e);
    }
  }

  private Path simulated() {
    return SimulatedFolder.ofTables(
        out, seed, unbiased ? BIASED_SIDE : SIDE, TRAIN, unbiased, terminal);
  }

  private Optional<TableImages.Reduced> reduced() {
    return full
        ? Optional.empty()
        : Optional.of(new TableImages.Reduced(limit, seed, data.isEmpty()));
  }

  /** The bounds and quality of the selection's authors, unless others are asked for. */
  private Unbiased selection() {
    List<Integer> standard = data.isEmpty() ? BIASED_SIDES : List.of(450, 550);
    List<Integer> bounds = sides.isEmpty() ? standard : sides;
    Unbiased selection = Unbiased.within(bounds.get(0), bounds.get(1)).seed(seed);
    return anyQuality ? selection.qualityOfNature() : selection;
  }

  private static boolean isDone(ProtocolRun plan, Protocol.Run run) {
    return Files.exists(plan.file(run));
  }

  private Protocol only(Protocol protocol) {
    return protocol.rows(rows.toArray(String[]::new));
  }

  private ProtocolRun plan(Protocol protocol, TableImages images) {
    return ProtocolRun.of(protocol, images.folder().resolve("scores"))
        .detectors(new TableDetectors(images, full, samples, seed, errors(), terminal))
        .images(images::test)
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
    return ErrorPolicy.skip(skip);
  }

  /** The paper gives no settings: those of a preset, in a rehearsal of one that is quick. */
  private Proportion attack(String attack, Detector detector, ImageDataset images) {
    AttackResult result =
        AttackRun.of(AttackProtocol.supplementTable2().attack(attack, preset()))
            .onError(errors())
            .against((DifferentiableDetector) detector, images.draw(ATTACKED, seed));
    return new Proportion(result.correctAfter(), result.images().size());
  }

  private Preset preset() {
    return full ? Preset.TORCHATTACKS_LEGACY : Preset.TORCHATTACKS;
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
    result.missing().forEach(reason -> terminal.say("  missing: %s", reason));
  }

  private void report(EvaluationResult first, List<Filled> results, Map<String, Scores> groups) {
    Report.Builder builder =
        Report.builder("The GenImage paper's tables", first)
            .data("The headline and the curves are this first run's; the tables are all runs'.")
            .degradations(degraded(results))
            .groups(groups)
            .manifest(manifest());
    results.forEach(
        filled ->
            filled
                .unbiased()
                .map(other -> builder.protocol(filled.published(), other))
                .orElseGet(() -> builder.protocol(filled.published())));
    if (data.isEmpty()) {
      builder.simulated(
          "A rehearsal: every image was rendered by SimulatedGenImage, and none was made by the"
              + " generator whose name it carries. The figures show that the path works; beside the"
              + " paper's they mean nothing.");
    }
    Report report = builder.build();
    Path file = out.resolve("report.html");
    report.write(file);
    report.writeTables(out.resolve("tables"));
    terminal.say("%nreport: %s", file.toAbsolutePath().normalize().toUri());
  }

  private Map<String, String> manifest() {
    String size = full ? "--full" : "--samples %d --limit %d".formatted(samples, limit);
    String command =
        "paper-tables --table %s %s --seed %d%s"
            .formatted(String.join(",", tables), size, seed, unbiased ? " --unbiased" : "");
    return ImmutableMap.of(
        "command", command,
        "data", data.map(Path::toString).orElse("simulated"),
        "attacks", preset().note(),
        "Java", System.getProperty("java.version"),
        "TensorFlow", TensorFlow.version(),
        "processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
  }

  /** Curves of each detector over the columns of the table of degraded images. */
  private static List<DegradedAccuracy> degraded(List<Filled> results) {
    List<DegradedAccuracy> curves = new ArrayList<>();
    for (Filled filled : results) {
      ProtocolResult result = filled.published();
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
