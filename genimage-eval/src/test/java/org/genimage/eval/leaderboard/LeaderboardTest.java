package org.genimage.eval.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.fuzz.OtherProcess;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.report.ReadablePage;
import org.genimage.eval.report.Report;
import org.genimage.eval.robustness.RobustnessResult;
import org.genimage.eval.statistics.DeLong;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;
import org.genimage.eval.verdict.VerdictCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LeaderboardTest {

  @TempDir Path folder;

  /** Scores of images of both labels, further apart the larger the gap. */
  private static Scores scores(int count, double gap, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Label label = i % 2 == 0 ? Label.AI : Label.NATURE;
      double logit = random.nextGaussian() + (label == Label.AI ? gap : -gap);
      scores.add(new Score(i + ".png", Generator.ADM, label, 1 / (1 + Math.exp(-logit))));
    }
    return Scores.of(scores);
  }

  private static LeaderboardEntry entry(String name, double gap, int seed) {
    Scores clean = scores(200, gap, seed);
    return new LeaderboardEntry(
        "photos",
        name,
        clean,
        Optional.of(scores(200, gap / 2, seed + 1)),
        Optional.of(
            new RobustnessResult(
                clean,
                ImmutableMap.of(
                    "jpeg 75", scores(200, gap, seed + 2), "blur 3", scores(200, 0, seed + 3)))),
        List.of(
            new UnderAttack(
                "CW-L2",
                "L2 without limit, steps 50",
                false,
                clean,
                scores(200, -gap, seed + 4),
                Collections.nCopies(200, 0.25))),
        Optional.of(new VerdictCounts(90, 1, 9, 80, 5, 15)),
        Optional.of(new Cost(List.of(0.2, 0.1, 0.4), OptionalDouble.of(512))));
  }

  private static Leaderboard board() {
    return new Leaderboard(
        List.of(entry("weak", 0.1, 10), entry("good", 2, 20), entry("near", 1.9, 30)));
  }

  @Test
  void ranks_areFromTheHighest_andSayWhatChanceAllows() {
    Ranks ranks = board().ranks("photos").get(0);

    assertThat(ranks.figure()).isEqualTo("ROC AUC");
    assertThat(ranks.ranks()).extracting(Ranks.Rank::rank).containsExactly(1, 2, 3);
    assertThat(ranks.of("weak")).hasToString("3");
    assertThat(ranks.of("good").best()).isEqualTo(1);
    assertThat(ranks.of("good").worst()).isEqualTo(2);
    assertThat(ranks.of("near").best()).isEqualTo(1);
    assertThat(ranks.of("near").toString()).endsWith("(1 to 2)");
    assertThat(ranks.tests()).hasSize(3).allMatch(test -> test.difference().leftOut() == 0);
    assertThatThrownBy(() -> ranks.of("none"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found none; name a detector");
  }

  /** Expected: {@code multipletests(p, method="holm")} of statsmodels 0.15.0. */
  @Test
  void ranks_ofSixPairs_areCorrectedAsStatsmodelsDoes() {
    Map<String, Double> pValues =
        Map.of("ab", 0.012, "ac", 0.0004, "ad", 0.03, "bc", 0.0125, "bd", 0.2, "cd", 0.6);
    Map<String, Double> adjusted =
        Map.of("ab", 0.06, "ac", 0.0024, "ad", 0.09, "bc", 0.06, "bd", 0.4, "cd", 0.6);

    Ranks ranks =
        Ranks.of(
            "ROC AUC",
            Map.of("a", 0.9, "b", 0.8, "c", 0.7, "d", 0.6),
            (one, other) ->
                new Ranks.Difference(
                    0.1, new Interval(0, 0.2), pValues.get(one + other), "given", 0));

    assertThat(ranks.tests()).hasSize(6);
    for (Ranks.PairedTest test : ranks.tests()) {
      assertThat(test.adjusted())
          .as(test.toString())
          .isCloseTo(adjusted.get(test.first() + test.second()), within(1e-12));
      assertThat(test.real()).isEqualTo(test.toString().contains("first=a, second=c"));
    }
    assertThat(ranks.of("a")).hasToString("1 (1 to 3)");
    assertThat(ranks.of("b")).hasToString("2 (1 to 4)");
    assertThat(ranks.of("c")).hasToString("3 (2 to 4)");
  }

  /** The images that both have decide, even if the figures over all images say the contrary. */
  @Test
  void ranks_differenceAgainstTheFigures_countForTheBetterOnTheSameImages() {
    Ranks ranks =
        Ranks.of(
            "ROC AUC",
            Map.of("a", 0.9, "b", 0.8),
            (one, other) ->
                new Ranks.Difference(-0.3, new Interval(-0.4, -0.2), 0.001, "given", 50));

    assertThat(ranks.tests().get(0).better()).contains("b");
    assertThat(ranks.of("a")).isEqualTo(new Ranks.Rank("a", 0.9, 1, 2, 2));
    assertThat(ranks.of("b")).isEqualTo(new Ranks.Rank("b", 0.8, 2, 1, 1));
  }

  private static Scores without(Scores scores, String name) {
    return Scores.of(scores.all().stream().filter(score -> !score.name().equals(name)).toList());
  }

  private static Scores shuffled(Scores scores, long seed) {
    List<Score> all = new ArrayList<>(scores.all());
    Collections.shuffle(all, new Random(seed));
    return Scores.of(all);
  }

  private static RobustnessResult changed(
      RobustnessResult result, Function<Scores, Scores> change) {
    return new RobustnessResult(
        change.apply(result.clean()), Maps.transformValues(result.changed(), change::apply));
  }

  private static LeaderboardEntry changed(
      LeaderboardEntry entry, String name, Function<Scores, Scores> change) {
    return new LeaderboardEntry(
        entry.set(),
        name,
        change.apply(entry.clean()),
        entry.aligned().map(change),
        entry.robust().map(result -> changed(result, change)),
        entry.attacks(),
        entry.verdicts(),
        entry.cost());
  }

  @Test
  void ranks_imagesWithoutScores_areLeftOutOfTheirPairsAndCounted() {
    LeaderboardEntry good = entry("good", 2, 20);
    LeaderboardEntry near = entry("near", 1.9, 30);
    Function<Scores, Scores> one = scores -> without(scores, "3.png");
    Function<Scores, Scores> other = scores -> without(scores, "8.png");
    List<Ranks> expected =
        new Leaderboard(
                List.of(
                    changed(good, "good", one.andThen(other)),
                    changed(near, "near", one.andThen(other))))
            .ranks("photos");

    List<Ranks> ranks =
        new Leaderboard(List.of(changed(good, "good", one), changed(near, "near", other)))
            .ranks("photos");

    for (int i = 0; i < 4; i++) { // without the attacks, of which no image lacks a score
      Ranks.PairedTest test = ranks.get(i).tests().get(0);
      Ranks.Difference all = expected.get(i).tests().get(0).difference();
      assertThat(all.leftOut()).isZero();
      assertThat(test.difference().leftOut()).as(ranks.get(i).figure()).isEqualTo(2);
      double sign = test.first().equals(expected.get(i).tests().get(0).first()) ? 1 : -1;
      assertThat(test.difference().value()).isCloseTo(sign * all.value(), within(1e-15));
      assertThat(test.difference().pValue()).isCloseTo(all.pValue(), within(1e-12));
    }
  }

  @Test
  void ranks_robustScoresInAnotherOrder_arePairedByImage() {
    LeaderboardEntry good = entry("good", 2, 20);
    Ranks ordered = new Leaderboard(List.of(good, entry("near", 1.9, 30))).ranks("photos").get(2);

    Ranks ranks =
        new Leaderboard(
                List.of(
                    changed(good, "good", scores -> shuffled(scores, 7)),
                    changed(entry("near", 1.9, 30), "near", scores -> shuffled(scores, 8))))
            .ranks("photos")
            .get(2);

    assertThat(ranks.figure()).isEqualTo("ROC AUC, robust");
    Ranks.Difference expected = ordered.tests().get(0).difference();
    Ranks.Difference found = ranks.tests().get(0).difference();
    assertThat(found.pValue()).isCloseTo(expected.pValue(), within(1e-9));
    assertThat(found.interval().low()).isCloseTo(expected.interval().low(), within(1e-9));
  }

  /** One image after another attack lacks a label: nothing is known, and nothing fails. */
  @Test
  void ranks_withoutCommonImages_areNotTold() {
    Scores odd = scores(200, 1, 1);
    List<Score> others =
        odd.all().stream()
            .map(score -> new Score("b" + score.name(), Generator.ADM, score.label(), 0.5))
            .toList();
    LeaderboardEntry one = entry("one", 1, 1);

    List<Ranks> ranks =
        new Leaderboard(List.of(one, changed(one, "other", scores -> Scores.of(others))))
            .ranks("photos");

    for (Ranks each : ranks.subList(0, 4)) {
      Ranks.PairedTest test = each.tests().get(0);
      assertThat(test.difference().leftOut()).isEqualTo(400);
      assertThat(test.difference().value()).isNaN();
      assertThat(test.better()).isEmpty();
    }
  }

  /** Nobody knows whether a verdict turned that is not there. */
  @Test
  void steady_imagesWithoutAScoreAfterSomeChange_doNotCount() {
    RobustnessResult result =
        new RobustnessResult(
            of(0.9, 0.1, 0.9, 0.9),
            ImmutableMap.of(
                "jpeg 75",
                of(0.9, 0.1, 0.1, 0.9),
                "blur 3",
                without(of(0.9, 0.1, 0.9, 0.9), "0.png")));

    assertThat(result.complete())
        .extracting(Score.Key::name)
        .containsExactly("1.png", "2.png", "3.png");
    assertThat(result.verdictsTurned()).isEqualTo(Map.of(0, 2, 1, 1));
    assertThat(result.steady()).contains(new Proportion(2, 3));
    assertThat(result.robustArea()).isEqualTo(result.robustDeLong().area()).isEqualTo(0.875);
  }

  @Test
  void ranks_ofEveryFigure_haveTheirOwnTests() {
    assertThat(board().ranks("photos"))
        .extracting(Ranks::figure)
        .containsExactly(
            "ROC AUC", "ROC AUC, aligned", "ROC AUC, robust", "accuracy", "accuracy under CW-L2");
    assertThat(board().ranks("photos").get(2).tests().get(0).difference().test())
        .isEqualTo("DeLong, images as blocks");
  }

  @Test
  void ranks_ofEqualDetectors_areOneAndAllOfThem() {
    LeaderboardEntry one = entry("one", 1, 3);
    LeaderboardEntry same =
        new LeaderboardEntry(
            "photos",
            "same",
            one.clean(),
            one.aligned(),
            one.robust(),
            one.attacks(),
            one.verdicts(),
            one.cost());
    for (Ranks ranks : new Leaderboard(List.of(one, same)).ranks("photos")) {
      assertThat(ranks.ranks()).extracting(Ranks.Rank::rank).containsExactly(1, 1);
      assertThat(ranks.ranks()).extracting(Ranks.Rank::worst).containsExactly(2, 2);
    }
  }

  @Test
  void figures_haveIntervalsAroundThem() {
    List<MeasuredFigure> figures = entry("good", 2, 20).figures();

    assertThat(figures)
        .extracting(MeasuredFigure::name)
        .containsExactly(
            "ROC AUC",
            "accuracy",
            "balanced accuracy",
            "ROC AUC, aligned",
            "ROC AUC, robust",
            "ROC AUC, worst change",
            "verdicts that never turn",
            "accuracy before attacks",
            "accuracy under CW-L2",
            "median L2 change by CW-L2",
            "calibration error",
            "calibration error by chance",
            "coverage",
            "errors where decided",
            "seconds an image",
            "memory in MB");
    for (MeasuredFigure figure : figures) {
      assertThat(!figure.hasInterval() || figure.interval().contains(figure.value()))
          .as(figure.toString())
          .isTrue();
    }
    assertThat(entry("good", 2, 20).figure(Quantity.SECONDS))
        .contains(new MeasuredFigure(Quantity.SECONDS, "", 0.2, new Interval(0.1, 0.4)));
    assertThat(entry("good", 2, 20).figure(Quantity.COVERAGE).orElseThrow().value())
        .isEqualTo(0.88);
    assertThat(entry("good", 2, 20).figure(Quantity.ROBUST).orElseThrow().value())
        .isCloseTo(entry("good", 2, 20).robust().orElseThrow().robustArea(), within(1e-12));
  }

  @Test
  void underAttack_turnedImagesAlone_haveTheMedianDistance() {
    UnderAttack attack =
        new UnderAttack(
            "PGD",
            "2/255",
            true,
            of(0.9, 0.1, 0.9, 0.9),
            of(0.1, 0.1, 0.2, 0.9),
            List.of(3.0, 9.0, 1.0, 9.0));
    assertThat(attack.medianDistance()).hasValue(3);
    assertThatThrownBy(
            () -> new UnderAttack("PGD", "", true, of(0.9, 0.1), of(0.9, 0.1), List.of(1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("expected the same images before and after PGD, found 2, 2 and 1 distances");
    Scores other = Scores.of(List.of(of(0.9, 0.1).all().get(1), of(0.9, 0.1).all().get(0)));
    assertThatThrownBy(
            () -> new UnderAttack("PGD", "", true, of(0.9, 0.1), other, List.of(1.0, 2.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "expected the same images in the same order before and after PGD, found 0.png and"
                + " 1.png");
  }

  private static Scores of(double... values) {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Label label = i % 2 == 0 ? Label.AI : Label.NATURE;
      scores.add(new Score(i + ".png", Generator.ADM, i == 3 ? Label.AI : label, values[i]));
    }
    return Scores.of(scores);
  }

  @Test
  void leaderboard_ofTheSameDetectorTwice_isRefused() {
    assertThatThrownBy(() -> new Leaderboard(List.of(entry("a", 1, 1), entry("a", 2, 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found a twice on photos");
    assertThatThrownBy(() -> new Leaderboard(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found none");
  }

  private static LeaderboardManifest manifest(Leaderboard board, String weights) {
    return new LeaderboardManifest(
        ImmutableMap.of("processor", "one", "date", weights),
        Map.of("seed", "42"),
        Map.of("good", weights),
        Map.of("photos", "0a"),
        LeaderboardManifest.rows(board),
        Map.of("scores/clean.jsonl", "ff"));
  }

  @Test
  void manifest_writtenAndRead_isTheSame() {
    LeaderboardManifest manifest = manifest(board(), "a1");
    Path file = folder.resolve("manifest.json");
    manifest.write(file);

    assertThat(LeaderboardManifest.read(file)).isEqualTo(manifest);
  }

  @Test
  void manifest_writerKilled_leavesTheOldOneAndHindersNobody() throws Exception {
    LeaderboardManifest manifest = manifest(board(), "a1");
    Path file = folder.resolve("manifest.json");
    manifest.write(file);
    try (OtherProcess other = OtherProcess.writing(file)) {
      other.kill();
    }

    assertThat(LeaderboardManifest.read(file)).isEqualTo(manifest);
    manifest(board(), "b2").write(file);
    assertThat(LeaderboardManifest.read(file)).isEqualTo(manifest(board(), "b2"));
  }

  /** The other process: writes manifest and tables again and again, until it is killed. */
  static final class Other {

    private Other() {}

    public static void main(String[] arguments) {
      Path place = Path.of(arguments[0]);
      LeaderboardManifest manifest = manifest(board(), "b2");
      Report page = Report.builder("b2").leaderboard(board()).build();
      System.out.println(OtherProcess.BEGUN);
      for (int i = 0; i < 10_000; i++) {
        manifest.write(place.resolve("manifest.json"));
        page.writeTables(place);
      }
    }
  }

  /** Two processes that finish one leaderboard: each file is one's or the other's, and whole. */
  @Test
  @Timeout(60)
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "may refuse to replace a file that is open")
  void manifestAndTables_byTwoProcessesAtOnce_areWholeAtAnyMoment() throws Exception {
    LeaderboardManifest manifest = manifest(board(), "a1");
    LeaderboardManifest others = manifest(board(), "b2");
    Report page = Report.builder("a1").leaderboard(board()).build();
    Path file = folder.resolve("manifest.json");
    manifest.write(file);
    page.writeTables(folder);
    try (OtherProcess other = OtherProcess.begun(Other.class, folder)) {
      for (int i = 0; i < 20; i++) {
        manifest.write(file);
        page.writeTables(folder);
        assertThat(LeaderboardManifest.read(file)).isIn(manifest, others);
        JsonNode tables = new ObjectMapper().readTree(folder.resolve("report.json").toFile());
        assertThat(tables.get("title").asText()).isIn("a1", "b2");
      }
      other.kill();
    }
    assertThat(LeaderboardManifest.read(file)).isIn(manifest, others);
  }

  @Test
  void manifest_otherFiles_areRefused() throws Exception {
    Path file = folder.resolve("other.json");
    for (String content :
        List.of(
            "{}",
            "[",
            "{\0\0\0@", // looks like UTF-32
            "{\"format\":\"genimage-leaderboard\",\"version\":9}",
            "{\"format\":\"genimage-leaderboard\",\"version\":2,\"figures\":[{\"quantity\":\"x\"}]}")) {
      Files.writeString(file, content);
      assertThatThrownBy(() -> LeaderboardManifest.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected the manifest of a leaderboard, found");
    }
  }

  @Test
  void comparison_saysWhichFiguresDifferBeyondTheirIntervals() {
    LeaderboardEntry good = entry("good", 2, 20);
    LeaderboardEntry worse = entry("good", 0.5, 20);
    ManifestComparison same =
        ManifestComparison.of(manifest(board(), "a1"), manifest(board(), "a1"));
    assertThat(same.premises()).isEmpty();
    assertThat(same.lines()).hasSize(48);
    assertThat(same.lines()).allMatch(line -> line.outcome() == ManifestComparison.Outcome.EQUAL);

    ManifestComparison other =
        ManifestComparison.of(
            manifest(new Leaderboard(List.of(good)), "a1"),
            manifest(new Leaderboard(List.of(worse, entry("new", 1, 5))), "b2"));
    assertThat(other.premises()).containsExactly("weights of good: a1, then b2");
    assertThat(other.beyond())
        .extracting(ManifestComparison.Line::name)
        .contains("ROC AUC", "accuracy")
        .doesNotContain("ROC AUC, worst change", "seconds an image");
    assertThat(other.lines())
        .filteredOn(line -> line.detector().equals("new"))
        .allMatch(line -> line.outcome() == ManifestComparison.Outcome.ONLY_SECOND);
  }

  /** Five repetitions on one machine are no confidence interval: only a ratio is told. */
  @Test
  void comparison_ofTimesAndMemory_tellsTheirRatioAlone() {
    LeaderboardEntry good = entry("good", 2, 20);
    LeaderboardEntry slow =
        new LeaderboardEntry(
            good.set(),
            good.detector(),
            good.clean(),
            good.aligned(),
            good.robust(),
            good.attacks(),
            good.verdicts(),
            Optional.of(new Cost(List.of(2.0, 2.5, 2.6), OptionalDouble.of(384))));
    ManifestComparison comparison =
        ManifestComparison.of(
            manifest(new Leaderboard(List.of(good)), "a1"),
            manifest(new Leaderboard(List.of(slow)), "a1"));

    assertThat(comparison.lines())
        .filteredOn(line -> line.outcome() != ManifestComparison.Outcome.EQUAL)
        .extracting(ManifestComparison.Line::name, ManifestComparison.Line::words)
        .containsExactly(
            tuple("seconds an image", "12.50 times the first"),
            tuple("memory in MB", "0.75 times the first"));
    assertThat(comparison.beyond()).isEmpty();
  }

  /** The interval of a figure that was picked is too narrow to tell a difference. */
  @Test
  void comparison_ofWorstChangeAndFiguresWithoutInterval_makesNoClaim() {
    ManifestComparison comparison =
        ManifestComparison.of(
            manifest(new Leaderboard(List.of(entry("good", 4, 20))), "a1"),
            manifest(new Leaderboard(List.of(entry("good", 0.1, 21))), "a1"));

    assertThat(comparison.lines())
        .filteredOn(line -> line.outcome() == ManifestComparison.Outcome.NO_INTERVAL)
        .extracting(ManifestComparison.Line::name)
        .containsExactly("ROC AUC, worst change", "calibration error by chance");
  }

  /** Blocks: the same score three times is no more evidence than once. */
  @Test
  void deLong_ofRepeatedScores_hasTheVarianceOfTheImages() {
    double[] ai = {0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.55, 0.5};
    double[] nature = {0.8, 0.65, 0.5, 0.45, 0.4, 0.3, 0.2, 0.15, 0.1, 0.05};
    DeLong once = DeLong.of(ai, nature);
    DeLong thrice = DeLong.ofBlocks(repeated(ai), repeated(nature));

    assertThat(thrice.area()).isCloseTo(once.area(), within(1e-15));
    assertThat(thrice.variance()).isCloseTo(once.variance(), within(1e-15));
    // By hand: placements of AI .75 (mean of 1 and .5) and 1; of natural 1 and .75.
    DeLong hand =
        DeLong.ofBlocks(
            new double[][] {{0.9, 0.3}, {0.8, 0.7}}, new double[][] {{0.1, 0.2}, {0.2, 0.6}});
    assertThat(hand.area()).isEqualTo(0.9375);
    assertThat(hand.varianceOfAi()).isCloseTo(2 * 0.0625 * 0.0625, within(1e-15));
    assertThatThrownBy(() -> DeLong.ofBlocks(new double[][] {{1}, {1, 2}}, new double[][] {{0}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("every image needs as many scores as the first, 1, got 2");
  }

  private static double[][] repeated(double[] scores) {
    double[][] blocks = new double[scores.length][];
    for (int i = 0; i < scores.length; i++) {
      blocks[i] = new double[] {scores[i], scores[i], scores[i]};
    }
    return blocks;
  }

  @Test
  void report_showsEverySet() {
    Report report = Report.builder("Leaderboard").leaderboard(board()).build();

    ReadablePage.check(report.html());
    assertThat(report.html())
        .contains("Leaderboard: photos", "CW-L2: L2 without limit, steps 50", "blur 3");
    assertThat(report.tables())
        .extracting(table -> table.name())
        .containsExactly(
            "leaderboard-1-table",
            "leaderboard-1-attacks",
            "leaderboard-1-cost",
            "leaderboard-1-ranks",
            "leaderboard-1-tests");
    assertThat(report.tables().get(0).rows()).hasSize(3);
    assertThat(report.tables().get(4).rows()).hasSize(15);
  }
}
