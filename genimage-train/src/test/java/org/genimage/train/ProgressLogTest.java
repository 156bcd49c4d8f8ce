package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.genimage.train.GradientTrainerTest.RECIPE;
import static org.genimage.train.GradientTrainerTest.TINY;
import static org.genimage.train.GradientTrainerTest.stripes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressLogTest {

  private static final Logger LOGGER = Logger.getLogger(ProgressLog.class.getName());

  private final List<String> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          assertThat(line.getLevel()).isEqualTo(Level.INFO);
          lines.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void stop() {
    LOGGER.removeHandler(handler);
    LOGGER.setUseParentHandlers(true);
  }

  @Test
  void fit_twoEpochs_logsThePlanAndEachEpoch() {
    GradientTrainer trainer = GradientTrainer.with(RECIPE.epochs(2)).validation(stripes(8, 8));
    TrainingListener log = ProgressLog.of(trainer.settings(), TINY, stripes(16, 9));

    trainer.listener(log).fit(TINY, stripes(16, 9));

    assertThat(lines).hasSize(3);
    assertThat(lines.get(0))
        .isEqualTo("training tiny: 16 images, 2 epochs of 4 steps, 8 steps in all");
    assertThat(lines.get(1))
        .matches(
            "epoch 1 of 2: loss \\d\\.\\d{4}, validation accuracy [\\d.]+ %, [\\d.]+ images/s,"
                + " \\d:\\d\\d:\\d\\d left");
    assertThat(lines.get(2)).startsWith("epoch 2 of 2: ").endsWith(", 0:00:00 left");
  }

  @Test
  void onStep_longEpoch_logsOnceAMinute() {
    AtomicLong nanos = new AtomicLong();
    ProgressLog log = new ProgressLog("tiny", 400, 3, () -> 100, nanos::get);
    log.onBegin(1, 100);

    for (int step = 1; step <= 8; step++) {
      nanos.addAndGet(Duration.ofSeconds(20).toNanos());
      log.onStep(new StepReport(1, 100 + step, 0.5, 0.1, 4L * step, 800));
    }

    assertThat(lines)
        .containsExactly(
            "training tiny: 400 images, 3 epochs of 100 steps, 300 steps in all, resumed at epoch"
                + " 2, step 100",
            "epoch 2 of 3, step 103 of 300: loss 0.5000, 0.2 images/s, 1:05:40 left",
            "epoch 2 of 3, step 106 of 300: loss 0.5000, 0.2 images/s, 1:04:40 left");
  }

  @Test
  void onEpoch_withoutValidation_leavesTheAccuracyOut() {
    AtomicLong nanos = new AtomicLong();
    ProgressLog log = new ProgressLog("tiny", 400, 2, () -> 100, nanos::get);
    log.onBegin(0, 0);
    Duration time = Duration.ofSeconds(40);
    nanos.addAndGet(time.toNanos());
    log.onStep(new StepReport(0, 100, 0.25, 0.1, 400, 800));

    log.onEpoch(
        new EpochReport(
            0, 2, 100, 0.25, 0.1, 400, 0, time, Duration.ZERO, time, OptionalDouble.empty()));

    assertThat(lines).last().isEqualTo("epoch 1 of 2: loss 0.2500, 10.0 images/s, 0:00:40 left");
  }
}
