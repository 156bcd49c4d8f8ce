package app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Detectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppTest {

  @TempDir private Path folder;
  private Path images;
  private ImageDataset training;

  @BeforeEach
  void writeImages() {
    images = folder.resolve("GenImage");
    SimulatedGenImage.seeded(1)
        .generators(List.of(Generator.BIGGAN))
        .train(2)
        .validation(1)
        .writeTo(images, Progress.NONE);
    training = GenImage.open(images).train();
  }

  /** A heap of 256 MB: the process holds far more than four times that while it trains. */
  @Test
  void app_smallHeap_printsOneScoreAndNothingElse() throws Exception {
    Files.copy(aPhotograph(), folder.resolve("photo.jpg"));
    Process app =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                App.class.getName())
            .directory(folder.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    List<String> printed = app.inputReader().lines().toList();

    assertThat(app.waitFor()).as(Files.readString(folder.resolve("err"))).isZero();
    assertThat(printed).hasSize(1);
    assertThat(Double.parseDouble(printed.get(0))).isBetween(0.0, 1.0);
  }

  @Test
  void train_withoutTrainer_takesThePapersOutOfGenimageTrain() {
    assertThatThrownBy(() -> Detectors.resnet50().train(training))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("at least one batch of 64, found 2 nature and 2 ai");
  }

  private Path aPhotograph() throws IOException {
    try (var files = Files.walk(images)) {
      return files.filter(file -> file.toString().endsWith(".JPEG")).findFirst().orElseThrow();
    }
  }
}
