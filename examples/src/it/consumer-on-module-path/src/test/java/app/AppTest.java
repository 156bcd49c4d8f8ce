package app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.genimage.data.DatasetException;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Detectors;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppTest {

  @TempDir private Path images;

  @Test
  void train_onModulePath_findsGenimageTrain() {
    SimulatedGenImage.seeded(1)
        .generators(List.of(Generator.BIGGAN))
        .train(2)
        .validation(1)
        .writeTo(images, Progress.NONE);

    assertThat(Detectors.class.getModule().getName()).isEqualTo("org.genimage.models");
    assertThatThrownBy(() -> App.train(images))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("at least one batch of 64, found 2 nature and 2 ai");
  }

  @Test
  void load_onModulePath_loadsTensorFlow() {
    Weights weights = Detectors.resnet50().initialWeights(1);

    assertThat(Detectors.resnet50().load(weights).provenance())
        .containsEntry("genimage.detector", "ResNet-50");
  }
}
