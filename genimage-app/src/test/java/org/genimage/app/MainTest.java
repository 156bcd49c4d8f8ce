package org.genimage.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.genimage.app.command.Build;
import org.genimage.app.command.ExitCode;
import org.junit.jupiter.api.Test;

class MainTest {

  @Test
  void version_namesBuildTensorFlowAndDevice() {
    Run run = Run.of("--version");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.out())
        .startsWith("genimage %s (commit ".formatted(Build.current().version()))
        .contains("Java " + System.getProperty("java.version"))
        .contains("TensorFlow")
        .contains("CPU");
    assertThat(Build.current().commit()).doesNotContain("$");
  }

  @Test
  void noCommand_isAUsageError() {
    Run run = Run.of();

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("error: Missing required subcommand", "genimage --help");
  }

  @Test
  void command_thatDoesNotExist_suggestsTheNearest() {
    Run run = Run.of("devises");

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("error: ", "devises").contains("devices");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void option_thatDoesNotExist_isAUsageError() {
    Run run = Run.of("devices", "--require-gpus");

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--require-gpus", "Possible solutions: --require-gpu");
  }

  @Test
  void devices_arePrinted() {
    assertThat(Run.of("devices").out()).contains("CPU");
  }

  @Test
  void completion_isAScript() {
    assertThat(Run.of("generate-completion").out()).startsWith("#!").contains("devices");
  }

  /** Whoever only asks for help waits for nothing. */
  @Test
  void help_loadsNothingOfTensorFlow() throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-verbose:class",
            "-cp",
            System.getProperty("java.class.path"),
            "org.genimage.app.Main",
            "--help");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader().lines().toList();

    assertThat(process.waitFor()).isZero();
    assertThat(lines).anyMatch(line -> line.startsWith("Usage: genimage"));
    assertThat(lines).noneMatch(line -> line.contains("org.tensorflow"));
  }
}
