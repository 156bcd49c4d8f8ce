package org.genimage.app.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.TestSet;
import org.genimage.eval.Baselines;
import org.genimage.eval.Degradation;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.ScoreFileException;
import org.genimage.eval.Scores;
import org.genimage.eval.alignment.Alignment;
import org.genimage.eval.alignment.SideBySide;
import org.genimage.eval.protocol.Protocols;
import org.genimage.eval.protocol.Strata;
import org.genimage.eval.report.DegradedAccuracy;
import org.genimage.eval.report.Report;
import org.genimage.eval.report.Spectra;
import org.genimage.eval.verdict.VerdictChanges;
import org.genimage.eval.verdict.Verdicts;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.VerdictRule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Scores a folder or a list of images with trained weights, and writes a report. */
@Command(
    name = "evaluate",
    sortOptions = false,
    description = {
      "Measure a detector: score images with known labels, and write a report.",
      "A second run resumes a run that was stopped and scores no image twice."
    },
    footer = {
      "",
      "Examples:",
      "  genimage evaluate --data GenImage --weights weights.safetensors",
      "  genimage evaluate --data images.csv --weights ferretnet-s --degraded"
    })
public final class EvaluateCommand implements Callable<Integer> {

  /** Images on the contact sheet, as in the supplement. */
  private static final int SAMPLES = 180;

  @Mixin private DetectorOptions detector = new DetectorOptions();

  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description =
          "a folder in GenImage's layout, whose validation images are scored, or a list of images"
              + " (.csv, .jsonl)")
  private Path data;

  @Mixin private Options.Output out = new Options.Output("genimage-evaluation");

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "score at most this many images of each test set, equally many of each generator"
              + " (default: all)")
  private Optional<Integer> limit = Optional.empty();

  @Option(
      names = "--degraded",
      description =
          "also score the images with less quality, as in the paper's table 5: fewer pixels, JPEG,"
              + " blur; takes six times as long")
  private boolean degraded;

  @Option(
      names = "--compare",
      paramLabel = "FILE|DIR",
      description =
          "another run on the same images to show beside this one: its folder or its file of scores"
              + " (.jsonl)")
  private Optional<Path> other = Optional.empty();

  @Mixin private Options.Unreadable unreadable = new Options.Unreadable();

  @Mixin private Options.Seed seed = new Options.Seed();

  @Spec private CommandSpec spec;

  private Terminal terminal;

  @Override
  public Integer call() {
    terminal = Terminal.of(spec);
    detector.check();
    Options.check(
        Files.exists(data), "--data: expected images, found nothing at %s; check the path", data);
    unreadable.check();
    limit.ifPresent(count -> Options.checkPositive("--limit", count));
    Optional<EvaluationResult> compared = other.map(EvaluateCommand::read);
    out.checkReport();
    other.ifPresent(
        place ->
            Outputs.checkApart(
                "--out", scores("scores"), List.of(data, CompareCommand.scores(place))));
    Optional<GenImage> folder =
        Files.isRegularFile(data)
            ? Optional.empty()
            : Optional.of(Options.opening(() -> GenImage.open(data)));
    folder.ifPresent(
        genimage -> genimage.missing().forEach(sentence -> terminal.say("note: %s", sentence)));
    ImageDataset images =
        Options.opening(
            () ->
                limited(
                    folder
                        .map(GenImage::validation)
                        .orElseGet(() -> ImageDataset.ofManifest(data))));
    compared.ifPresent(run -> checkSameImages(run, images));
    try (DifferentiableDetector loaded = detector.load(terminal)) {
      EvaluationResult result = score(loaded, images, Degradation.NONE, "scores");
      Report.Builder report =
          Report.builder("%s on %s".formatted(loaded.name(), name()), result)
              .data("Images of %s.".formatted(name()))
              .identity(DetectorIdentity.of(loaded))
              .manifest(RunManifest.of(spec));
      write(report.build()); // before anything else can fail
      compared.ifPresent(run -> compare(report, run));
      Outputs.reporting(
          () -> addSections(report, loaded, folder, images, result), () -> write(report.build()));
      write(
          report
              .mistakes(images)
              .gallery(images, loaded)
              .samples(readable(images, result), SAMPLES)
              .build());
      terminal.print("%s on %s", result.detector(), name());
      terminal.print(result);
    }
    terminal.say("report: %s", out.report().toAbsolutePath().normalize().toUri());
    return ExitCode.DONE;
  }

  private static EvaluationResult read(Path place) {
    try {
      return EvaluationResult.read(CompareCommand.scores(place));
    } catch (ScoreFileException e) {
      throw new UsageException("--compare: " + e.getMessage());
    }
  }

  /** Two runs are compared image by image. */
  private static void checkSameImages(EvaluationResult run, ImageDataset images) {
    Set<String> names = new HashSet<>();
    images.samples().forEach(sample -> names.add(sample.name()));
    long others =
        run.scores().all().stream().filter(score -> !names.contains(score.name())).count();
    int found = run.scores().size() + run.failures().size();
    Options.check(
        others == 0 && found == images.size(),
        "--compare: expected scores of the same %s images, found %s, %s of them of other images;"
            + " choose the same --data and --limit for both runs",
        images.size(),
        run.scores().size(),
        others);
  }

  private void compare(Report.Builder report, EvaluationResult run) {
    Path place = other.orElseThrow().toAbsolutePath().normalize();
    report.comparison("%s (%s)".formatted(run.detector(), place.getFileName()), run);
  }

  private void addSections(
      Report.Builder report,
      DifferentiableDetector loaded,
      Optional<GenImage> folder,
      ImageDataset images,
      EvaluationResult result) {
    ImageDataset readable = readable(images, result);
    SideBySide aligned =
        terminal.during(
            "Scoring all as JPEG",
            images.size(),
            progress ->
                SideBySide.of(
                    result,
                    evaluation(loaded, images, "scores").progress(progress),
                    List.of(Alignment.jpegOfBoth(96))));
    report.aligned(aligned);
    aligned.warning().ifPresent(warning -> terminal.say("warning: %s", warning));
    report.strata("By size", Strata.bySize(result.scores(), readable));
    report.strata("By JPEG quality", Strata.byQuality(result.scores(), readable));
    loaded.verdictRule().ifPresent(rule -> addVerdicts(report, loaded, images, rule));
    report.degradations(degradations(loaded, images, result.scores()));
    report.groups(groups(loaded, folder));
    report.baselines(
        terminal.during(
            "Trying trivial rules", images.size(), progress -> Baselines.of(readable, progress)));
    report.spectra(
        terminal.during(
            "Computing spectra", images.size(), progress -> Spectra.of(readable, progress)));
  }

  private void addVerdicts(
      Report.Builder report, DifferentiableDetector loaded, ImageDataset images, VerdictRule rule) {
    Verdicts verdicts =
        terminal.during(
            "Finding verdicts",
            images.size(),
            progress ->
                Verdicts.measured(rule, evaluation(loaded, images, "scores").progress(progress)));
    Map<String, VerdictChanges> changes = new LinkedHashMap<>();
    for (Degradation how : degraded ? Protocols.DEGRADATIONS : List.<Degradation>of()) {
      Verdicts after =
          terminal.during(
              "Finding verdicts, " + how.name(),
              images.size(),
              progress ->
                  Verdicts.measured(
                      rule,
                      evaluation(loaded, images, how.name()).degraded(how).progress(progress)));
      changes.put(how.name(), verdicts.changes(after));
    }
    report.verdicts(verdicts, changes);
  }

  private void write(Report report) {
    report.write(out.report());
    report.writeTables(out.tables());
  }

  private ImageDataset limited(ImageDataset images) {
    return limit.map(count -> SelectedImages.draw(images, count, seed.value())).orElse(images);
  }

  private EvaluationResult score(
      DifferentiableDetector loaded, ImageDataset images, Degradation how, String name) {
    return terminal.during(
        how.equals(Degradation.NONE) ? "Scoring" : "Scoring, " + how.name(),
        images.size(),
        progress -> evaluation(loaded, images, name).degraded(how).progress(progress).run());
  }

  private Evaluation evaluation(DifferentiableDetector loaded, ImageDataset images, String name) {
    return Evaluation.of(loaded, images).onError(unreadable.policy()).file(scores(name));
  }

  private Path scores(String name) {
    return out.resolve("scores")
        .resolve(name.toLowerCase(Locale.ROOT).replace(' ', '-') + ".jsonl");
  }

  private List<DegradedAccuracy> degradations(
      DifferentiableDetector loaded, ImageDataset images, Scores clean) {
    List<DegradedAccuracy> measured = new ArrayList<>();
    if (degraded) {
      measured.add(new DegradedAccuracy(loaded.name(), Degradation.NONE, clean.accuracy()));
      for (Degradation how : Protocols.DEGRADATIONS) {
        measured.add(
            new DegradedAccuracy(
                loaded.name(), how, score(loaded, images, how, how.name()).scores().accuracy()));
      }
    }
    return measured;
  }

  /** Scores the paper's test sets of groups of people, if the folder has them. */
  private Map<String, Scores> groups(DifferentiableDetector loaded, Optional<GenImage> folder) {
    Map<String, Scores> scores = new LinkedHashMap<>();
    for (TestSet set : folder.map(GenImage::testSets).orElse(List.of())) {
      if (TestSet.GROUPS.contains(set)) {
        try {
          scores.put(
              set.name(),
              score(
                      loaded,
                      limited(folder.orElseThrow().testSet(set)),
                      Degradation.NONE,
                      set.name())
                  .scores());
        } catch (DatasetException e) {
          terminal.say("note: %s is skipped: %s", set.name(), e.getMessage());
        }
      }
    }
    return scores;
  }

  /** Returns the images that have a score. */
  private static ImageDataset readable(ImageDataset images, EvaluationResult result) {
    List<String> broken = result.failures().stream().map(failure -> failure.name()).toList();
    return broken.isEmpty() ? images : images.filter(sample -> !broken.contains(sample.name()));
  }

  private String name() {
    return String.valueOf(data.toAbsolutePath().normalize().getFileName());
  }
}
