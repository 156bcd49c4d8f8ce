package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttackCommandTest {

  @TempDir Path folder;

  private String said = "";

  private int run(String... arguments) {
    return run(new Said(), arguments);
  }

  private int run(Said heard, String... arguments) {
    int code =
        heard.run(Stream.concat(Stream.of("attack"), Stream.of(arguments)).toArray(String[]::new));
    said = heard.text();
    return code;
  }

  /** Makes weights and images, and returns the command that attacks them. */
  private String[] command() {
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
    return new String[] {
      "--weights",
      weights.toString(),
      "--data",
      data.toString(),
      "--out",
      folder.resolve("out").toString(),
      "--images",
      "2",
      "--cw-steps",
      "2",
      "--queries",
      "3"
    };
  }

  @Test
  void run_trainedDetector_showsOriginalChangeAndAttackedImage() {
    Path out = folder.resolve("out");

    assertThat(run(command())).as(said).isZero();

    assertThat(said).contains("FGSM on ResNet-50", "CW-L2", "Square", "report: file:");
    assertThat(out.resolve("report.html"))
        .content()
        .contains("Attacked images", "original, score", "times as large", "attacked, score", "<svg")
        .contains("text-anchor=\"middle\">0.5/255</text>", "text-anchor=\"middle\">none</text>")
        .contains("CW-L2, L2 without limit", "wrong before the attack")
        .contains("genimage attack --weights ")
        .contains("--images 2", "--cw-steps 2", "--queries 3", "--seed 42")
        .contains("SHA-256 of the weights")
        .doesNotContain("src=\"http", "Infinity");
    assertThat(GenImage.open(out.resolve("attacked/FGSM")).validation().size()).isEqualTo(2);
    assertThat(out.resolve("attacked/FGSM/manifest.json")).content().contains("\"attack\"");
  }

  @Test
  void run_outputThatCannotBeWritten_isSaidBeforeAnyAttack() throws IOException {
    String[] command = command();
    Path attacked = Files.createDirectories(folder.resolve("out/attacked"));
    Path taken = Files.createFile(attacked.resolve("Square"));

    assertThat(run(command)).isEqualTo(1);
    assertThat(said)
        .contains(taken + ": attacked images cannot be written there")
        .doesNotContain("FGSM on");
    Files.delete(taken);
    Path report = Files.createDirectory(folder.resolve("out/report.html"));

    assertThat(run(command)).isEqualTo(ExitCode.USAGE);
    assertThat(said).contains(report + " cannot be written (it is a folder)");
  }

  @Test
  void run_attackThatFails_leavesAReportOfTheEarlierOnes() {
    String[] command = command();
    Path manifest = folder.resolve("out/attacked/Square/manifest.json/in the way");
    Said heard = Said.acting("CW-L2 on ResNet-50", () -> manifest.toFile().mkdirs());

    assertThat(run(heard, command)).isEqualTo(1);

    assertThat(said).containsOnlyOnce("error: ").contains("manifest.json");
    assertThat(folder.resolve("out/report.html"))
        .content()
        .contains("FGSM", "PGD", "CW-L2")
        .doesNotContain("Square");
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

    assertThat(run("--weights", weights.toString(), "--out", folder.resolve("out").toString()))
        .isEqualTo(2);
    assertThat(said)
        .contains("expected weights of a detector of this version", "found those of Other");
  }
}
