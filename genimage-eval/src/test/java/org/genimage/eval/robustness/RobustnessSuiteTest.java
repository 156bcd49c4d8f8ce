package org.genimage.eval.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import com.google.common.io.Resources;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.InflaterInputStream;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.image.Image;
import org.genimage.eval.Degradation;
import org.genimage.eval.Evaluation;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Fakes;
import org.genimage.eval.Score;
import org.genimage.eval.Scores;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.Test;

/** Every change against the call that it names; robustness/make.py wrote the hashes. */
class RobustnessSuiteTest {

  private static JsonNode fixture() throws IOException {
    return new ObjectMapper().readTree(Resources.getResource("robustness/robustness.json"));
  }

  private static Image picture(JsonNode one) {
    boolean rough = one.get("picture").asText().equals("rough");
    int width = one.get("width").asInt();
    int height = one.get("height").asInt();
    byte[] rgb = new byte[3 * width * height];
    int next = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          rgb[next++] =
              (byte)
                  (rough ? 37 * x + 91 * y + 53 * c + x * y * (c + 3) / 7 : 2 * x + 3 * y + 40 * c);
        }
      }
    }
    return Image.of(width, height, rgb);
  }

  @Test
  void full_everyChange_equalsTheCallThatItNames() throws IOException {
    JsonNode fixture = fixture();
    RobustnessSuite suite = RobustnessSuite.full(fixture.get("suite").asLong());
    Map<String, Perturbation> byLabel = new TreeMap<>();
    suite.all().forEach(one -> byLabel.put(one.name() + "|" + one.strength(), one));
    Set<String> unseen = new HashSet<>(byLabel.keySet());
    List<String> wrong = new ArrayList<>();
    for (JsonNode one : fixture.get("cases")) {
      String key = one.get("name").asText() + "|" + one.get("strength").asText();
      assertThat(byLabel).containsKey(key);
      unseen.remove(key);
      Image result = byLabel.get(key).apply(picture(one), suite.seed());
      boolean equal =
          result.width() == one.get("result").get(0).asInt()
              && result.height() == one.get("result").get(1).asInt()
              && Hashing.sha256()
                  .hashBytes(result.toArray())
                  .toString()
                  .equals(one.get("sha256").asText());
      if (!equal && one.has("pixels")) {
        equal = isWithinOneLevel(result.toArray(), inflated(one.get("pixels").asText()));
      }
      if (!equal) {
        wrong.add(
            "%s of %s: %sx%s".formatted(key, one.get("picture"), result.width(), result.height()));
      }
    }
    assertThat(wrong).isEmpty();
    // OpenCV's blur is held by the tests of genimage-data.
    assertThat(unseen).containsExactlyInAnyOrder("blur-cv|0.5", "blur-cv|1", "blur-cv|2");
  }

  private static byte[] inflated(String text) throws IOException {
    try (InputStream in =
        new InflaterInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text)))) {
      return in.readAllBytes();
    }
  }

  private static boolean isWithinOneLevel(byte[] actual, byte[] expected) {
    int largest = actual.length == expected.length ? 0 : 256;
    for (int i = 0; largest < 256 && i < actual.length; i++) {
      largest = Math.max(largest, Math.abs((actual[i] & 0xff) - (expected[i] & 0xff)));
    }
    return largest <= 1;
  }

  @Test
  void full_hasTheNamesOfTheDocuments() {
    assertThat(RobustnessSuite.full(1).all().stream().map(Perturbation::name).distinct())
        .hasSize(55);
    assertThat(RobustnessSuite.full(1).all()).hasSize(143);
  }

  @Test
  void quick_isAPartOfTheWhole() {
    List<Perturbation> quick = RobustnessSuite.quick(1).all();
    assertThat(quick).hasSize(16);
    assertThat(RobustnessSuite.full(1).all())
        .extracting(Perturbation::label)
        .doesNotHaveDuplicates()
        .containsAll(quick.stream().map(Perturbation::label).toList());
    assertThat(quick.stream().map(Perturbation::group).distinct()).hasSize(7);
  }

  @Test
  void apply_sameImageAndSeed_isTheSame_anotherSeedIsNot() {
    Image image = Image.of(40, 40, new byte[3 * 40 * 40]);
    Perturbation noise =
        RobustnessSuite.full(1).all().stream()
            .filter(one -> one.label().equals("gaussian-noise 25"))
            .findFirst()
            .orElseThrow();
    assertThat(noise.apply(image, 1).toArray()).isEqualTo(noise.apply(image, 1).toArray());
    assertThat(noise.apply(image, 1).toArray()).isNotEqualTo(noise.apply(image, 2).toArray());
  }

  @Test
  void apply_tinyImage_isRefused_andLeftAloneInAnEvaluation() {
    Perturbation grey =
        RobustnessSuite.full(1).all().stream()
            .filter(one -> one.name().equals("grey"))
            .findFirst()
            .orElseThrow();
    Image tiny = Image.of(31, 40, new byte[3 * 31 * 40]);
    assertThatThrownBy(() -> grey.apply(tiny, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "expected an image of 32 pixels at least on each side, found 31x40; leave it out");
    List<Degradation> quick = RobustnessSuite.quick(1).degradations();
    EvaluationResult result =
        Evaluation.of(new Fakes.RedDetector(Map.of()), Fakes.dataset())
            .degraded(quick.get(0))
            .run();
    assertThat(result.scores().size()).isEqualTo(8);
    assertThat(quick).extracting(Degradation::name).doesNotHaveDuplicates();
  }

  /** Scores by hand: which change is the worst, and how many verdicts turn. */
  @Test
  void result_ofThreeChanges_countsFlipsAndTheWorst() {
    Scores clean = scores(0.9, 0.8, 0.2, 0.1);
    RobustnessResult result =
        new RobustnessResult(
            clean,
            ImmutableMap.of(
                "none",
                clean,
                "some",
                scores(0.9, 0.3, 0.2, 0.1),
                "all",
                scores(0.1, 0.2, 0.8, 0.9)));
    assertThat(result.cleanArea()).isEqualTo(1);
    assertThat(result.areas()).containsEntry("some", 1.0).containsEntry("all", 0.0);
    assertThat(result.worst()).isEqualTo("all");
    assertThat(result.flips("none")).contains(new Proportion(0, 4));
    assertThat(result.flips("some")).contains(new Proportion(1, 4));
    assertThat(result.verdictsTurned()).isEqualTo(Map.of(1, 3, 2, 1));
    // Of 36 pairs: AI .9 .8 .9 .3 .1 .2 against natural .2 .1 .2 .1 .8 .9.
    assertThat(result.robustArea()).isEqualTo((5.5 + 4.5 + 5.5 + 4 + 1 + 3) / 36);
    assertThatThrownBy(() -> result.flips("no such"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("found no such; name a change");
  }

  /** AI, AI, nature, nature. */
  private static Scores scores(double... values) {
    List<Score> scores = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Label label = i < 2 ? Label.AI : Label.NATURE;
      scores.add(new Score(i + ".png", Generator.ADM, label, values[i]));
    }
    return Scores.of(scores);
  }

  @Test
  void run_quickSuite_scoresEveryChange() {
    RobustnessResult result =
        RobustnessResult.of(
            Evaluation.of(new Fakes.RedDetector(Map.of()), Fakes.dataset()),
            RobustnessSuite.quick(3));
    assertThat(result.changed()).hasSize(16);
    assertThat(result.verdictsTurned()).containsOnlyKeys(0); // images of 8 pixels stay
    assertThat(result.robustArea()).isEqualTo(result.cleanArea());
  }
}
