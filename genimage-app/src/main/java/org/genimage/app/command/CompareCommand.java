package org.genimage.app.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.Comparison;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.leaderboard.LeaderboardManifest;
import org.genimage.eval.leaderboard.ManifestComparison;
import org.genimage.eval.leaderboard.MeasuredFigure;
import org.genimage.eval.statistics.Interval;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares two runs on the same images, or two leaderboards. */
@Command(
    name = "compare",
    sortOptions = false,
    description = {
      "Compare two evaluations of the same images, or two leaderboards: is one detector better, or"
          + " only luckier?",
      "Prints the differences in accuracy and ROC-AUC, with 95 %% intervals (bootstrap) and p-values"
          + " (McNemar, DeLong). A p-value below 0.05 is usually taken as more than luck.",
      "Two folders of 'genimage leaderboard' are compared number by number: which differ beyond"
          + " their intervals?"
    },
    footer = {
      "",
      "Examples:",
      "  genimage evaluate --weights one.safetensors --data photos --out one",
      "  genimage evaluate --weights two.safetensors --data photos --out two",
      "  genimage compare one two",
      "  genimage compare leaderboard-of-may leaderboard-of-june"
    })
public final class CompareCommand implements Callable<Integer> {

  @Parameters(
      index = "0",
      paramLabel = "FIRST",
      description =
          "a file of scores (.jsonl), or the folder that 'genimage evaluate' or 'genimage leaderboard'"
              + " wrote")
  private Path first;

  @Parameters(index = "1", paramLabel = "SECOND", description = "the other evaluation, likewise")
  private Path second;

  @Mixin private Options.Seed seed = new Options.Seed();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    boolean board = Files.isRegularFile(manifest(first));
    boolean otherBoard = Files.isRegularFile(manifest(second));
    if (board && otherBoard) {
      print(
          Options.opening(
              () ->
                  ManifestComparison.of(
                      LeaderboardManifest.read(manifest(first)),
                      LeaderboardManifest.read(manifest(second)))));
      return ExitCode.DONE;
    }
    Options.check(
        !board && !otherBoard || !Files.exists(board ? second : first),
        "expected two evaluations or two leaderboards, found a leaderboard at %s and none at %s; give"
            + " two of a kind",
        board ? first : second,
        board ? second : first);
    Path one = scores(first);
    Path other = scores(second);
    EvaluationResult left = Options.opening(() -> EvaluationResult.read(one));
    EvaluationResult right = Options.opening(() -> EvaluationResult.read(other));
    Comparison comparison =
        Options.opening(
            () -> Comparison.of(left.scores(), right.scores(), Bootstrap.seeded(seed.value())));
    Terminal terminal = Terminal.of(spec);
    terminal.print("first: %s, second: %s", left.detector(), right.detector());
    terminal.print("difference, first minus second, on %d images", left.scores().size());
    print(
        terminal,
        "accuracy",
        comparison.accuracyDifference(),
        comparison.accuracyInterval(),
        comparison.mcnemar());
    print(
        terminal,
        "ROC-AUC",
        comparison.aucDifference(),
        comparison.aucInterval(),
        comparison.delong());
    return ExitCode.DONE;
  }

  /** Returns where a leaderboard's folder has its manifest. */
  private static Path manifest(Path place) {
    return place.resolve("manifest.json");
  }

  private void print(ManifestComparison comparison) {
    Options.check(
        comparison.lines().stream()
            .anyMatch(line -> line.first().isPresent() && line.second().isPresent()),
        "expected leaderboards with the same detectors and sets of images, found no figure in both;"
            + " nothing can be compared");
    Terminal terminal = Terminal.of(spec);
    comparison.premises().forEach(premise -> terminal.say("%s", premise));
    String pattern = "%s | %s | %s | %s | %s | %s";
    terminal.print(pattern, "set", "detector", "figure", "first", "second", "outcome");
    for (ManifestComparison.Line line : comparison.lines()) {
      terminal.print(
          pattern,
          line.set(),
          line.detector(),
          line.name(),
          words(line.first()),
          words(line.second()),
          line.words());
    }
    terminal.say(
        "%d of %d figures differ beyond their 95 %% intervals",
        comparison.beyond().size(), comparison.lines().size());
  }

  private static String words(Optional<MeasuredFigure> figure) {
    return figure
        .map(
            one ->
                one.hasConfidence()
                    ? String.format(
                        Locale.ROOT,
                        "%.4f (%.4f to %.4f)",
                        one.value(),
                        one.interval().low(),
                        one.interval().high())
                    : String.format(Locale.ROOT, "%.4f", one.value()))
        .orElse("none");
  }

  /**
   * Returns the file of scores of a run.
   *
   * @param place the file, or the folder that the run wrote
   * @throws UsageException if there is none
   */
  static Path scores(Path place) {
    Path file = Files.isDirectory(place) ? place.resolve("scores").resolve("scores.jsonl") : place;
    Options.check(
        Files.isRegularFile(file),
        "expected a file of scores, or a folder of 'genimage evaluate', found no file %s; check the"
            + " path",
        file);
    return file;
  }

  private static void print(
      Terminal terminal, String name, double value, Interval interval, double p) {
    terminal.print(
        "  %-10s %+.3f  (95 %% interval %+.3f to %+.3f, p = %.3f)",
        name, value, interval.low(), interval.high(), p);
  }
}
