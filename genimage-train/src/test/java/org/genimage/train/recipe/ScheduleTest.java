package org.genimage.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.genimage.data.reference.ReferenceData;
import org.genimage.models.Detectors;
import org.genimage.train.recipe.Schedule.Cosine;
import org.genimage.train.recipe.Schedule.Every;
import org.genimage.train.recipe.Schedule.Late;
import org.genimage.train.recipe.Schedule.Plateau;
import org.genimage.train.recipe.Schedule.Step;
import org.genimage.train.recipe.Schedule.StepCosine;
import org.genimage.train.recipe.Schedule.Warmup;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  @Test
  @Tag("reference")
  void everyFixture_isFollowed() {
    for (var item : ReferenceData.json("schedules/schedules.json").properties()) {
      String name = item.getKey();
      JsonNode fixture = item.getValue();
      if (name.equals("cnnspot_plateau")) {
        continue; // plateau_equalsCnnSpots
      }
      Schedule schedule = schedule(name, fixture.get("settings"));
      boolean late = name.startsWith("deit") || name.startsWith("swin");
      if (fixture.has("index")) {
        int updates = fixture.get("settings").get("updates_per_epoch").asInt();
        IntFunction<TrainingProgress> place =
            i -> {
              int update = fixture.get("index").get(i).asInt();
              return new TrainingProgress(update / updates, update % updates, updates, List.of());
            };
        check(name, schedule, fixture.get("schedule_value_at"), place);
        check(name, new Late(schedule, Every.STEP), fixture.get("used_in_update"), place);
      } else {
        if (fixture.has("schedule_value_at")) {
          check(name, schedule, fixture.get("schedule_value_at"), ScheduleTest::inEpoch);
        }
        if (fixture.has("used_in_epoch")) {
          Schedule used = late ? new Late(schedule, Every.EPOCH) : schedule;
          check(name, used, fixture.get("used_in_epoch"), ScheduleTest::inEpoch);
        }
      }
    }
  }

  /** The fixture and the script that makes it are in the resources' {@code community-forensics}. */
  @Test
  void stepCosine_equalsPyTorchsWithItsWarmUp() throws IOException {
    JsonNode cases;
    try (var json = ScheduleTest.class.getResourceAsStream("/community-forensics/schedule.json")) {
      cases = new JsonMapper().readTree(json).get("cases");
    }
    assertThat(cases).isNotEmpty();
    for (JsonNode one : cases) {
      int steps = one.get("steps").asInt();
      Schedule schedule =
          new StepCosine(
              one.get("base").asDouble(),
              one.get("minimum").asDouble(),
              one.get("epochs").asInt(),
              one.get("warmup").asDouble());
      check(
          one.get("warmup").asText(),
          schedule,
          one.get("rates"),
          i -> new TrainingProgress(i / steps, i % steps, steps, List.of()));
      TrainingProgress after = new TrainingProgress(one.get("epochs").asInt(), 0, steps, List.of());
      assertThat(schedule.rate(after)).isEqualTo(one.get("minimum").asDouble());
    }
  }

  @Test
  void stepCosine_numbersOutOfRange_areRefused() {
    assertThatThrownBy(() -> new StepCosine(0, 0, 1, 0)).hasMessageContaining("must be positive");
    assertThatThrownBy(() -> new StepCosine(1, -1, 1, 0))
        .hasMessage("a cosine's minimum must not be negative, got -1.0");
    assertThatThrownBy(() -> new StepCosine(1, 0, 0, 0))
        .hasMessage("a cosine needs at least one epoch, got 0");
    assertThatThrownBy(() -> new StepCosine(1, 0, 1, 1))
        .hasMessage("a warm-up's share must be in [0, 1), got 1.0");
  }

  /** A rate of an epoch holds for all its steps. */
  private static TrainingProgress inEpoch(int epoch) {
    return new TrainingProgress(epoch, epoch % 7, 7, List.of());
  }

  private static Schedule schedule(String name, JsonNode settings) {
    Map<String, Double> number = new HashMap<>();
    settings.properties().forEach(item -> number.put(item.getKey(), item.getValue().asDouble()));
    double base = number.get("lr");
    if (name.startsWith("step") || name.startsWith("decay")) {
      int epochs =
          number.getOrDefault("step_size", number.getOrDefault("decay_epochs", 1.0)).intValue();
      double factor =
          number.getOrDefault(
              "gamma", number.getOrDefault("decay_rate", number.getOrDefault("factor", 0.0)));
      return new Step(base, epochs, factor, warmup(number, name.endsWith("prefix")));
    }
    return new Cosine(
        base,
        number.get("min_lr"),
        number.get("epochs").intValue(),
        warmup(number, settings.path("warmup_prefix").asBoolean(false)),
        name.startsWith("swin") ? Every.STEP : Every.EPOCH);
  }

  private static Warmup warmup(Map<String, Double> number, boolean prefix) {
    return new Warmup(
        number.getOrDefault("warmup_epochs", 0.0).intValue(),
        number.getOrDefault("warmup_lr", 0.0),
        prefix);
  }

  private static void check(
      String name, Schedule schedule, JsonNode expected, IntFunction<TrainingProgress> place) {
    assertThat(expected).hasSizeGreaterThan(5);
    for (int i = 0; i < expected.size(); i++) {
      double rate = expected.get(i).asDouble();
      assertThat(schedule.rate(place.apply(i)))
          .as("%s at %s", name, place.apply(i))
          .isCloseTo(rate, within(1e-12 * rate));
    }
  }

  @Test
  @Tag("reference")
  void plateau_equalsCnnSpots() {
    JsonNode runs = ReferenceData.json("schedules/schedules.json").get("cnnspot_plateau");
    for (JsonNode run : runs.get("runs")) {
      Schedule schedule =
          new Plateau(
              run.get("start_lr").asDouble(), 1e-6, run.get("patience").asInt(), 0.001, 0.002);
      JsonNode expected = run.get("used_in_epoch");
      List<Double> accuracies = new ArrayList<>();
      for (int epoch = 0; epoch < run.get("validation_accuracy").size(); epoch++) {
        TrainingProgress progress = new TrainingProgress(epoch, 0, 1, accuracies);
        boolean stopped = epoch == expected.size();
        assertThat(schedule.ended(progress)).as("ended before epoch %d", epoch).isEqualTo(stopped);
        if (stopped) {
          break;
        }
        assertThat(schedule.rate(progress))
            .as("epoch %d", epoch)
            .isEqualTo(expected.get(epoch).asDouble());
        accuracies.add(run.get("validation_accuracy").get(epoch).asDouble());
      }
      assertThat(schedule.rate(new TrainingProgress(expected.size(), 0, 1, accuracies)))
          .isEqualTo(run.get("last_lr").asDouble());
    }
  }

  @Test
  void plateau_withoutValidation_keepsTheRate() {
    Schedule schedule = new Plateau(5e-4, 1e-6, 5, 0.001, 0.002);

    assertThat(schedule.rate(TrainingProgress.epoch(29))).isEqualTo(5e-4);
    assertThat(schedule.ended(TrainingProgress.epoch(29))).isFalse();
  }

  @Test
  void paper_rates_followTheFacts() {
    Schedule resnet = Recipe.paper(Detectors.resnet50()).schedule();
    assertThat(resnet.rate(TrainingProgress.epoch(0))).isEqualTo(1e-4);
    assertThat(resnet.rate(TrainingProgress.epoch(2))).isCloseTo(0.0333667, within(1e-7));
    assertThat(resnet.rate(TrainingProgress.epoch(100))).isCloseTo(0.0250005, within(1e-7));
    assertThat(resnet.rate(TrainingProgress.epoch(209))).isEqualTo(1e-6);

    Schedule deit = Recipe.paper(Detectors.deitSmall()).schedule();
    assertThat(deit.rate(TrainingProgress.epoch(0))).isEqualTo(1e-6);
    assertThat(deit.rate(TrainingProgress.epoch(1))).isEqualTo(1e-6);
    assertThat(deit.rate(TrainingProgress.epoch(2))).isCloseTo(4.08e-5, within(1e-12));
    assertThat(deit.rate(TrainingProgress.epoch(6))).isCloseTo(1.9986981e-4, within(1e-11));
    assertThat(deit.rate(TrainingProgress.epoch(299))).isCloseTo(1.0020835e-5, within(1e-12));

    Schedule swin = Recipe.paper(Detectors.swinTiny()).schedule();
    assertThat(swin.rate(update(0))).isEqualTo(5e-7);
    assertThat(swin.rate(update(1))).isEqualTo(5e-7);
    assertThat(swin.rate(update(101))).isCloseTo(2.5025e-4, within(1e-12));
    assertThat(swin.rate(update(201))).isCloseTo(5e-4, within(1e-12));
    assertThat(swin.rate(update(1601))).isCloseTo(2.525e-4, within(1e-12));
    assertThat(swin.rate(update(3000))).isCloseTo(5.00016e-6, within(1e-11));
  }

  private static TrainingProgress update(int number) {
    return new TrainingProgress(number / 10, number % 10, 10, List.of());
  }

  @Test
  void paper_readings_changeTheRates() {
    Schedule deit = Recipe.paper(Detectors.deitSmall(), Reading.SCALED_RATE).schedule();
    Schedule swin = Recipe.paper(Detectors.swinTiny(), Reading.SCALED_RATE).schedule();
    Schedule spec = Recipe.paper(Detectors.spec(), Reading.DECAYING_RATE).schedule();
    Schedule cnnSpot = Recipe.paper(Detectors.cnnSpot(), Reading.STEADY_RATE).schedule();

    assertThat(deit.rate(TrainingProgress.epoch(6))).isCloseTo(1e-4, within(1e-7));
    assertThat(deit.rate(TrainingProgress.epoch(0))).isEqualTo(1e-6);
    assertThat(swin.rate(update(201))).isCloseTo(1.25e-4, within(1e-12));
    assertThat(swin.rate(update(0))).isCloseTo(1.25e-7, within(1e-15));
    assertThat(spec.rate(TrainingProgress.epoch(1))).isEqualTo(2e-4);
    assertThat(spec.rate(TrainingProgress.epoch(2))).isCloseTo(1.98e-4, within(1e-12));
    assertThat(Recipe.paper(Detectors.spec()).schedule().rate(TrainingProgress.epoch(63)))
        .isEqualTo(2e-4);
    assertThat(
            cnnSpot.rate(
                new TrainingProgress(9, 0, 1, List.of(.5, .5, .5, .5, .5, .5, .5, .5, .5))))
        .isEqualTo(5e-4);
  }

  @Test
  void cosine_everyStep_movesWithinAnEpoch() {
    Schedule schedule = new Cosine(1, 0, 10, new Warmup(1, 0.1, false), Every.STEP);

    assertThat(schedule.rate(new TrainingProgress(0, 1, 2, List.of())))
        .isCloseTo(0.55, within(1e-12));
    assertThat(schedule.rate(new TrainingProgress(5, 1, 2, List.of())))
        .isLessThan(schedule.rate(new TrainingProgress(5, 0, 2, List.of())));
    assertThat(schedule.rate(TrainingProgress.epoch(10))).isEqualTo(0);
  }

  /** timm 1.0.29's CosineLRScheduler, which counts from the end of the prefix. */
  @Test
  void cosine_everyEpochWithPrefix_equalsTimms() {
    Schedule schedule = new Cosine(0.1, 0.001, 20, new Warmup(4, 0.01, true), Every.EPOCH);
    int[] epochs = {0, 1, 3, 4, 5, 10, 19, 20, 25};
    double[] rates = {
      0.01,
      0.0325,
      0.0775,
      0.1,
      0.09904887137995991,
      0.06944282990207196,
      0.0019511286200400938,
      0.001,
      0.001
    };

    for (int i = 0; i < rates.length; i++) {
      assertThat(schedule.rate(inEpoch(epochs[i]))).isCloseTo(rates[i], within(1e-12));
    }
  }

  @Test
  void cosine_warmUpLongerThanItself_isRefused() {
    assertThatThrownBy(() -> new Cosine(1, 0, 3, new Warmup(4, 0.1, false), Every.EPOCH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a cosine needs at least one epoch and no longer warm-up, got 3 and 4");
  }
}
