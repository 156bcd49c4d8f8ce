package org.genimage.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.genimage.app.command.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script that starts the program, with a stand-in for Java that prints what it is given. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has a script of its own")
class LauncherTest {

  @TempDir Path folder;

  private Path launcher;

  private record Ended(int code, List<String> lines) {}

  @BeforeEach
  void install() throws IOException {
    Files.createDirectories(folder.resolve("home/lib"));
    launcher = folder.resolve("home/bin/genimage");
    script(launcher, Files.readString(Path.of("src/archive/bin/genimage")));
    script(folder.resolve("jdk/bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\ncat\nexit 7\n");
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Ended run(Path program, Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("GENIMAGE_CDS", "off");
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (var input = process.getOutputStream()) {
      input.write("an image\n".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // A launcher that finds no Java does not read its input.
    }
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    return new Ended(process.waitFor(), lines);
  }

  @Test
  void argumentsInputAndExitCode_arePassedOn() throws Exception {
    Ended ended = run(launcher, Map.of(), "score", "my photo.jpg", "*.png", "-");

    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.lines())
        .endsWith("org.genimage.app.Main", "score", "my photo.jpg", "*.png", "-", "an image");
    Path home = folder.toRealPath().resolve("home");
    assertThat(ended.lines()).contains("%s/lib/genimage-app.jar:%s/lib/*".formatted(home, home));
  }

  @Test
  void link_startsTheProgramThatItNames() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), launcher);

    assertThat(run(link, Map.of(), "devices").lines())
        .anyMatch(line -> line.endsWith("home/lib/*"))
        .contains("devices");
  }

  @Test
  void javaOptions_standBeforeTheProgram() throws Exception {
    List<String> lines = run(launcher, Map.of("JAVA_OPTS", "-Xmx2g -Dx=y"), "devices").lines();

    assertThat(lines.indexOf("-Xmx2g")).isBetween(0, lines.indexOf("org.genimage.app.Main"));
    assertThat(lines).contains("-Dx=y");
  }

  @Test
  void withoutJava_aSentenceSaysWhatToDo() throws Exception {
    Ended ended = run(launcher, Map.of("JAVA_HOME", folder.resolve("none").toString()));

    assertThat(ended.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ended.lines())
        .containsExactly(
            "error: expected Java 17 or newer, found none; install it, or set JAVA_HOME");
  }

  @Test
  void helpAndVersion_areNotCompiledForSpeed() throws Exception {
    assertThat(run(launcher, Map.of(), "score", "--help").lines()).contains("-XX:+UseSerialGC");
    assertThat(run(launcher, Map.of(), "score", "a.jpg").lines())
        .doesNotContain("-XX:+UseSerialGC");
  }

  /** The stand-in notes how it was started, and writes the archive that it is asked for. */
  @Test
  void archiveOfClasses_isWrittenAgainWithAScoreOnceTheLibraryIsUnpacked() throws Exception {
    Path notes = folder.resolve("notes");
    script(
        folder.resolve("jdk/bin/java"),
        """
        #!/bin/sh
        for argument in "$@"; do
          case $argument in
            -XX:ArchiveClassesAtExit=*) touch "${argument#*=}"; echo "$@" >> '%s' ;;
          esac
        done
        """
            .formatted(notes));
    Map<String, String> environment =
        Map.of(
            "GENIMAGE_CDS",
            "on",
            "GENIMAGE_CACHE",
            folder.resolve("cache").toString(),
            "HOME",
            folder.toString());

    run(launcher, environment, "devices");
    run(launcher, environment, "devices");
    assertThat(Files.readAllLines(notes)).singleElement().asString().endsWith("ArchivedClasses");

    Path library =
        folder.resolve(
            ".javacpp/cache/tensorflow-core-native-1-linux.jar/org/tensorflow/internal/c_api/linux");
    Files.createDirectories(library);
    Files.createFile(library.resolve("genimage-unpacked.txt"));
    run(launcher, environment, "devices");
    run(launcher, environment, "devices");
    assertThat(Files.readAllLines(notes)).hasSize(2).last().asString().endsWith("Classes score");
  }

  /** The stand-in fails to write the archive of classes; the program starts without it. */
  @Test
  void cacheThatCannotBeWritten_isDoneWithout() throws Exception {
    Path cache = folder.resolve("cache");

    Ended ended =
        run(launcher, Map.of("GENIMAGE_CDS", "on", "GENIMAGE_CACHE", cache.toString()), "devices");

    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.lines()).noneMatch(line -> line.contains("SharedArchiveFile"));
    assertThat(cache.resolve("classes")).isEmptyDirectory();
  }
}
