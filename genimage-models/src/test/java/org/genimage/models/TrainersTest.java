package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.genimage.data.ImageDataset;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;

/** genimage-train is not on this module's class path. */
class TrainersTest {

  private static final ImageDataset NOTHING = ImageDataset.of(List.of());

  /** Returns the blueprint's initial weights. */
  record Initial() implements Trainer {

    @Override
    public Weights fit(Blueprint blueprint, ImageDataset data) {
      return blueprint.initialWeights(data.size());
    }

    @Override
    public Weights fit(Blueprint blueprint, ImageDataset data, Path folder) {
      return fit(blueprint, data);
    }
  }

  @Test
  void train_withoutTrainer_namesTheArtifact() {
    assertThatThrownBy(() -> Detectors.resnet50().train(NOTHING))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "ResNet-50 cannot be trained: expected a trainer on the class path, found none; add"
                + " the Maven artifact org.genimage:genimage-train");
    assertThatThrownBy(() -> Detectors.resnet50().train(NOTHING, Path.of("checkpoints")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("org.genimage:genimage-train");
  }

  @Test
  void train_givenTrainer_loadsItsWeights() {
    Blueprint resnet = Detectors.resnet50().input(InputContract.crop(64));

    try (Detector detector = resnet.train(new Initial(), NOTHING)) {
      assertThat(detector.input()).isEqualTo(resnet.input());
      assertThat(detector.provenance()).containsEntry("genimage.detector", "ResNet-50");
    }
  }
}
