package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.genimage.data.ImageDataset;
import org.junit.jupiter.api.Test;

/** genimage-train is not on this module's class path. */
class TrainersTest {

  private static final ImageDataset NOTHING = ImageDataset.of(List.of());

  @Test
  void train_withoutTrainer_namesTheArtifact() {
    assertThatThrownBy(() -> Detectors.resnet50().train(NOTHING))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "ResNet-50 cannot be trained: expected a trainer on the class path, found none; add"
                + " the Maven artifact org.genimage:genimage-train");
  }

  @Test
  void train_givenTrainer_loadsItsWeights() {
    Blueprint resnet = Detectors.resnet50().input(InputContract.crop(64));
    Trainer trainer = (blueprint, data) -> blueprint.initialWeights(data.size());

    try (Detector detector = resnet.train(trainer, NOTHING)) {
      assertThat(detector.input()).isEqualTo(resnet.input());
      assertThat(detector.provenance()).containsEntry("genimage.detector", "ResNet-50");
    }
  }
}
