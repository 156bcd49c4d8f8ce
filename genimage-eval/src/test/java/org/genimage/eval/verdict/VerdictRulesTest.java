package org.genimage.eval.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.genimage.data.DatasetException;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.ImageSketch;
import org.genimage.data.Label;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Fakes;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.models.Detector;
import org.genimage.models.SecondView;
import org.genimage.models.Verdict;
import org.genimage.models.VerdictRule;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictRulesTest {

  private static EvaluationResult result(Scores scores, Map<String, String> provenance) {
    return new EvaluationResult(
        "d",
        provenance,
        "0",
        scores,
        List.of(),
        scores.size(),
        Duration.ofSeconds(1),
        Optional.empty());
  }

  /** Scores of both labels that overlap: natural ones below AI ones on average. */
  private static Scores scores(int perLabel, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < 2 * perLabel; i++) {
      Label label = Label.values()[i % 2];
      double logit = (label == Label.AI ? 2 : -2) + 1.5 * random.nextGaussian();
      scores.add(new Score("" + i, Generator.ADM, label, 1 / (1 + Math.exp(-logit))));
    }
    return Scores.of(scores);
  }

  @Test
  void choose_enoughImages_provesBothBounds() {
    Scores scores = scores(1000, 1);
    VerdictRule rule = VerdictRules.of(0.01, 0.05).choose(result(scores, Map.of()));

    assertThat(rule.falseAccusations().holds()).isTrue();
    assertThat(rule.falseAccusations().errors()).isEqualTo(4); // of 1,000, by the order statistic
    assertThat(rule.missed().holds()).isTrue();
    assertThat(rule.natureBelow()).isLessThan(rule.aiAbove());
    VerdictCounts counts = Verdicts.of(rule, scores).counts();
    assertThat(counts.falseAccusations().orElseThrow().count()).isEqualTo(4);
    assertThat(counts.missed().orElseThrow().count()).isEqualTo(rule.missed().errors());
    assertThat(rule.origin().compared()).isFalse();

    VerdictRule both = VerdictRules.of(0.01, 0.05).asOne().choose(result(scores, Map.of()));
    assertThat(both.aiAbove()).isGreaterThanOrEqualTo(rule.aiAbove());
    assertThat(both.falseAccusations().confidence()).isCloseTo(0.975, within(1e-12));
  }

  /** The bound is broken in at most 5 % of the draws of calibration images, and not much less. */
  @Test
  void choose_manyDraws_breaksTheBoundAsRarelyAsItSays() {
    Scores truth = scores(60_000, 7);
    double[] natural =
        truth.all().stream()
            .filter(one -> one.label() == Label.NATURE)
            .mapToDouble(Score::value)
            .sorted()
            .toArray();
    int broken = 0;
    for (int draw = 0; draw < 300; draw++) {
      VerdictRule rule =
          VerdictRules.of(0.05, 0.01).choose(result(scores(130, 100 + draw), Map.of()));
      long above =
          IntStream.range(0, natural.length).filter(i -> natural[i] > rule.aiAbove()).count();
      broken += above > 0.05 * natural.length ? 1 : 0;
    }
    assertThat(broken).isBetween(1, 24); // 5 % of 300 is 15; 24 has a probability below 1 %
  }

  @Test
  void choose_separatedScores_needsNoBand() {
    List<Score> all = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      all.add(new Score("n" + i, Generator.ADM, Label.NATURE, 0.001 * i / 2));
      all.add(new Score("a" + i, Generator.ADM, Label.AI, 1 - 0.001 * i / 2));
    }
    VerdictRule rule = VerdictRules.of(0.01, 0.01).choose(result(Scores.of(all), Map.of()));
    assertThat(rule.aiAbove()).isEqualTo(rule.natureBelow()).isBetween(0.19, 0.81);
    assertThat(rule.falseAccusations().errors()).isZero();
    assertThat(rule.falseAccusations().bound()).isLessThan(0.01);
    assertThat(Verdicts.of(rule, Scores.of(all)).counts().coverage().value()).isEqualTo(1);
  }

  /** 299 images prove 1 % at 95 %; fewer say what they prove. */
  @Test
  void choose_tooFewImages_saysTheBestBound() {
    assertThat(rule(299).falseAccusations().holds()).isTrue();
    assertThat(rule(298).falseAccusations().holds()).isFalse();
    VerdictRule three = rule(3);
    assertThat(three.falseAccusations().bound()).isCloseTo(1 - Math.cbrt(0.05), within(1e-9));
    assertThat(three.sentences())
        .contains(
            "At most 63.16 % of natural images count as AI, with 95 % confidence: 0 of 3 did."
                + " 1 % was asked for, which needs more images.");
    assertThat(three.aiAbove())
        .isGreaterThanOrEqualTo(
            scores(3, 1).all().stream()
                .filter(one -> one.label() == Label.NATURE)
                .mapToDouble(Score::value)
                .max()
                .orElseThrow());
  }

  private static VerdictRule rule(int perLabel) {
    return VerdictRules.of(0.01, 0.01).choose(result(scores(perLabel, 1), Map.of()));
  }

  @Test
  void choose_equalScores_decidesNothing() {
    List<Score> all = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      all.add(new Score("" + i, Generator.ADM, Label.values()[i % 2], 0.5));
    }
    VerdictRule rule = VerdictRules.of(0.01, 0.01).choose(result(Scores.of(all), Map.of()));
    VerdictCounts counts = Verdicts.of(rule, Scores.of(all)).counts();
    assertThat(counts.coverage().count()).isZero();
    assertThat(counts.errors()).isEmpty();
    assertThat(rule.verdict(0.5)).isEqualTo(Verdict.UNSURE);
    assertThat(rule.verdict(0.6)).isEqualTo(Verdict.AI);
  }

  @Test
  void choose_oneLabelOrWrongRates_isRefused() {
    Scores natural = Scores.of(List.of(new Score("n", Generator.ADM, Label.NATURE, 0.5)));
    assertThatThrownBy(() -> VerdictRules.of(0.01, 0.01).choose(result(natural, Map.of())))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "a rule of verdicts needs images of both labels, got 1 natural and 0 AI; add the others");
    assertThatThrownBy(() -> VerdictRules.of(0, 0.01))
        .hasMessage("bound of an error must be in (0, 1), got 0.0");
    assertThatThrownBy(() -> VerdictRules.of(0.1, 0.1).confidence(Double.NaN))
        .hasMessage("confidence must be in (0, 1), got NaN");
  }

  private static ImageDataset images(int from, int to) {
    return ImageDataset.of(
        IntStream.range(from, to)
            .mapToObj(
                i ->
                    Fakes.sample(
                        "folder/" + i + ".png",
                        (i % 2 == 0 ? 0 : 128) + i % 128,
                        Label.values()[i % 2],
                        Generator.ADM))
            .toList());
  }

  private static Map<String, String> trainedOn(ImageDataset data) {
    return Map.of("genimage.training_images", ImageSketch.of(data).toString());
  }

  @Test
  void choose_imagesOfTheTraining_isRefused() {
    ImageDataset training = images(0, 80);
    ImageDataset heldBack = images(80, 120);
    Map<String, String> provenance = trainedOn(training);
    Detector detector = new Fakes.RedDetector(provenance);

    VerdictRule rule =
        VerdictRules.of(0.3, 0.3).choose(Evaluation.of(detector, heldBack).run(), heldBack);
    assertThat(rule.origin().compared()).isTrue();
    assertThat(rule.origin().data()).isEqualTo(EvaluationResult.fingerprint(heldBack));

    ImageDataset some = ImageDataset.union(heldBack, images(0, 3));
    EvaluationResult result = Evaluation.of(detector, some).run();
    assertThatThrownBy(() -> VerdictRules.of(0.3, 0.3).choose(result, some))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "a rule of verdicts needs images that training has not seen, found the content of 3 of"
                + " these 43 among 80 that Red was trained on; hold back others");
    assertThatThrownBy(() -> VerdictRules.of(0.3, 0.3).choose(result, heldBack))
        .hasMessage("a rule needs the images that were scored, got 40 others");
  }

  /** Weights of 0.1.0 know the names of their training images alone. */
  @Test
  void choose_namesOfTheTraining_areRefused() {
    ImageDataset training = images(0, 40);
    String names =
        training.samples().stream()
            .map(sample -> sample.name().substring("folder/".length()) + "\n")
            .collect(Collectors.joining());
    Map<String, String> provenance =
        Map.of(
            "genimage.training_data",
            "{\"images\":{},\"file_names_sha256\":\"%s\"}"
                .formatted(Hashing.sha256().hashString(names, StandardCharsets.UTF_8)));
    Detector detector = new Fakes.RedDetector(provenance);
    EvaluationResult result = Evaluation.of(detector, training).run();

    for (int way = 0; way < 2; way++) {
      boolean withImages = way == 0;
      assertThatThrownBy(
              () -> {
                if (withImages) {
                  VerdictRules.of(0.3, 0.3).choose(result, training);
                } else {
                  VerdictRules.of(0.3, 0.3).choose(result);
                }
              })
          .isInstanceOf(DatasetException.class)
          .hasMessage(
              "a rule of verdicts needs images that training has not seen, found that Red was"
                  + " trained on images of exactly these names; hold back others");
    }
  }

  @Test
  void choose_temperature_isRecorded() {
    Map<String, String> provenance = Map.of("genimage.temperature", "2.5");
    VerdictRule rule = VerdictRules.of(0.1, 0.1).choose(result(scores(40, 1), provenance));
    assertThat(rule.origin().temperature()).isEqualTo(2.5);
    Weights weights = Weights.of(Map.of()).with(provenance);
    assertThat(VerdictRule.of(rule.on(weights))).contains(rule);
  }

  @Test
  void verdicts_withViews_areMeasuredAndResumed(@TempDir Path folder) {
    ImageDataset images = images(0, 60);
    Detector detector = new Fakes.RedDetector(Map.of());
    Path file = folder.resolve("scores.jsonl");
    Evaluation evaluation = Evaluation.of(detector, images).file(file);
    VerdictRule rule =
        VerdictRules.of(0.2, 0.2)
            .withViews(SecondView.RECOMPRESSION)
            .choose(evaluation.run(), images);

    Verdicts verdicts = Verdicts.measured(rule, evaluation);
    assertThat(folder.resolve("scores-recompression.jsonl")).exists();
    assertThat(verdicts.rule()).isEqualTo(rule);
    assertThat(verdicts.all()).hasSize(60);
    assertThat(verdicts.byGenerator()).containsOnlyKeys(Generator.ADM);
    // JPEG changes a flat image by a level or two, so the view opposes nothing.
    assertThat(verdicts.counts())
        .isEqualTo(Verdicts.of(rule.withViews(), evaluation.run().scores()).counts());
    assertThatThrownBy(() -> Verdicts.of(rule, evaluation.run().scores()))
        .hasMessage(
            "verdicts need scores of the views [RECOMPRESSION], got []; use rule.withViews() to leave them"
                + " out");
  }

  @Test
  void changes_ofVerdicts_areCounted() {
    VerdictRule rule =
        new VerdictRule(
            0.4, 0.6, rule(3).falseAccusations(), rule(3).missed(), List.of(), rule(3).origin());
    Verdicts before = verdicts(rule, 0.9, 0.9, 0.9, 0.5, 0.1, 0.1);
    Verdicts after = verdicts(rule, 0.9, 0.5, 0.1, 0.1, 0.9, 0.1);

    assertThat(before.changes(after)).isEqualTo(new VerdictChanges(3, 1, 1, 1, 1, 0, 2, 1));
    assertThat(before.changes(after).flipped().orElseThrow().value())
        .isCloseTo(1 / 3.0, within(1e-9));
    assertThat(verdicts(rule, 0.5).changes(after).flipped()).isEmpty();
  }

  private static Verdicts verdicts(VerdictRule rule, double... scores) {
    List<Score> all = new ArrayList<>();
    for (double score : scores) {
      all.add(new Score("" + all.size(), Generator.ADM, Label.AI, score));
    }
    return Verdicts.of(rule, Scores.of(all));
  }
}
