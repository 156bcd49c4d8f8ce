package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.genimage.app.Run;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.TestSet;
import org.genimage.data.simulation.SimulatedGenImage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {

  @TempDir private static Path folder;
  private static Path data;

  @BeforeAll
  static void writeImages() {
    data = folder.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(48)
        .generators(List.of(Generator.BIGGAN))
        .testSets(TestSet.UNSEEN_GENERATORS.subList(0, 1))
        .publishedBias(true)
        .train(3)
        .validation(3)
        .writeTo(data, Progress.NONE);
  }

  @Test
  void scan_printsWhatThereIs_withoutReadingImages() {
    Run run = Run.of("scan", data.toString());

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.out())
        .contains("missing: GLIDE: no folder", "BigGAN, val")
        .containsPattern("BigGAN, train +3 natural +3 AI");
  }

  /** Scripts can tell "the data are biased" from "the data are broken" by the code. */
  @Test
  void doctor_dataThatAnswerTheQuestion_exitWith3() throws IOException {
    Path json = folder.resolve("report.json");

    Run run = Run.of("doctor", data.toString(), "--json", json.toString());

    assertThat(run.code()).isEqualTo(ExitCode.ANSWERED_BY_FORMAT);
    assertThat(run.out()).contains("format");
    assertThat(Files.readString(json)).startsWith("{");
  }

  @Test
  void folder_thatIsNone_isAUsageError() {
    String none = folder.resolve("none").toString();

    for (String command : List.of("scan", "doctor")) {
      Run run = Run.of(command, none);
      assertThat(run.code()).isEqualTo(ExitCode.USAGE);
      assertThat(run.err()).startsWith("error: DIR: expected a folder, found nothing at " + none);
    }
  }

  @Test
  void report_thatCannotBeWritten_isFoundBeforeTheExamination() {
    Run run = Run.of("doctor", data.toString(), "--json", folder.toString());

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains("cannot be written (it is a folder)")
        .doesNotContain("Examining");
  }
}
