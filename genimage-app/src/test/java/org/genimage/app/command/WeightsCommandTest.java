package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.genimage.app.Run;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that need weights, but train nothing: weights, pretrained, export, compare. */
class WeightsCommandTest {

  private static final Blueprint SMALL = Detectors.ferretNetSmall();

  @TempDir private static Path folder;
  private static Path plain;
  private static Path described;
  private static Path data;

  @BeforeAll
  static void write() {
    plain = folder.resolve("plain.safetensors");
    Weights weights = SMALL.initialWeights(1);
    Weights.of(weights.arrays()).write(plain);
    described = folder.resolve("described.safetensors");
    SMALL.describe(weights).write(described);
    data = folder.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(48)
        .generators(List.of(Generator.BIGGAN))
        .train(1)
        .validation(3)
        .writeTo(data, Progress.NONE);
  }

  @Test
  void inspect_printsWhatTheFileSays() {
    Run run = Run.of("weights", "inspect", described.toString(), "--keys");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.out())
        .containsPattern("genimage.detector +FerretNet-S")
        .containsPattern("arrays +" + SMALL.entries().size())
        .contains(SMALL.entries().get(0).key() + " " + SMALL.entries().get(0).shape());
    assertThat(Run.of("weights", "inspect", plain.toString()).err())
        .contains("does not name its detector");
  }

  @Test
  void inspect_aFileThatIsNone_isOneSentence() {
    Run run = Run.of("weights", "inspect", folder.resolve("none.pth").toString());

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).startsWith("error: expected a file of weights").contains("none.pth");
  }

  @Test
  void convert_namesTheDetector() {
    Path out = folder.resolve("converted.safetensors");

    Run run =
        Run.of(
            "weights",
            "convert",
            plain.toString(),
            "--detector",
            "ferretnet-s",
            "--out",
            out.toString());

    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
    assertThat(Weights.read(out).metadata()).containsEntry("genimage.detector", "FerretNet-S");
  }

  @Test
  void convert_intoAnotherDetector_saysWhatIsMissing() {
    Path out = folder.resolve("wrong.safetensors");

    Run wrong =
        Run.of(
            "weights", "convert", plain.toString(), "--detector", "safe", "--out", out.toString());
    Run unknown =
        Run.of(
            "weights", "convert", plain.toString(), "--detector", "vgg", "--out", out.toString());

    assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
    assertThat(wrong.err())
        .startsWith("error: ")
        .contains("; they fit FerretNet-S: name it with --detector")
        .doesNotContain("\tat ");
    assertThat(out).doesNotExist();
    assertThat(unknown.code()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err()).contains("detector must be one of", "got 'vgg'");
  }

  @Test
  void calibrate_writesWeightsWithAThreshold() {
    Path out = folder.resolve("calibrated.safetensors");

    Run run =
        Run.of(
            "weights",
            "calibrate",
            "--weights",
            described.toString(),
            "--data",
            data.toString(),
            "--out",
            out.toString());

    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
    assertThat(run.out()).contains("temperature ", "threshold ", " would lie between ");
    assertThat(run.err()).contains("warning: File format alone reaches 100.0 %");
    assertThat(Weights.read(out).metadata()).containsKey("genimage.threshold");
  }

  @Test
  void calibrate_aRateOutOfRange_stopsBeforeAnyWork() {
    Run run =
        Run.of(
            "weights",
            "calibrate",
            "--weights=" + described,
            "--data=" + data,
            "--out=" + folder.resolve("x.safetensors"),
            "--false-accusations=1.5");

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--false-accusations: ", "found 1.5");
  }

  @Test
  void pretrained_list_namesAll_andTheRecommended() {
    Run run = Run.of("pretrained", "list");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.out())
        .containsPattern("community-forensics-384 .*87 MB.*MIT.*\\(recommended\\)")
        .containsPattern("ferretnet-s .*544 kB.*no");
  }

  @Test
  void pretrained_withoutNetwork_saysWhereToPutTheFile() {
    Run get = Run.of("pretrained", "get", "ferretnet-s"); // tests are offline
    Run verify = Run.of("pretrained", "verify", "ferretnet-s");
    Run none = Run.of("pretrained", "verify");

    assertThat(get.code()).isEqualTo(ExitCode.FAILED);
    assertThat(get.err()).contains("Apache-2.0", "put it at");
    assertThat(verify.code()).isEqualTo(ExitCode.FAILED);
    assertThat(verify.err())
        .isEqualTo(
            "ferretnet-s: not downloaded; run 'genimage pretrained get ferretnet-s'%n".formatted());
    assertThat(none.code()).isEqualTo(ExitCode.DONE);
    assertThat(none.err()).contains("nothing was downloaded yet");
  }

  @Test
  void pretrained_aNameThatIsNone_listsTheNames() {
    Run run = Run.of("pretrained", "get", "resnet-50");

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("ferretnet-s").doesNotContain("\tat ");
  }

  @Test
  void export_writesASavedModel_andRefusesAFolderThatExists() {
    Path out = folder.resolve("exported");
    String[] command = {"export", "--weights", described.toString(), "--out", out.toString()};

    Run first = Run.of(command);
    Run second = Run.of(command);

    assertThat(first.code()).as(first.err()).isEqualTo(ExitCode.DONE);
    assertThat(out.resolve("saved_model.pb")).exists();
    assertThat(second.code()).isEqualTo(ExitCode.USAGE);
    assertThat(second.err()).contains("expected no folder");
  }

  @Test
  void compare_twoEvaluations_printsDifferencesWithIntervals() {
    Path other = folder.resolve("other.safetensors");
    SMALL.describe(SMALL.initialWeights(2)).write(other);
    for (Path weights : List.of(described, other)) {
      Run run =
          Run.of(
              "evaluate",
              "--weights=" + weights,
              "--data=" + data,
              "--out=" + folder.resolve("of-" + weights.getFileName()));
      assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
    }

    Run run =
        Run.of(
            "compare",
            folder.resolve("of-described.safetensors").toString(),
            folder.resolve("of-other.safetensors").toString());

    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
    assertThat(run.out())
        .contains("on 6 images")
        .containsPattern("accuracy +[+-]\\d\\.\\d{3} +\\(95 % interval .*p = \\d")
        .contains("ROC-AUC");
  }

  @Test
  void compare_aPlaceWithoutScores_isAUsageError() {
    Run run = Run.of("compare", folder.toString(), folder.toString());

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("scores.jsonl", "genimage evaluate");
  }

  @Test
  void simulate_writesAFolder_onceOnly() {
    Path out = folder.resolve("simulated");
    String[] command = {
      "simulate", out.toString(), "--train=1", "--validation=1", "--side=32", "--seed=3"
    };

    Run first = Run.of(command);
    Run second = Run.of(command);

    assertThat(first.code()).as(first.err()).isEqualTo(ExitCode.DONE);
    assertThat(Run.of("scan", out.toString()).out())
        .containsPattern("BigGAN, val +1 natural +1 AI");
    assertThat(second.code()).isEqualTo(ExitCode.USAGE);
    assertThat(second.err()).startsWith("error: " + out + ": expected no folder or an empty one");
    assertThat(Run.of("simulate", out.toString(), "--train=0").code()).isEqualTo(ExitCode.USAGE);
  }
}
