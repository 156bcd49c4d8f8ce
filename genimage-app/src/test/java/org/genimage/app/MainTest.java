package org.genimage.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert;
import org.genimage.app.command.Build;
import org.genimage.app.command.ExitCode;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

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
    assertThat(run.err().lines())
        .containsExactly(
            "error: expected a command after 'genimage', found none; for example: genimage score"
                + " photo.jpg",
            "'genimage --help' lists all commands.");
    assertThat(Run.of("weights").err())
        .contains("after 'genimage weights', found none; for example: genimage weights inspect");
  }

  @Test
  void command_thatDoesNotExist_suggestsTheNearest() {
    Run run = Run.of("scor", "photo.jpg");

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .startsWith("error: there is no command 'genimage scor'; did you mean 'genimage score'?");
    assertThat(Run.of("weights", "inspct", "x").err())
        .startsWith("error: there is no command 'genimage weights inspct'; did you mean 'genimage");
    assertThat(Run.of("#").err()).startsWith("error: there is no command 'genimage #'");
    assertThat(run.out()).isEmpty();
  }

  /** A fault of genimage or of a library needs its stack trace; a refusal needs its sentence. */
  @Test
  void problems_ofTheJdk_areFaults_thoseOfGenimageSentences() {
    assertThat(Main.isForUsers(thrown(() -> InputContract.crop(-1)))).isTrue(); // Preconditions
    assertThat(Main.isForUsers(thrown(() -> Detectors.named("vgg")))).isTrue();
    assertThat(Main.isForUsers(new UncheckedIOException("a", new IOException("b")))).isTrue();
    assertThat(Main.isForUsers(thrown(() -> List.of().add(null)))).isFalse();
    assertThat(Main.isForUsers(thrown(() -> Integer.parseInt("x")))).isFalse();
    assertThat(Main.isForUsers(thrown(() -> Optional.empty().orElseThrow()))).isFalse();
    assertThat(Main.isForUsers(new NullPointerException("a"))).isFalse();
  }

  private static Exception thrown(ThrowableAssert.ThrowingCallable work) {
    return (Exception) catchThrowable(work);
  }

  @Test
  void option_thatDoesNotExist_isAUsageError() {
    Run run = Run.of("devices", "--require-gpus");

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains(
            "error: genimage devices has no option '--require-gpus'; did you mean --require-gpu?");
  }

  @Test
  void argument_thatIsMissing_isExplained() {
    assertThat(Run.of("doctor").err())
        .startsWith("error: genimage doctor needs DIR: a folder in GenImage's layout");
    assertThat(Run.of("evaluate").err()).startsWith("error: genimage evaluate needs --data=PATH: ");
    assertThat(Run.of("weights", "convert", "x.pth").err())
        .contains("needs --detector=NAME: the detector", "; and --out=FILE: the file to write");
    assertThat(Run.of("score", "photo.jpg", "--weights").err())
        .startsWith("error: --weights needs a value: a weights file")
        .doesNotContain("default");
  }

  @Test
  void argument_thatIsTooMuch_isNamed() {
    assertThat(Run.of("doctor", "my", "photos").err())
        .startsWith("error: genimage doctor takes no argument 'photos'; put names with blanks");
  }

  @Test
  void devices_arePrinted() {
    assertThat(Run.of("devices").out()).contains("CPU");
  }

  @Test
  void completion_isAScript() {
    assertThat(Run.of("generate-completion").out()).startsWith("#!").contains("devices");
  }

  /** The options of the others are not read, which takes most of the time of a short command. */
  @Test
  void commandLine_hasTheOptionsOfTheGivenCommandAlone() {
    Map<String, CommandLine> commands = Main.commandLine("devices", "--help").getSubcommands();

    assertThat(commands).hasSameSizeAs(Genimage.COMMANDS);
    assertThat(commands.get("devices").getCommandSpec().userObject()).isNotNull();
    assertThat(commands.values())
        .filteredOn(command -> command.getCommandSpec().findOption("--require-gpu") != null)
        .hasSize(1);
    assertThat(Main.commandLine("@arguments.txt").getSubcommands().get("score"))
        .satisfies(
            command -> assertThat(command.getCommandSpec().findOption("--threshold")).isNotNull());
  }

  @Test
  void archivedClasses_areThoseOfAScore() throws Exception {
    assertThat(ArchivedClasses.use(true)).isEqualTo(ExitCode.DONE);
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
