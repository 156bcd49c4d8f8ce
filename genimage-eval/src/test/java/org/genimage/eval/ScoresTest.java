package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.Test;

class ScoresTest {

  private static final Scores SCORES =
      Scores.of(
          List.of(
              new Score("a.png", Generator.VQDM, Label.AI, 0.9),
              new Score("b.png", Generator.ADM, Label.AI, 0.5),
              new Score("c.jpg", Generator.VQDM, Label.NATURE, 0.5)));

  @Test
  void decision_exactlyOneHalf_isNature() {
    assertThat(SCORES.all())
        .extracting(score -> score.correct(SCORES.threshold()))
        .containsExactly(true, false, true);
    assertThat(SCORES.accuracy()).isEqualTo(new Proportion(2, 3));
    assertThat(SCORES.accuracy(Label.AI)).isEqualTo(new Proportion(1, 2));
  }

  @Test
  void at_anotherThreshold_decidesAnew() {
    Scores strict = SCORES.at(0.95);
    assertThat(strict.accuracy()).isEqualTo(new Proportion(1, 3));
    assertThat(strict.of(Generator.VQDM).accuracy()).isEqualTo(new Proportion(1, 2));
    assertThat(SCORES.accuracy()).isEqualTo(new Proportion(2, 3));
    assertThatThrownBy(() -> SCORES.at(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threshold must be in [0, 1], got NaN");
  }

  @Test
  void byGenerator_severalGenerators_keepsTheirOrder() {
    assertThat(SCORES.byGenerator().keySet()).containsExactly(Generator.VQDM, Generator.ADM);
    assertThat(SCORES.of(Generator.VQDM).size()).isEqualTo(2);
  }

  @Test
  void of_generatorWithoutImages_saysWhichThereAre() {
    assertThatThrownBy(() -> SCORES.of(Generator.GLIDE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no images of GLIDE among the scores of [VQDM, ADM]");
  }

  @Test
  void score_outsideItsRange_isRefusedByName() {
    assertThatThrownBy(() -> new Score("a.png", Generator.ADM, Label.AI, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("score of a.png must be in [0, 1], got NaN");
    assertThatThrownBy(() -> new Score("a.png", Generator.ADM, Label.AI, 1.01))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void scores_none_areRefused() {
    assertThatThrownBy(() -> Scores.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scores need at least one image, got none");
  }

  @Test
  void proportion_moreThanTotal_isRefused() {
    assertThatThrownBy(() -> new Proportion(3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count must be from 0 to 2, got 3");
    assertThatThrownBy(() -> new Proportion(0, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
