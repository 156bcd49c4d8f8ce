package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.genimage.train.GradientTrainerTest.RECIPE;
import static org.genimage.train.GradientTrainerTest.TINY;
import static org.genimage.train.GradientTrainerTest.stripes;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A training warns of images with the same bytes, once. */
class DuplicateWarningTest {

  private static final Logger LOGGER = Logger.getLogger(TrainingRun.class.getName());

  private final List<String> warnings = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          if (line.getLevel().equals(Level.WARNING) && line.getMessage().contains("same bytes")) {
            warnings.add(line.getMessage());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void stop() {
    LOGGER.removeHandler(handler);
  }

  @Test
  void fit_theSameImageUnderBothLabelsAndInBothSets_warnsOnce() {
    ImageDataset data = stripes(8, 8);
    Sample first = data.sample(0);
    ImageDataset training =
        ImageDataset.union(
            data,
            ImageDataset.of(List.of(new Sample("copy", first.content(), Label.AI, Generator.ADM))));
    ImageDataset validation = ImageDataset.of(List.of(data.sample(2), data.sample(3)));

    GradientTrainer.with(RECIPE.epochs(3).batchSize(3)).validation(validation).fit(TINY, training);

    assertThat(warnings)
        .containsExactly(
            "images with the same bytes occur more than once: 1 under both labels (copy equals"
                + " image 0), 2 in both training and validation (image 2 equals image 2); figures"
                + " on such data mislead, so examine them with DataDoctor");
  }

  @Test
  void fit_differentImages_doesNotWarn() {
    GradientTrainer.with(RECIPE.epochs(2)).validation(validation()).fit(TINY, stripes(8, 8));

    assertThat(warnings).isEmpty();
  }

  /** Images of another size have other bytes. */
  private static ImageDataset validation() {
    return stripes(4, 9);
  }
}
