package org.genimage.app.real;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.Closer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.app.command.DetectorOptions;
import org.genimage.app.command.ExitCode;
import org.genimage.app.command.Options;
import org.genimage.app.command.Outputs;
import org.genimage.app.command.RunManifest;
import org.genimage.app.command.Terminal;
import org.genimage.app.command.UsageException;
import org.genimage.app.real.RecipeOptions.Trial;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.doctor.FileRules;
import org.genimage.eval.Baseline;
import org.genimage.eval.Baselines;
import org.genimage.eval.Calibrations;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Metrics;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.alignment.Alignment;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.protocol.Fold;
import org.genimage.eval.protocol.FoldResult;
import org.genimage.eval.protocol.FoldRun;
import org.genimage.eval.protocol.Folds;
import org.genimage.eval.report.Report;
import org.genimage.eval.verdict.VerdictRules;
import org.genimage.eval.verdict.Verdicts;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.VerdictRule;
import org.genimage.models.weights.Weights;
import org.genimage.train.GradientTrainer;
import org.genimage.train.TrainingListeners;
import org.genimage.train.recipe.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Trains detectors on your own labelled images and measures them on images that chose nothing:
 * thresholds, temperature and verdict rule come from parts that are cut off the training images.
 */
@Command(
    name = "real-images",
    sortOptions = false,
    description = {
      "Train detectors on labelled images of your own, and compare them with trivial rules.",
      "A part of the training images is set aside to choose temperature, threshold and verdict rule."
          + " Each run writes its weights, a report and figures.json below the output folder; table.md"
          + " there sums up all runs."
    },
    footer = {
      "",
      "Examples:",
      "  genimage real-images --data list.csv --detector npr",
      "  genimage real-images --data list.csv --detector all --test sources",
      "  genimage real-images --data list.csv --detector npr --test folds --rate 0.0003,0.001,0.003"
    })
public final class RealImagesCommand implements Callable<Integer> {

  /** The fewest images that are trained on: two of each label, one for each half of a batch. */
  private static final int FEWEST = 4;

  /**
   * A fifth of 10 is for the test, a fifth of 8 for the calibration: one for each of its halves.
   */
  private static final String ENOUGH = ": 10 of each label from one source are enough";

  private static final String WEIGHTS = "weights.safetensors";
  private static final String REPORT = "report.html";
  private static final String EPOCHS = "epochs.csv";

  private static final Alignment ALIGNMENT = Alignment.jpegOfBoth(96);

  /** What the detectors are tested on. */
  private enum Test {
    HELD_OUT,
    FOLDS,
    SOURCES,
    WINDOWS
  }

  @Option(
      names = "--data",
      paramLabel = "PLACE",
      required = true,
      description =
          "a list of images (.csv or .jsonl with path, label and, if you like, generator, source,"
              + " released and split), or a folder in GenImage's layout")
  private Path place;

  @Option(
      names = "--detector",
      paramLabel = "NAME",
      required = true,
      split = ",",
      description = "one detector or several, such as npr,ferretnet-s, or all")
  private List<String> names;

  @Option(
      names = "--test",
      paramLabel = "NAME",
      defaultValue = "held-out",
      converter = TestName.class,
      description =
          "which images to test on. held-out: those that the list or folder keeps from training;"
              + " folds: one random part of the training images after the other, to choose a recipe;"
              + " sources: one AI source and one photo source after the other, trained without both;"
              + " windows: the next generators by release date, trained on the older ones"
              + " (default: ${DEFAULT-VALUE})")
  private Test test;

  @Option(
      names = "--folds",
      paramLabel = "N",
      defaultValue = "4",
      description = "with --test folds, how many parts (default: ${DEFAULT-VALUE})")
  private int folds;

  @Option(
      names = "--window",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "with --test windows, how many generators appear in a window; more if several appeared on"
              + " its last day (default: ${DEFAULT-VALUE})")
  private int window;

  @Option(
      names = "--side",
      paramLabel = "PIXELS",
      defaultValue = "192",
      description =
          "width and height of what is scored: cut from the centre of an image, without resizing"
              + " (default: ${DEFAULT-VALUE})")
  private int side;

  @Option(
      names = "--calibration",
      paramLabel = "SHARE",
      defaultValue = "0.2",
      description =
          "share of the training images that is set aside to choose temperature, threshold and"
              + " verdict rule (default: ${DEFAULT-VALUE})")
  private double calibration;

  @Option(
      names = "--start",
      paramLabel = "FILE",
      description = "published weights of this detector to start from (default: random weights)")
  private Optional<Path> start = Optional.empty();

  @Mixin private RecipeOptions recipes = new RecipeOptions();

  @Mixin private Options.NumberFormat numbers = new Options.NumberFormat();

  @Mixin private Options.Seed seed = new Options.Seed();

  @Mixin private Options.Output out = new Options.Output("genimage-real");

  @Spec private CommandSpec spec;

  private Terminal terminal;

  /** Reads {@code held-out} as {@code HELD_OUT}. */
  private static final class TestName implements ITypeConverter<Test> {
    @Override
    public Test convert(String name) {
      for (Test test : Test.values()) {
        if (letters(test).equals(letters(name))) {
          return test;
        }
      }
      throw new TypeConversionException(
          "expected held-out, folds, sources or windows, got '%s'".formatted(name));
    }
  }

  @Override
  public Integer call() throws IOException {
    try (Closer locks = Closer.create()) {
      return call(locks);
    }
  }

  private int call(Closer locks) {
    terminal = Terminal.of(spec);
    Options.checkPositive("--side", side);
    recipes.check(test != Test.HELD_OUT, side);
    Options.check(folds > 1, "--folds must be at least 2, got %s", folds);
    Options.checkPositive("--window", window);
    Options.check(
        calibration > 0 && calibration < 1,
        "--calibration must be between 0 and 1, got %s",
        calibration);
    List<Blueprint> chosen =
        (names.equals(List.of("all")) ? RealRecipe.detectors() : names)
            .stream().map(DetectorOptions::named).toList();
    Options.check(
        chosen.size() == 1 || start.isEmpty(),
        "--start is one detector's weights, got %s detectors; name one",
        chosen.size());
    List<Trial> trials =
        chosen.stream().flatMap(one -> recipes.trials(one, side).stream()).toList();
    trials.forEach(this::checkSide);
    out.check();
    Outputs.checkFile("--out", RealFigures.table(out), Outputs.Kind.REAL_TABLE, List.of(place));
    for (Trial one : trials) {
      checkFolder(folder(one));
      locks.register(Outputs.lock("--out", folder(one)));
    }
    Optional<Weights> first = start.map(file -> read(trials.get(0), file));
    SourcedImages images = Options.opening(() -> SourcedImages.read(place, seed.value()));
    checkParts(images);
    terminal.say(
        "%d images to train on, %d held out", images.training().size(), images.test().size());
    Map<Trial, RealFigures> runs = new LinkedHashMap<>();
    trials.forEach(trial -> runs.put(trial, run(trial, first, images)));
    terminal.print("%n%s", RealFigures.writeTable(out));
    chosen.forEach(one -> sayBest(one, runs));
    return ExitCode.DONE;
  }

  /** Says which of several recipes of a detector was the best. */
  private void sayBest(Blueprint published, Map<Trial, RealFigures> runs) {
    List<Trial> tried =
        runs.keySet().stream().filter(trial -> trial.published().equals(published)).toList();
    if (tried.size() > 1) {
      Trial best =
          Collections.max(tried, Comparator.comparingDouble(trial -> runs.get(trial).rocAuc()));
      terminal.print(
          "%s: the best of %s recipes by ROC AUC: %s",
          published.name(), tried.size(), best.recipe().sentence());
    }
  }

  /** Checks that a network takes windows of these sizes; some need even sides. */
  private void checkSide(Trial trial) {
    checkSide("--side", trial, side);
    checkSide("--crop", trial, trial.recipe().crop());
  }

  private static void checkSide(String option, Trial trial, int pixels) {
    try {
      trial.recipe().input(trial.published(), pixels).entries();
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": " + e.getMessage());
    }
  }

  /** What an earlier run left is replaced, and no other file of these names. */
  private void checkFolder(Path folder) {
    Path weights = folder.resolve(WEIGHTS);
    Outputs.checkApart("--out", weights, start.stream().toList());
    Map<Path, Outputs.Kind> kinds =
        Map.of(
            RealFigures.file(folder),
            Outputs.Kind.REAL_FIGURES,
            folder.resolve(REPORT),
            Outputs.Kind.REPORT);
    for (Map.Entry<Path, Outputs.Kind> one : kinds.entrySet()) {
      if (Files.exists(one.getKey())) {
        Outputs.checkFile("--out", one.getKey(), one.getValue(), List.of(place));
      }
    }
    boolean own = Files.exists(folder.resolve(EPOCHS)) || Files.exists(RealFigures.file(folder));
    Outputs.checkOwnWeights("run", weights, own);
  }

  /** Reads the weights to start from, and tries whether they are complete. */
  private Weights read(Trial trial, Path file) {
    Options.checkWeights("--start", file);
    Blueprint blueprint = trial.recipe().input(trial.published(), side);
    return Options.reading(
        "--start",
        () -> {
          Weights weights = blueprint.read(List.of(file));
          blueprint.load(weights).close();
          return weights;
        });
  }

  /** Checks everything that is trained on, chosen on or tested on, before hours of training. */
  private void checkParts(SourcedImages images) {
    if (test == Test.HELD_OUT) {
      checkLabels("held-out images", images.test());
      cut("training images", images.training(), images.source(), true);
      checkReadable(images.test());
      return;
    }
    for (Fold fold : Options.opening(() -> folds(images))) {
      checkLabels("test images of " + fold.name(), fold.test());
      cut("training images of " + fold.name(), fold.training(), images.source(), false);
    }
  }

  /** Hours of training must not end at an image that cannot be read. */
  private void checkReadable(ImageDataset held) {
    Options.opening(
        () ->
            terminal.during(
                "Reading held-out images",
                held.size(),
                progress -> {
                  for (int i = 0; i < held.size(); i++) {
                    held.sample(i).image();
                    progress.update(i + 1, held.size());
                  }
                  return held;
                }));
  }

  private static void checkLabels(String what, ImageDataset images) {
    Map<Label, Long> counts = new EnumMap<>(Label.class);
    images.samples().forEach(sample -> counts.merge(sample.label(), 1L, Long::sum));
    Options.check(
        counts.size() == Label.values().length,
        "%s: expected natural and AI images, found %s and %s; add images, or change --calibration"
            + " or --folds"
            + ENOUGH,
        what,
        counts.getOrDefault(Label.NATURE, 0L),
        counts.getOrDefault(Label.AI, 0L));
  }

  /**
   * Training images by what they are for.
   *
   * @param learned are trained on
   * @param threshold choose temperature and threshold
   * @param rule chooses the verdict rule
   */
  private record Parts(ImageDataset learned, ImageDataset threshold, Optional<ImageDataset> rule) {}

  private Parts cut(
      String what, ImageDataset images, Function<Sample, String> source, boolean withRule) {
    Seed root = Seed.of(seed.value());
    List<ImageDataset> parts = SourcedImages.cut(images, source, calibration, root.at("cut"));
    ImageDataset learned = parts.get(0);
    Options.check(
        learned.size() >= FEWEST,
        "%s: expected at least %s beside those for the calibration, found %s; add some" + ENOUGH,
        what,
        FEWEST,
        learned.size());
    checkLabels(what + " to learn from", learned);
    if (!withRule) {
      checkLabels(what + " to choose the threshold", parts.get(1));
      return new Parts(learned, parts.get(1), Optional.empty());
    }
    List<ImageDataset> choosing = SourcedImages.cut(parts.get(1), source, 0.5, root.at("rule"));
    checkLabels(what + " to choose the threshold", choosing.get(0));
    checkLabels(what + " to choose the verdict rule", choosing.get(1));
    return new Parts(learned, choosing.get(0), Optional.of(choosing.get(1)));
  }

  private RealFigures run(Trial trial, Optional<Weights> first, SourcedImages images) {
    Blueprint published = trial.published();
    RealRecipe recipe = trial.recipe();
    Blueprint blueprint = recipe.input(published, side);
    Path folder = folder(trial);
    Map<String, Object> columns = new LinkedHashMap<>();
    columns.put("detector", published.name());
    columns.put("test", letters(test));
    columns.put("seed", seed.value());
    columns.put("crop", recipe.crop());
    columns.put("side", blueprint.input().side());
    columns.put("rate", recipe.rate());
    columns.put("recompressed", recipe.recompressed());
    columns.put("samples", recipe.samples());
    columns.put("precision", letters(numbers.precision()));
    columns.put("started_from", start.map(file -> file.getFileName().toString()).orElse("random"));
    Training training = new Training(recipe, blueprint, first, images.source());
    if (test == Test.HELD_OUT) {
      heldOut(training, images, folder, columns);
    } else {
      folds(training, images, folder, columns);
    }
    RealFigures figures = new RealFigures(columns);
    figures.write(folder);
    return figures;
  }

  private Path folder(Trial trial) {
    return out.resolve(
        "%s-%s-%s%s"
            .formatted(
                letters(trial.published().name()), letters(test), seed.value(), trial.values()));
  }

  private static String letters(Object name) {
    return name.toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }

  /** Trains on all training images, scores the held-out ones once, and writes a report. */
  private void heldOut(
      Training training, SourcedImages images, Path folder, Map<String, Object> columns) {
    Timer timer = new Timer();
    Fitted fitted = training.fit(images.training(), folder.resolve(EPOCHS), true);
    Weights weights = fitted.weights();
    timer.write(columns);
    columns.put("roc_auc_set_aside", RealFigures.rounded(Metrics.ROC_AUC.of(fitted.setAside())));
    weights.write(folder.resolve(WEIGHTS));
    ImageDataset held = images.test();
    EvaluationResult result;
    SideBySide aligned;
    try (Detector detector = training.blueprint.load(weights)) {
      result = scored("Scoring held-out images", detector, held);
      aligned =
          terminal.during(
              "Aligned",
              held.size(),
              progress ->
                  SideBySide.of(
                      result,
                      Evaluation.of(detector, held).progress(progress),
                      List.of(ALIGNMENT)));
    }
    columns.putAll(RealFigures.of(result.scores()));
    Map<String, Scores> sources = bySource(result.scores(), held, images.source());
    Map<String, Object> perSource = new TreeMap<>();
    sources.forEach((name, scores) -> RealFigures.put(perSource, name, scores.accuracy()));
    columns.put("sources", perSource);
    Map<String, Object> perGenerator = new TreeMap<>();
    result
        .scores()
        .byGenerator()
        .forEach((name, scores) -> RealFigures.put(perGenerator, name.name(), scores.accuracy()));
    columns.put("generators", perGenerator);
    Baselines trivial =
        terminal.during(
            "Trying trivial rules",
            images.training().size(),
            progress -> Baselines.of(images.training(), progress).on(held, progress));
    Map<String, Object> rules = new LinkedHashMap<>();
    for (Baseline baseline : trivial.all()) {
      RealFigures.put(rules, baseline.name(), baseline.accuracy());
    }
    aligned
        .files()
        .rules()
        .forEach(rule -> rules.put(rule.property(), RealFigures.percent(rule.leaveOneOut())));
    columns.put("rules", rules);
    terminal.print("%n%s", training.blueprint.name());
    aligned.warning().ifPresent(warning -> terminal.say("warning: %s", warning));
    terminal.print(result);
    terminal.print(aligned);
    trivial.all().forEach(one -> terminal.print("by " + one.name(), one.accuracy()));
    Report.Builder report =
        Report.builder(training.blueprint.name() + " on your own images", result)
            .data("%s held-out images; nothing was chosen on them".formatted(held.size()))
            .strata("Accuracy by source", sources)
            .aligned(aligned)
            .baselines(trivial)
            .manifest(manifest(columns));
    Optional<VerdictRule> rule = VerdictRule.of(weights);
    rule.ifPresent(one -> report.verdicts(Verdicts.of(one, result.scores())));
    report.build().write(folder.resolve(REPORT));
  }

  private Map<String, String> manifest(Map<String, Object> columns) {
    return ImmutableMap.<String, String>builder()
        .putAll(RunManifest.of(spec))
        .put("minutes of training", columns.get("minutes").toString())
        .build();
  }

  /** Trains and tests on every fold of the training images; held-out images are not read. */
  private void folds(
      Training training, SourcedImages images, Path folder, Map<String, Object> columns) {
    List<Fold> all = folds(images);
    Timer timer = new Timer();
    Map<String, EvaluationResult> alike = new LinkedHashMap<>();
    FoldResult result =
        FoldRun.of(
                all,
                fold -> {
                  terminal.say("%s", fold);
                  String epochs =
                      "epochs-%s-%s.csv".formatted(1 + all.indexOf(fold), letters(fold.name()));
                  Weights weights =
                      training.fit(fold.training(), folder.resolve(epochs), false).weights();
                  try (Detector detector = training.blueprint.load(weights)) {
                    alike.put(fold.name(), scored("Aligned", detector, ALIGNMENT.of(fold.test())));
                  }
                  return training.blueprint.load(weights);
                })
            .run();
    FoldResult aligned = new FoldResult(alike);
    timer.write(columns);
    result
        .mean()
        .ifPresent(
            mean -> {
              columns.put("images", mean.images());
              columns.put("balanced", RealFigures.percent(mean.value()));
              columns.put("balanced_interval", RealFigures.interval(mean.interval()));
            });
    aligned
        .mean()
        .ifPresent(
            mean -> {
              columns.put("balanced_aligned", RealFigures.percent(mean.value()));
              columns.put("balanced_aligned_interval", RealFigures.interval(mean.interval()));
            });
    columns.put("roc_auc", RealFigures.rounded(result.meanRocAuc()));
    Map<String, Object> each = new LinkedHashMap<>();
    result.results().forEach((name, one) -> each.put(name, RealFigures.of(one.scores())));
    columns.put("folds", each);
    terminal.print(
        "%n%s, %s",
        training.blueprint.name(),
        all.size() == 1 ? "one fold" : "mean of %s folds".formatted(all.size()));
    terminal.print(
        "  balanced accuracy %s %% (95 %% interval %s), ROC AUC %s",
        columns.get("balanced"), columns.get("balanced_interval"), columns.get("roc_auc"));
    terminal.print(
        "  balanced accuracy, %s: %s %% (95 %% interval %s)",
        ALIGNMENT.name(),
        columns.get("balanced_aligned"),
        columns.get("balanced_aligned_interval"));
    FileRules files =
        terminal.during(
            "Reading file properties",
            images.training().size(),
            progress -> FileRules.of(images.training(), progress));
    files.warning().ifPresent(warning -> terminal.say("warning: %s", warning));
    Report.builder(training.blueprint.name() + " on folds of your own images")
        .files(files)
        .folds("Folds", result, aligned)
        .manifest(manifest(columns))
        .build()
        .write(folder.resolve(REPORT));
  }

  private List<Fold> folds(SourcedImages images) {
    if (test == Test.WINDOWS) {
      return TimeFolds.of(images, window, seed.value());
    }
    return test == Test.SOURCES
        ? Folds.of(images.training())
            .aiSources(images.source())
            .photoSources(images.source())
            .seed(seed.value())
            .leaveOneOfEachOut()
        : randomFolds(images);
  }

  private List<Fold> randomFolds(SourcedImages images) {
    long most =
        Stream.of(Label.values())
            .mapToLong(label -> images.training().filter(one -> one.label() == label).size())
            .min()
            .orElseThrow();
    Options.check(
        folds <= most,
        "--folds: expected at most %s, as many as there are training images of the rarer label,"
            + " got %s",
        most,
        folds);
    List<ImageDataset> parts =
        SourcedImages.dealt(
            images.training(), images.source(), folds, Seed.of(seed.value()).at("folds"));
    return IntStream.range(0, folds)
        .mapToObj(
            fold -> {
              ImageDataset[] others =
                  IntStream.range(0, folds)
                      .filter(i -> i != fold)
                      .mapToObj(parts::get)
                      .toArray(ImageDataset[]::new);
              return new Fold("part " + (fold + 1), ImageDataset.union(others), parts.get(fold));
            })
        .toList();
  }

  private EvaluationResult scored(String task, Detector detector, ImageDataset images) {
    return terminal.scored(task, detector, images, ErrorPolicy.fail());
  }

  private static Map<String, Scores> bySource(
      Scores scores, ImageDataset images, Function<Sample, String> source) {
    Map<String, String> sources = new HashMap<>();
    for (Sample sample : images.samples()) {
      sources.put(
          sample.name(),
          (sample.label() == Label.AI ? "AI: " : "photographs: ") + source.apply(sample));
    }
    Map<String, List<Score>> parts = new TreeMap<>();
    for (Score score : scores.all()) {
      parts.computeIfAbsent(sources.get(score.name()), key -> new ArrayList<>()).add(score);
    }
    Map<String, Scores> result = new TreeMap<>();
    parts.forEach((name, part) -> result.put(name, Scores.of(part).at(scores.threshold())));
    return result;
  }

  /** Wall-clock and processor minutes since its creation. */
  private static final class Timer {

    private final long begin = System.nanoTime();
    private final long processor = processor();

    private static long processor() {
      return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    void write(Map<String, Object> columns) {
      columns.put("minutes", Math.round((System.nanoTime() - begin) / 6e9) / 10.0);
      columns.put("processor_minutes", Math.round((processor() - processor) / 6e9) / 10.0);
    }
  }

  /**
   * Calibrated weights.
   *
   * @param setAside the last scores of training images that were not trained on: those of the
   *     verdict rule, else those of the threshold
   */
  private record Fitted(Weights weights, Scores setAside) {}

  /** Trains and calibrates one detector. */
  private final class Training {

    private final RealRecipe plan;
    private final Blueprint blueprint;
    private final Optional<Weights> first;
    private final Function<Sample, String> source;

    Training(
        RealRecipe plan,
        Blueprint blueprint,
        Optional<Weights> first,
        Function<Sample, String> source) {
      this.plan = plan;
      this.blueprint = blueprint;
      this.first = first;
      this.source = source;
    }

    /**
     * Returns calibrated weights; the images for the calibration are not trained on.
     *
     * @param epochs the file with the table of epochs
     */
    Fitted fit(ImageDataset images, Path epochs, boolean withRule) {
      Parts parts = cut("training images", images, source, withRule);
      Recipe recipe =
          plan.recipe(parts.learned().size(), blueprint, seed.value())
              .precision(numbers.precision());
      Weights trained = trained(recipe, parts.learned(), epochs);
      Weights calibrated;
      Scores scores;
      try (Detector detector = blueprint.load(trained)) {
        scores = scored("Choosing the threshold", detector, parts.threshold()).scores();
        calibrated = trained.calibrated(Calibrations.logistic(scores));
      }
      if (parts.rule().isEmpty()) {
        return new Fitted(calibrated, scores);
      }
      ImageDataset choosing = parts.rule().get();
      try (Detector detector = blueprint.load(calibrated)) {
        EvaluationResult result = scored("Choosing a verdict rule", detector, choosing);
        VerdictRule rule = VerdictRules.of(0.05, 0.05).choose(result, choosing);
        terminal.say("%s", rule.sentences());
        return new Fitted(rule.on(calibrated), result.scores());
      }
    }

    private Weights trained(Recipe recipe, ImageDataset images, Path epochs) {
      return terminal.during(
          "Training " + blueprint.name(),
          (long) recipe.epochs() * images.size(),
          progress -> {
            GradientTrainer trainer =
                GradientTrainer.with(recipe)
                    .listener(TrainingListeners.progress(progress), TrainingListeners.csv(epochs));
            return first.map(trainer::from).orElse(trainer).fit(blueprint, images);
          });
    }
  }
}
