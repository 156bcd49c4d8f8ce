package org.genimage.app.command;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.genimage.attacks.AttackResult;
import org.genimage.attacks.AttackRun;
import org.genimage.attacks.Preset;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.TestSet;
import org.genimage.data.Unbiased;
import org.genimage.data.doctor.FileRules;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.ScoreFileException;
import org.genimage.eval.Scores;
import org.genimage.eval.protocol.Protocol;
import org.genimage.eval.protocol.ProtocolResult;
import org.genimage.eval.protocol.ProtocolRun;
import org.genimage.eval.protocol.Protocols;
import org.genimage.eval.protocol.TestImages;
import org.genimage.eval.report.DegradedAccuracy;
import org.genimage.eval.report.Report;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Reproduces the paper's tables: trains and tests the detectors as they do, and writes a report
 * with the paper's figures beside the measured ones. A second run resumes a run that was stopped.
 */
@Command(
    name = "tables",
    sortOptions = false,
    description = {
      "Train and test detectors as the paper's tables do, and write a report with the paper's"
          + " figures beside the measured ones.",
      "A second run resumes a run that was stopped. Without --data the images are simulated: this"
          + " is a rehearsal."
    },
    footer = {
      "",
      "Examples:",
      "  genimage tables",
      "  genimage tables --table main-3 --row ResNet-50",
      "  genimage tables --full --unbiased --data GenImage"
    })
public final class TablesCommand implements Callable<Integer> {

  /** The smallest side of simulated images in pixels: Swin-T's input has this side. */
  private static final int SIDE = 224;

  /** The side of biased images of a 256-pixel generator; others have 1/2, 2 or 4 times this. */
  private static final int BIASED_SIDE = 112;

  /** The bounds of the sides of simulated natural images, in pixels. */
  private static final List<Integer> BIASED_SIDES = List.of(84, 224);

  private static final int TRAIN = 100;

  /** The most images per attack, because CW-L2 computes a thousand gradients for each. */
  private static final int ATTACKED = 1000;

  @Option(
      names = "--table",
      paramLabel = "NAME",
      split = ",",
      description =
          "which tables of the paper: supplement-1 to supplement-6, main-2 to main-5, main-content"
              + " (default: all)")
  private List<String> tables = new ArrayList<>();

  @Option(
      names = "--row",
      paramLabel = "NAME",
      split = ",",
      description = "only these rows; needs --table with one table")
  private List<String> rows = new ArrayList<>();

  @Mixin private Options.Images data = new Options.Images();

  @Mixin private Options.Output out = new Options.Output("genimage-tables");

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1600",
      description =
          "training images of ResNet-50, all epochs together, in whole epochs: at least one; other"
              + " detectors get a number in proportion to their small recipes (default:"
              + " ${DEFAULT-VALUE})")
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
      description =
          "use the papers' recipes, input sizes and all images, instead of --samples and --limit")
  private boolean full;

  @Option(
      names = "--unbiased",
      description =
          "fill every table twice, the second time with images without GenImage's bias of format"
              + " and size, and show both side by side; simulated images then have this bias")
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
      description = "with --unbiased, use natural images of any JPEG quality, not only of 96")
  private boolean anyQuality;

  @Mixin private Options.Aligned aligned = new Options.Aligned();

  @Mixin private Options.Unreadable unreadable = new Options.Unreadable();

  @Mixin private Options.Seed seed = new Options.Seed();

  @Spec private CommandSpec spec;

  private Terminal terminal;

  /** One table, and the same on other images, by an adjective for them. */
  private record Filled(ProtocolResult published, Map<String, ProtocolResult> others) {}

  @Override
  public Integer call() {
    terminal = Terminal.of(spec);
    data.check();
    unreadable.check();
    Options.checkPositive("--samples", samples);
    Options.checkPositive("--limit", limit);
    Options.check(
        sides.isEmpty() || sides.size() == 2, "--sides must be two numbers, got %s", sides);
    Options.check(
        unbiased || (sides.isEmpty() && !anyQuality),
        "--sides and --any-quality need --unbiased; add it");
    List<Protocol> chosen = protocols();
    Unbiased selection = selection();
    out.checkReport();
    Optional<GenImage> given =
        data.folder().map(folder -> Options.opening(() -> GenImage.open(folder)));
    checkSettings();
    long begin = System.nanoTime();
    GenImage genimage = given.orElseGet(() -> GenImage.open(simulated()));
    TableImages published = new TableImages(genimage, Optional.empty(), out.folder(), reduced());
    TableImages selected =
        new TableImages(genimage, Optional.of(selection), out.resolve("unbiased"), reduced());
    Page page = new Page(files(genimage, chosen));
    for (Protocol protocol : chosen) {
      terminal.print("%s: %s", protocol.name(), protocol.title());
      page.fill(plan(protocol, published));
      if (aligned.isWanted()) {
        terminal.print("  again, all images stored as JPEG 96");
        page.fillAgain("aligned", aligned(protocol, published));
      }
      if (unbiased) {
        terminal.print("  again, with images without the bias of format and size");
        page.fillAgain("unbiased", plan(protocol, selected));
      }
    }
    if (page.begun) {
      terminal.say("%nreport: %s", out.report().toAbsolutePath().normalize().toUri());
    }
    terminal.say("this run took %.1f minutes", (System.nanoTime() - begin) / 60e9);
    return ExitCode.DONE;
  }

  private List<Protocol> protocols() {
    try {
      Stream<Protocol> named =
          tables.isEmpty() ? Protocols.all().stream() : tables.stream().map(Protocols::named);
      return named.map(this::chosen).toList();
    } catch (IllegalArgumentException e) {
      throw new UsageException("--table, --row: " + e.getMessage());
    }
  }

  /** What the report shows. It is written after each table, since hours later one may fail. */
  private final class Page {

    private final List<Filled> results = new ArrayList<>();
    private final Map<String, Scores> groups = new LinkedHashMap<>();
    private final Map<String, FileRules> files;
    private boolean begun; // some run was scored

    Page(Map<String, FileRules> files) {
      this.files = files;
    }

    /** Fills a table. If that fails, the report still shows its finished cells. */
    void fill(ProtocolRun plan) {
      try {
        add(plan, plan.run());
      } catch (RuntimeException e) {
        reporting(e, () -> add(plan, plan.finished()));
      }
    }

    private void add(ProtocolRun plan, ProtocolResult result) {
      print(result, List.of());
      results.add(new Filled(result, Map.of()));
      for (Protocol.Run run : plan.protocol().runs()) {
        Optional<EvaluationResult> scored = scored(plan, run);
        begun |= scored.isPresent();
        if (plan.protocol().name().equals(Protocols.groups().name())) {
          scored.ifPresent(one -> groups.put(run.test().name(), one.scores()));
        }
      }
      write();
    }

    /** Fills the same table with other images. */
    void fillAgain(String name, ProtocolRun plan) {
      try {
        addAgain(name, plan.run());
      } catch (RuntimeException e) {
        reporting(e, () -> addAgain(name, plan.finished()));
      }
    }

    private void addAgain(String name, ProtocolResult result) {
      int last = results.size() - 1;
      Filled filled = results.get(last);
      print(result, filled.published().missing());
      Map<String, ProtocolResult> others = new LinkedHashMap<>(filled.others());
      others.put(name, result);
      results.set(last, new Filled(filled.published(), others));
      write();
    }

    private void write() {
      if (begun) {
        report(results, groups, files);
      }
    }

    private void reporting(RuntimeException failure, Runnable report) {
      Outputs.reporting(
          () -> {
            throw failure;
          },
          report);
    }
  }

  private static Optional<EvaluationResult> scored(ProtocolRun plan, Protocol.Run run) {
    Path file = plan.file(run);
    if (run.attack().isPresent() || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(EvaluationResult.read(file));
    } catch (ScoreFileException e) {
      return Optional.empty(); // The table states it.
    }
  }

  /** Results of an earlier run with other settings must not count as results of this run. */
  private void checkSettings() {
    String settings =
        "%s, %s, seed %s, up to %s broken files%n"
            .formatted(
                data.folder()
                    .map(folder -> folder.toAbsolutePath().normalize().toString())
                    .orElse(unbiased ? "simulated images with bias" : "simulated images"),
                full ? "full" : "%s samples, %s images".formatted(samples, limit),
                seed.value(),
                unreadable.skip());
    Path file = out.resolve("settings.txt");
    try {
      if (!Files.exists(file)) {
        Outputs.write(file, settings.getBytes(StandardCharsets.UTF_8));
      }
      String earlier = Files.readString(file);
      Options.check(
          earlier.equals(settings),
          "%s has results of other settings: expected %s, found %s; use those, or choose another"
              + " --out",
          out.folder(),
          settings.strip(),
          earlier.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be read (%s); choose another --out".formatted(file, e.getMessage()), e);
    }
  }

  private Path simulated() {
    return SimulatedFolder.ofTables(
        out.folder(), seed.value(), unbiased ? BIASED_SIDE : SIDE, TRAIN, unbiased, terminal);
  }

  private Optional<TableImages.Reduced> reduced() {
    return full
        ? Optional.empty()
        : Optional.of(new TableImages.Reduced(limit, seed.value(), data.areSimulated()));
  }

  /**
   * Returns the selection; its bounds and quality are its authors' unless options say otherwise.
   */
  private Unbiased selection() {
    List<Integer> standard = data.areSimulated() ? BIASED_SIDES : List.of(450, 550);
    List<Integer> bounds = sides.isEmpty() ? standard : sides;
    Unbiased selection = Unbiased.within(bounds.get(0), bounds.get(1)).seed(seed.value());
    return anyQuality ? selection.qualityOfNature() : selection;
  }

  private Protocol chosen(Protocol protocol) {
    return rows.isEmpty() ? protocol : protocol.rows(rows.toArray(String[]::new));
  }

  private ProtocolRun plan(Protocol protocol, TableImages images) {
    return ProtocolRun.of(protocol, images.folder().resolve("scores"))
        .detectors(detectors(images))
        .images(images::test)
        .attacks(this::attack)
        .onError(unreadable.policy())
        .progress(run -> (done, total) -> say(run, done, total));
  }

  /**
   * Returns the plan of the same table with all images stored alike. The detectors are those of the
   * published images. Attacks are left out: an attack's gradients take far longer than its scores.
   */
  private ProtocolRun aligned(Protocol protocol, TableImages images) {
    ProtocolRun plan = plan(protocol, images);
    return ProtocolRun.of(protocol, images.folder().resolve("scores-aligned"))
        .detectors(detectors(images).trained())
        .images(test -> Options.Aligned.ALIGNMENT.of(images.test(test)))
        .attacks(
            (attack, detector, data) -> {
              throw new DatasetException(
                  "%s: images are attacked as they were published only".formatted(attack));
            })
        .onError(plan.onError())
        .progress(plan.progress());
  }

  private TableDetectors detectors(TableImages images) {
    return new TableDetectors(images, full, samples, seed.value(), unreadable.policy(), terminal);
  }

  private void say(Protocol.Run run, long done, long total) {
    if (done == total) {
      terminal.say("  scored %d images: %s", total, run);
    }
  }

  /** Attacks with the settings of a preset, because the paper gives none. */
  private Proportion attack(String attack, Detector detector, ImageDataset images) {
    AttackResult result =
        AttackRun.of(preset().attack(attack))
            .onError(unreadable.policy())
            .against((DifferentiableDetector) detector, images.draw(ATTACKED, seed.value()));
    return new Proportion(result.correctAfter(), result.images().size());
  }

  private Preset preset() {
    return full ? Preset.TORCHATTACKS_LEGACY : Preset.TORCHATTACKS;
  }

  private void print(ProtocolResult result, List<String> known) {
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
      terminal.print("  %-24s%s", protocol.rows().get(i).name(), line);
    }
    result.missing().stream()
        .filter(reason -> !known.contains(reason))
        .forEach(reason -> terminal.print("  missing: %s", reason));
  }

  /** Returns what the files of the tables' test images tell by themselves, set by set. */
  private Map<String, FileRules> files(GenImage genimage, List<Protocol> chosen) {
    Map<String, FileRules> files = new LinkedHashMap<>();
    files(TestImages.GENIMAGE.name(), genimage::validation, files);
    for (TestSet set : TestSet.ALL) {
      if (chosen.stream()
          .flatMap(protocol -> protocol.runs().stream())
          .anyMatch(run -> run.test().equals(TestImages.named(set.name())))) {
        files(set.name(), () -> genimage.testSet(set), files);
      }
    }
    return files;
  }

  private void files(String name, Supplier<ImageDataset> source, Map<String, FileRules> files) {
    ImageDataset images;
    try {
      images = source.get();
    } catch (DatasetException e) {
      return; // the tables state what is missing
    }
    FileRules rules =
        terminal.during(
            "Reading file properties of " + name,
            images.size(),
            progress -> FileRules.of(images, progress));
    rules.warning().ifPresent(warning -> terminal.say("warning: %s: %s", name, warning));
    files.put(name, rules);
  }

  private void report(
      List<Filled> results, Map<String, Scores> groups, Map<String, FileRules> files) {
    Report.Builder builder =
        Report.builder("The GenImage paper's tables")
            .data(about(files))
            .files(files)
            .degradations(degraded(results))
            .groups(groups)
            .manifest(manifest());
    results.forEach(filled -> builder.protocol(filled.published(), filled.others()));
    if (data.areSimulated()) {
      builder.simulated(
          "A rehearsal: SimulatedGenImage rendered every image, and none comes from the generator"
              + " that it is named after. The results show that the program works. They cannot be"
              + " compared with the paper's.");
    }
    Report report = builder.build();
    report.write(out.report());
    report.writeTables(out.tables());
  }

  /** Says what the figures are, and what alignment leaves: it changes no size. */
  private String about(Map<String, FileRules> files) {
    StringBuilder text =
        new StringBuilder("Every accuracy is of the run that its row and column name.");
    if (aligned.isWanted()) {
      text.append(" Aligned means ").append(Options.Aligned.ALIGNMENT.name()).append('.');
      files.forEach(
          (name, rules) ->
              rules.rules().stream()
                  .filter(rule -> rule.property().equals("image size") && rule.isTelling())
                  .forEach(
                      rule ->
                          text.append(
                              String.format(
                                  Locale.ROOT,
                                  " On aligned images of %s, image size alone still reaches %.1f %%.",
                                  name,
                                  100 * rule.leaveOneOut()))));
    }
    return text.toString();
  }

  private Map<String, String> manifest() {
    return ImmutableMap.<String, String>builder()
        .putAll(RunManifest.of(spec))
        .put("data", data.folder().map(Path::toString).orElse("simulated"))
        .put("attacks", preset().note())
        .build();
  }

  /** Returns the accuracy of each detector in each column of the table of degraded images. */
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
