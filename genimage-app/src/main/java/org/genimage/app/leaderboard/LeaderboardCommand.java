package org.genimage.app.leaderboard;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.app.command.ExitCode;
import org.genimage.app.command.Options;
import org.genimage.app.command.Outputs;
import org.genimage.app.command.RunManifest;
import org.genimage.app.command.SimulatedFolder;
import org.genimage.app.command.Terminal;
import org.genimage.app.command.UsageException;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.doctor.FileRules;
import org.genimage.data.internal.PeakMemory;
import org.genimage.eval.leaderboard.Leaderboard;
import org.genimage.eval.leaderboard.LeaderboardEntry;
import org.genimage.eval.leaderboard.LeaderboardManifest;
import org.genimage.eval.leaderboard.Ranks;
import org.genimage.eval.report.Report;
import org.genimage.eval.report.Section;
import org.genimage.eval.report.Table;
import org.genimage.eval.report.Table.Cell;
import org.genimage.eval.robustness.RobustnessResult;
import org.genimage.eval.robustness.RobustnessSuite;
import org.genimage.models.DifferentiableDetector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures any detectors on any sets of images, and writes one table, one page, one manifest. */
@Command(
    name = "leaderboard",
    sortOptions = false,
    description = {
      "Measure detectors on sets of images and rank them. The images are scored as they are, all"
          + " stored as the same JPEG, after changes such as blur, and under attack. Time and memory"
          + " are measured, too.",
      "The output folder gets a table, a page that says which differences are real, and"
          + " manifest.json, which has all figures, settings and hashes.",
      "A second run resumes a run that was stopped. 'genimage compare' compares two leaderboards."
    },
    footer = {
      "",
      "Examples:",
      "  genimage leaderboard --weights one.safetensors --weights two.safetensors",
      "  genimage leaderboard --weights FerretNet-S=weights.pth --data photos=list.csv --simulated",
      "  genimage compare genimage-leaderboard another-leaderboard"
    })
public final class LeaderboardCommand implements Callable<Integer> {

  private static final String SIMULATED = "simulated";

  private static final String MANIFEST = "manifest.json";

  /** Which changes. */
  private enum Suite {
    QUICK,
    FULL,
    NONE
  }

  @Option(
      names = "--weights",
      paramLabel = "[DETECTOR=]FILE|NAME",
      required = true,
      description =
          "weights: a file, a model folder, or a name of 'genimage pretrained list'; write"
              + " DETECTOR= if the file does not say whose weights these are. Repeat it for each"
              + " detector")
  private List<String> weights = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "[SET=]PATH",
      description =
          "a folder in GenImage's layout, whose validation images are used, or a list (.csv,"
              + " .jsonl), of which images of the split train are left out. Repeat it for each set"
              + " (default: simulated images)")
  private List<String> data = new ArrayList<>();

  @Option(names = "--simulated", description = "simulated images as one more set")
  private boolean simulated;

  @Mixin private Options.Output out = new Options.Output("genimage-leaderboard");

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "use at most this many images of a set (default: all)")
  private Optional<Integer> limit = Optional.empty();

  @Option(
      names = "--suite",
      paramLabel = "NAME",
      defaultValue = "quick",
      description =
          "changes of images, such as blur: quick (16 changes), full or none (default:"
              + " ${DEFAULT-VALUE})")
  private Suite suite;

  @Option(
      names = "--changed",
      paramLabel = "N",
      defaultValue = "160",
      description = "images that are changed (default: ${DEFAULT-VALUE})")
  private int changed;

  @Mixin private AttackPlan attacks = new AttackPlan();

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "threads that attack images; scoring always uses all processors (default:"
              + " ${DEFAULT-VALUE})")
  private int threads;

  @Option(
      names = "--part",
      paramLabel = "K/N",
      description =
          "measure only the Kth of N parts of the work. Several machines can share one --out;"
              + " afterwards, a run without --part joins the parts")
  private Optional<String> part = Optional.empty();

  @Mixin private Options.Unreadable unreadable = new Options.Unreadable();

  @Mixin private Options.Seed seed = new Options.Seed();

  @Spec private CommandSpec spec;

  private Terminal terminal;

  @Override
  public Integer call() {
    terminal = Terminal.of(spec);
    List<NamedPlace> detectors = weights.stream().map(NamedPlace::of).toList();
    detectors.forEach(one -> Entrant.options(one).check());
    attacks.check();
    Options.checkPositive("--changed", changed);
    Options.checkPositive("--threads", threads);
    limit.ifPresent(count -> Options.checkPositive("--limit", count));
    unreadable.check();
    Deal deal = deal();
    Map<String, Path> places = places();
    out.checkReport();
    checkManifest();
    checkLists(places);
    BoardPlan plan =
        new BoardPlan(
            out.resolve("scores"),
            seed.value(),
            changed,
            changes(),
            attacks.images(),
            attacks.attacks(seed.value()),
            threads);
    List<Entrant> entrants = Entrant.of(detectors, terminal);
    List<BoardImages> sets = sets(places);
    Board board = new Board();
    for (Entrant entrant : entrants) {
      board.weights.put(entrant.label(), entrant.weights());
      measure(entrant, sets, plan, deal, board);
    }
    if (part.isPresent()) {
      terminal.say("part %s is done; run without --part when all are", part.get());
      return ExitCode.DONE;
    }
    write(board, sets, plan);
    return ExitCode.DONE;
  }

  /** A manifest of an earlier run is replaced, another program's file of this name is not. */
  private void checkManifest() {
    Path file = out.resolve(MANIFEST);
    if (Files.exists(file)) {
      try {
        LeaderboardManifest.read(file);
      } catch (IllegalArgumentException e) {
        throw new UsageException(
            "--out: %s, and it is not replaced; choose another folder".formatted(e.getMessage()));
      }
    }
  }

  /** Each set's list needs a file of its own, which is none that is read or somebody's. */
  private void checkLists(Map<String, Path> places) {
    Map<Path, String> names = new HashMap<>();
    for (String name : places.keySet()) {
      Path file = list(name);
      String other = names.putIfAbsent(file, name);
      Options.check(
          other == null,
          "--data: expected sets with names of their own in letters and digits, found %s and %s;"
              + " write NAME=PATH",
          other,
          name);
      if (Files.exists(file)) {
        Outputs.checkFile("--out", file, Outputs.Kind.HASHES, places.values());
      }
    }
  }

  private Path list(String set) {
    return out.resolve("images").resolve(set.replaceAll("[^\\w.-]", "-") + ".csv");
  }

  private void measure(
      Entrant entrant, List<BoardImages> sets, BoardPlan plan, Deal deal, Board board) {
    Optional<PeakMemory> peak = Optional.of(PeakMemory.ofThisProcess()).filter(PeakMemory::begin);
    try (DifferentiableDetector detector = entrant.options().load(terminal)) {
      List<Measurement> measurements =
          sets.stream()
              .map(
                  set ->
                      new Measurement(
                          entrant.label(), detector, entrant.key(), set, plan, terminal))
              .toList();
      measurements.get(0).memory(deal, peak);
      measurements.forEach(one -> one.run(deal));
      if (part.isEmpty()) {
        for (Measurement one : measurements) {
          board.entries.add(one.entry(measurements.get(0)));
          board.files.addAll(one.files());
        }
      }
    }
  }

  /** What was measured. */
  private static final class Board {

    private final Map<String, String> weights = new LinkedHashMap<>();
    private final List<LeaderboardEntry> entries = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
  }

  private Deal deal() {
    if (part.isEmpty()) {
      return new Deal(0, 1);
    }
    Options.check(
        part.get().matches("[1-9]\\d{0,5}/[1-9]\\d{0,5}"),
        "--part must be like 1/4, got %s",
        part.get());
    int slash = part.get().indexOf('/');
    int own = Integer.parseInt(part.get().substring(0, slash));
    int count = Integer.parseInt(part.get().substring(slash + 1));
    Options.check(own <= count, "--part must be one of %s, got %s", count, own);
    return new Deal(own - 1, count);
  }

  private Optional<RobustnessSuite> changes() {
    return switch (suite) {
      case QUICK -> Optional.of(RobustnessSuite.quick(seed.value()));
      case FULL -> Optional.of(RobustnessSuite.full(seed.value()));
      case NONE -> Optional.empty();
    };
  }

  private Map<String, Path> places() {
    Map<String, Path> places = new LinkedHashMap<>();
    for (String text : data) {
      NamedPlace one = NamedPlace.of(text);
      Path place = one.path("--data");
      Options.check(
          Files.exists(place),
          "--data: expected images, found nothing at %s; check the path",
          place);
      String name =
          one.name()
              .orElseGet(
                  () -> MoreFiles.getNameWithoutExtension(place.toAbsolutePath().normalize()));
      Options.check(
          places.put(name, place) == null, "--data: two sets are called %s; write NAME=PATH", name);
    }
    Options.check(
        !(simulated && places.containsKey(SIMULATED)),
        "--data: a set is called simulated as the simulated images are; write NAME=PATH");
    return places;
  }

  private List<BoardImages> sets(Map<String, Path> places) {
    Map<String, ImageDataset> images = new LinkedHashMap<>();
    places.forEach(
        (name, place) ->
            images.put(name, Options.opening(() -> BoardImages.open(place, limit, seed.value()))));
    if (places.isEmpty() || simulated) {
      Path place = SimulatedFolder.below(out.folder(), seed.value(), terminal);
      images.put(SIMULATED, BoardImages.open(place, limit, seed.value()));
    }
    List<BoardImages> sets = new ArrayList<>();
    images.forEach(
        (name, all) ->
            sets.add(
                terminal.during(
                    "Reading " + name,
                    all.size(),
                    progress ->
                        BoardImages.read(
                            name,
                            all,
                            unreadable.policy(),
                            sentence -> terminal.say("skipped: %s", sentence),
                            progress))));
    return sets;
  }

  private void write(Board board, List<BoardImages> sets, BoardPlan plan) {
    Leaderboard leaderboard = new Leaderboard(board.entries);
    Map<String, String> images = new LinkedHashMap<>();
    for (BoardImages set : sets) {
      images.put(set.name(), set.hash());
      set.write(list(set.name()));
    }
    Map<String, String> settings = settings(plan);
    Map<String, String> origin = new LinkedHashMap<>(RunManifest.of(spec));
    origin.put("processor", Machine.processor());
    origin.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    origin.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    new LeaderboardManifest(
            origin,
            settings,
            board.weights,
            images,
            LeaderboardManifest.rows(leaderboard),
            hashes(board.files))
        .write(out.resolve(MANIFEST));
    Map<String, String> shown = new LinkedHashMap<>(origin);
    shown.putAll(settings);
    board.weights.forEach((name, hash) -> shown.put("weights of " + name, "SHA-256 " + hash));
    Report.Builder report =
        Report.builder("Leaderboard")
            .leaderboard(leaderboard)
            .suite(suites(board))
            .files(files(sets))
            .section(images(sets));
    if (data.isEmpty()) {
      report.simulated(
          "SimulatedGenImage rendered every image. The results say nothing about real images.");
    }
    Report page = report.manifest(shown).build();
    page.write(out.report());
    page.writeTables(out.tables());
    for (String set : leaderboard.sets()) {
      Ranks ranks = leaderboard.ranks(set).get(0);
      terminal.print("%s, by %s", set, ranks.figure());
      for (Ranks.Rank rank : ranks.ranks()) {
        terminal.print("  %-12s %-28s %.3f", rank, rank.detector(), rank.value());
      }
    }
    terminal.say("report: %s", out.report().toAbsolutePath().normalize().toUri());
  }

  private Map<String, String> settings(BoardPlan plan) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("seed", Long.toString(plan.seed()));
    settings.put("limit", limit.map(count -> Integer.toString(count)).orElse("none"));
    settings.put("alignment", "JPEG 96 on both");
    settings.put("changes", suite.name().toLowerCase(Locale.ROOT));
    settings.put("changed images", Integer.toString(plan.robust()));
    settings.put("attacked images", Integer.toString(plan.attacked()));
    plan.attacks().forEach(one -> settings.put(one.name(), AttackPlan.words(one)));
    return settings;
  }

  private Map<String, String> hashes(List<Path> files) {
    Map<String, String> hashes = new LinkedHashMap<>();
    for (Path file : files) {
      try {
        hashes.put(
            out.folder().relativize(file).toString().replace('\\', '/'),
            MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString());
      } catch (IOException e) {
        throw new UncheckedIOException(
            "%s cannot be read (%s); run again".formatted(file, e.getMessage()), e);
      }
    }
    return hashes;
  }

  private static Map<String, RobustnessResult> suites(Board board) {
    boolean one = board.entries.stream().map(LeaderboardEntry::set).distinct().count() == 1;
    Map<String, RobustnessResult> results = new LinkedHashMap<>();
    for (LeaderboardEntry entry : board.entries) {
      String name = one ? entry.detector() : entry.detector() + ", " + entry.set();
      entry.robust().ifPresent(result -> results.put(name, result));
    }
    return results;
  }

  /** Returns what the files of each set tell by themselves. */
  private Map<String, FileRules> files(List<BoardImages> sets) {
    Map<String, FileRules> files = new LinkedHashMap<>();
    for (BoardImages set : sets) {
      FileRules rules =
          terminal.during(
              "Files of " + set.name(),
              set.images().size(),
              progress -> FileRules.of(set.images(), progress));
      rules.warning().ifPresent(warning -> terminal.say("warning: %s: %s", set.name(), warning));
      files.put(set.name(), rules);
    }
    return files;
  }

  /** Says what the sets are. */
  private static Section images(List<BoardImages> sets) {
    List<List<Cell>> rows = new ArrayList<>();
    for (BoardImages set : sets) {
      rows.add(
          List.of(
              Cell.text(set.name()),
              Cell.count(count(set, Label.NATURE)),
              Cell.count(count(set, Label.AI)),
              Cell.text(set.hash())));
    }
    return Section.builder("Images")
        .paragraph(
            "The sets of this leaderboard. The hash is of labels and files in their order; that of"
                + " each file is in the folder images.")
        .table(
            new Table(
                "leaderboard-images",
                "Images of the leaderboard",
                List.of("Set", "Natural images", "AI images", "SHA-256"),
                rows))
        .build();
  }

  private static long count(BoardImages set, Label label) {
    return set.images().samples().stream().filter(sample -> sample.label() == label).count();
  }
}
