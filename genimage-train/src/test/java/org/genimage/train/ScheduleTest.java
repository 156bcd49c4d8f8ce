package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import org.genimage.data.reference.ReferenceData;
import org.genimage.models.Detectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  @Test
  @Tag("reference")
  void cosine_equalsTimms() {
    int compared = 0;
    for (var item : ReferenceData.json("schedules/schedules.json").properties()) {
      if (item.getKey().startsWith("resnet50_timm")) {
        JsonNode settings = item.getValue().get("settings");
        Schedule schedule =
            new Schedule.Cosine(
                settings.get("lr").asDouble(),
                settings.get("min_lr").asDouble(),
                settings.get("epochs").asInt(),
                settings.get("warmup_epochs").asInt(),
                settings.get("warmup_lr").asDouble(),
                false);
        JsonNode expected = item.getValue().get("schedule_value_at");
        for (int epoch = 0; epoch < item.getValue().get("epochs").asInt(); epoch++) {
          double rate = expected.get(epoch).asDouble();
          assertThat(schedule.rate(epoch, 0.7)).isCloseTo(rate, within(1e-12 * rate));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(300);
  }

  @Test
  void paper_resnet50_followsThePublishedCommand() {
    Recipe recipe = Recipe.paper(Detectors.resnet50());

    assertThat(recipe.epochs()).isEqualTo(210);
    assertThat(recipe.schedule().rate(0, 0)).isEqualTo(1e-4);
    assertThat(recipe.schedule().rate(2, 0)).isCloseTo(0.0333667, within(1e-7));
    assertThat(recipe.schedule().rate(100, 0)).isCloseTo(0.0250005, within(1e-7));
    assertThat(recipe.schedule().rate(209, 0)).isEqualTo(1e-6);
  }

  @Test
  void cosine_everyStep_movesWithinAnEpoch() {
    Schedule schedule = new Schedule.Cosine(1, 0, 10, 1, 0.1, true);

    assertThat(schedule.rate(0, 0.5)).isCloseTo(0.55, within(1e-12));
    assertThat(schedule.rate(5, 0.5)).isLessThan(schedule.rate(5, 0));
    assertThat(schedule.rate(10, 0)).isEqualTo(0);
  }

  @Test
  void cosine_warmUpLongerThanItself_isRefused() {
    assertThatThrownBy(() -> new Schedule.Cosine(1, 0, 3, 4, 0.1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a cosine needs at least one epoch and no longer warm-up, got 3 and 4");
  }
}
