package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.Test;

class BaselinesTest {

  private static Baseline best(String labels, double... values) {
    return Baseline.best(
        "x",
        "y",
        IntStream.range(0, values.length)
            .mapToObj(
                i ->
                    new Baseline.Point(
                        values[i], labels.charAt(i) == 'a' ? Label.AI : Label.NATURE))
            .toList());
  }

  @Test
  void best_aiAbove_findsTheCut() {
    assertThat(best("naana", 1, 5, 6, 2, 0))
        .isEqualTo(new Baseline("x", "y", 3.5, true, new Proportion(4, 5)));
  }

  @Test
  void best_aiBelow_findsTheOtherDirection() {
    assertThat(best("aann", 1, 2, 3, 4))
        .isEqualTo(new Baseline("x", "y", 2.5, false, new Proportion(4, 4)));
  }

  @Test
  void best_ties_areNeverCut() {
    assertThat(best("nnaa", 1, 2, 2, 2).accuracy()).isEqualTo(new Proportion(3, 4));
  }

  @Test
  void best_constant_decidesForTheMajority() {
    Baseline baseline = best("nna", 7, 7, 7);
    assertThat(baseline.accuracy()).isEqualTo(new Proportion(2, 3));
    assertThat(baseline.threshold()).isInfinite();
  }

  @Test
  void on_otherImages_keepsThresholdAndDirection() {
    ImageDataset training =
        ImageDataset.of(
            List.of(
                Fakes.sample("1", 100, Label.AI, Generator.ADM),
                Fakes.sample("2", 200, Label.NATURE, Generator.ADM)));
    ImageDataset test =
        ImageDataset.of(
            List.of(
                Fakes.sample("3", 90, Label.AI, Generator.ADM),
                Fakes.sample("4", 90, Label.NATURE, Generator.ADM),
                Fakes.sample("5", 210, Label.AI, Generator.ADM),
                Fakes.sample("6", 210, Label.NATURE, Generator.ADM)));

    Baselines chosen = Baselines.of(training, Progress.NONE);
    Baseline brightness = chosen.on(test, Progress.NONE).all().get(1);

    assertThat(brightness.threshold()).isEqualTo(chosen.all().get(1).threshold());
    assertThat(brightness.accuracy()).isEqualTo(new Proportion(2, 4));
  }

  @Test
  void of_redImages_brightnessTellsThemApart() {
    ImageDataset data =
        ImageDataset.of(
            List.of(
                Fakes.sample("1", 100, Label.AI, Generator.ADM),
                Fakes.sample("2", 200, Label.NATURE, Generator.ADM),
                Fakes.broken("bad", Label.AI, Generator.ADM)));

    Baselines baselines = Baselines.of(data, Progress.NONE);

    assertThat(baselines.all())
        .extracting(Baseline::name)
        .containsExactly("file size", "mean brightness", "fine detail");
    Baseline brightness = baselines.all().get(1);
    assertThat(brightness.accuracy()).isEqualTo(new Proportion(2, 2));
    assertThat(brightness.aiAbove()).isFalse();
    assertThat(brightness.threshold())
        .isEqualTo(0.299 * 150, org.assertj.core.api.Assertions.within(1e-9));
    assertThat(baselines.all().get(2).threshold()).isInfinite();
    assertThat(baselines.skipped())
        .singleElement()
        .satisfies(skipped -> assertThat(skipped.sample().name()).isEqualTo("bad"));
  }

  @Test
  void of_noImages_isRefused() {
    assertThatThrownBy(() -> Baselines.of(ImageDataset.of(List.of()), Progress.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("baselines need at least one readable image, got none");
  }
}
