package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.models.weights.Calibration;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictRuleTest {

  private static final Blueprint TINY = DetectorTest.TINY;
  private static final VerdictRule RULE =
      new VerdictRule(
          0.25,
          0.75,
          new ErrorBound(0.01, 0.0099, 0.95, 0, 300),
          new ErrorBound(0.05, 0.3, 0.95, 0, 9),
          List.of(SecondView.CROP, SecondView.RECOMPRESSION),
          new VerdictRule.Origin("tiny", 1, "0".repeat(64), "every second image", true));

  private static VerdictRule rule(double natureBelow, double aiAbove) {
    return new VerdictRule(
        natureBelow, aiAbove, RULE.falseAccusations(), RULE.missed(), List.of(), RULE.origin());
  }

  @ParameterizedTest
  @CsvSource({
    "0, NATURE",
    "0.2499, NATURE",
    "0.25, UNSURE",
    "0.5, UNSURE",
    "0.75, UNSURE",
    "0.7501, AI",
    "1, AI"
  })
  void verdict_ofAScore_isUnsureBetweenTheThresholds(double score, Verdict verdict) {
    assertThat(RULE.verdict(score)).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "0.9, 0.9, 0.8, AI",
    "0.9, 0.5, 0.5, AI",
    "0.9, 0.9, 0.1, UNSURE",
    "0.1, 0.9, 0.1, UNSURE",
    "0.1, 0.2, 0.3, NATURE",
    "0.5, 0.9, 0.9, UNSURE"
  })
  void verdict_ofViews_isUnsureIfOneSaysTheOpposite(
      double score, double crop, double recompression, Verdict verdict) {
    assertThat(RULE.verdict(score, List.of(crop, recompression))).isEqualTo(verdict);
  }

  @Test
  void verdict_valuesThatAreNone_areRefused() {
    assertThatThrownBy(() -> RULE.verdict(Double.NaN))
        .hasMessage("a score must be from 0 to 1, got NaN");
    assertThatThrownBy(() -> RULE.verdict(0.5, List.of(0.5)))
        .hasMessage("a verdict needs one score for each of the views [CROP, RECOMPRESSION], got 1");
    assertThatThrownBy(() -> rule(0.6, 0.5))
        .hasMessage(
            "thresholds of a verdict must be in [0, 1] and in order, got natural below 0.6 and AI"
                + " above 0.5");
    assertThatThrownBy(() -> RULE.withViews(SecondView.CROP, SecondView.CROP))
        .hasMessage("each view of a verdict must occur once, got [CROP, CROP]");
    assertThatThrownBy(() -> new ErrorBound(0.01, 0.01, 0.95, 0, 0))
        .hasMessage("a bound of an error needs images, got 0");
  }

  @Test
  void sentences_sayWhatIsProvenAndWhatIsNot() {
    assertThat(RULE.sentences())
        .isEqualTo(
            "At most 1 % of natural images count as AI, with 95 % confidence: 0 of 300 did."
                + " At most 30 % of AI images count as natural, with 95 % confidence: 0 of 9 did."
                + " 5 % was asked for, which needs more images.");
    VerdictRule.Origin unknown = new VerdictRule.Origin("tiny", 1, "", "", false);
    assertThat(
            new VerdictRule(
                    0, 1, RULE.falseAccusations(), RULE.falseAccusations(), List.of(), unknown)
                .sentences())
        .endsWith(" These images were not compared with those of the training.");
    assertThat(RULE)
        .hasToString(
            "AI above 0.75, natural below 0.25, else unsure; also unsure if a view of [CROP,"
                + " RECOMPRESSION] disagrees");
  }

  @Test
  void rule_onWeights_travelsWithTheFileAndDecides(@TempDir Path folder) {
    Path file = folder.resolve("tiny.safetensors");
    Weights weights = TINY.initialWeights(3);
    Image image = DetectorTest.noise(40, 30, 1);
    double score;
    double[] views;
    try (Detector plain = TINY.load(weights)) {
      assertThat(plain.verdictRule()).isEmpty();
      assertThatThrownBy(() -> plain.verdict(image))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("expected weights of tiny with a rule of verdicts, found none");
      score = plain.score(image);
      views =
          Arrays.stream(SecondView.values())
              .mapToDouble(view -> plain.score(view.transform().apply(image, Seed.of(0).random())))
              .toArray();
    }
    RULE.on(weights).write(file);
    try (Detector detector = TINY.load(file)) {
      assertThat(detector.verdictRule()).contains(RULE);
      assertThat(detector.weights().metadata()).containsKey("genimage.verdict");
    }
    VerdictRule sharp = rule(score / 2, Math.nextDown(score));
    try (Detector detector = TINY.load(sharp.on(weights))) {
      assertThat(detector.verdict(image)).isEqualTo(Verdict.AI);
    }
    double opposite = (score + views[0]) / 2; // noise that is cropped is another image
    assertThat(views[0]).isNotEqualTo(score);
    VerdictRule looking = rule(opposite, opposite).withViews(SecondView.values());
    try (Detector detector = TINY.load(looking.on(weights))) {
      assertThat(detector.verdict(image)).isEqualTo(Verdict.UNSURE);
    }
  }

  /** A threshold on scores at one temperature means nothing at another. */
  @Test
  void rule_ofOtherScores_isRefused() {
    Weights weights = TINY.initialWeights(3);
    assertThatThrownBy(() -> RULE.on(weights.calibrated(new Calibration(2, 0.5))))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "expected a rule of verdicts for scores of tiny at temperature 2.0, found one for tiny"
                + " at 1.0; choose the rule again on the scores of these weights");
    Weights judged = RULE.on(weights);
    assertThatThrownBy(() -> TINY.load(judged.calibrated(new Calibration(2, 0.5))))
        .isInstanceOf(WeightsException.class);
    assertThatThrownBy(() -> RULE.on(weights.with(Map.of("genimage.detector", "other"))))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("scores of other at temperature 1.0, found one for tiny");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"natural_below\":0.1}", "null", "not JSON"})
  void metadata_thatIsNoRule_isRefused(String text) {
    assertThatThrownBy(
            () -> VerdictRule.of(Weights.of(Map.of()).with(Map.of(VerdictMetadata.KEY, text))))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith("metadata genimage.verdict is not as genimage writes it: expected ")
        .hasMessageEndingWith("; write it with VerdictRule.on");
  }

  @ParameterizedTest
  @CsvSource({
    "0.25, -1",
    "0.25, '\"0.25\"'",
    "0.25, 1e999",
    "'\"CROP\"', '\"FLIP\"'",
    "'\"errors\":0', '\"errors\":0.5'",
    "'\"images\":9', '\"images\":-9'",
    "'\"temperature\":1.0', '\"temperature\":0'",
    "'compared_with_training\":true', 'compared_with_training\":1'",
    "'\"ai_above\"', '\"ai_over\"'"
  })
  void metadata_withAValueThatIsNone_isRefused(String text, String changed) {
    String json = VerdictMetadata.of(RULE).get(VerdictMetadata.KEY);
    assertThat(json).contains(text);
    String damaged = json.replace(text, changed);

    assertThatThrownBy(
            () -> VerdictRule.of(Weights.of(Map.of()).with(Map.of(VerdictMetadata.KEY, damaged))))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith("metadata genimage.verdict is not as genimage writes it: ");
  }
}
