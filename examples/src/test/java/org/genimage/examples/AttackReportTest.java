package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttackReportTest {

  @TempDir Path folder;

  private String said = "";

  private int run(String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream terminal = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int code = Program.run(new AttackReport(terminal), terminal, arguments);
    said = bytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  @Test
  void run_trainedDetector_showsOriginalChangeAndAttackedImage() {
    Path data = folder.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(48)
        .generators(List.of(Generator.BIGGAN))
        .train(1)
        .validation(1)
        .writeTo(data, Progress.NONE);
    Blueprint small = Detectors.resnet50().input(InputContract.crop(32));
    Path weights = folder.resolve("weights.safetensors");
    small.initialWeights(1).write(weights);
    Path out = folder.resolve("out");
    String[] command = {
      "--weights",
      weights.toString(),
      "--data",
      data.toString(),
      "--out",
      out.toString(),
      "--images",
      "2",
      "--cw-steps",
      "2",
      "--queries",
      "3"
    };

    assertThat(run(command)).as(said).isZero();

    assertThat(said).contains("FGSM on ResNet-50", "CW-L2", "Square", "report: file:");
    assertThat(out.resolve("report.html"))
        .content()
        .contains("Attacked images", "original, score", "times as large", "attacked, score", "<svg")
        .doesNotContain("src=\"http");
    assertThat(GenImage.open(out.resolve("attacked/FGSM")).validation().size()).isEqualTo(2);
    assertThat(out.resolve("attacked/FGSM/manifest.json")).content().contains("\"attack\"");
  }

  @Test
  void run_weightsOfAnotherNetwork_saysWhatWasFound() {
    Path weights = folder.resolve("weights.safetensors");
    new Blueprint(
            "Other",
            Detectors.resnet50().network(),
            InputContract.crop(32),
            Detectors.resnet50().head())
        .initialWeights(1)
        .write(weights);

    assertThat(run("--weights", weights.toString())).isEqualTo(1);
    assertThat(said)
        .contains("expected weights of a detector of this version", "found those of Other");
  }
}
