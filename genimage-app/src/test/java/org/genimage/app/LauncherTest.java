package org.genimage.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.app.command.ExitCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    release("21.0.2");
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Writes what a JDK says of itself. */
  private void release(String version) throws IOException {
    Files.writeString(
        folder.resolve("jdk/release"),
        "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"%s\"\nOS_ARCH=\"x86_64\"\n".formatted(version));
  }

  private Ended run(Path program, Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
    builder.environment().put("GENIMAGE_CDS", "off");
    builder
        .environment()
        .keySet()
        .removeAll(List.of("TF_OVERRIDE_GLOBAL_THREADPOOL", "MALLOC_ARENA_MAX"));
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
  void sessions_haveThreadsOfTheirOwn_unlessTheUserSaysNo() throws Exception {
    script(
        folder.resolve("jdk/bin/java"), "#!/bin/sh\necho \"own=$TF_OVERRIDE_GLOBAL_THREADPOOL\"\n");

    assertThat(run(launcher, Map.of(), "devices").lines()).containsExactly("own=1");
    assertThat(run(launcher, Map.of("TF_OVERRIDE_GLOBAL_THREADPOOL", "0"), "devices").lines())
        .containsExactly("own=0");
  }

  @Test
  void memory_hasAnArenaForEachProcessor_unlessTheUserSaysMore() throws Exception {
    script(folder.resolve("jdk/bin/java"), "#!/bin/sh\necho \"arenas=$MALLOC_ARENA_MAX\"\n");

    assertThat(run(launcher, Map.of(), "devices").lines())
        .singleElement()
        .asString()
        .matches("arenas=[1-9][0-9]*");
    assertThat(run(launcher, Map.of("MALLOC_ARENA_MAX", "9"), "devices").lines())
        .containsExactly("arenas=9");
  }

  @Test
  void withoutJava_aSentenceSaysWhatToDo() throws Exception {
    Ended ended = run(launcher, Map.of("JAVA_HOME", folder.resolve("none").toString()));

    assertThat(ended.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ended.lines())
        .containsExactly(
            "error: expected Java 17 or newer, found none; install it, or set JAVA_HOME");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8.0_402", "11.0.2", "16"})
  void olderJava_aSentenceSaysWhatToDo(String version) throws Exception {
    release(version);

    Ended ended = run(launcher, Map.of(), "--help");

    assertThat(ended.code()).isEqualTo(ExitCode.USAGE);
    assertThat(ended.lines())
        .containsExactly(
            "error: expected Java 17 or newer, found Java %s (%s); install a newer one, or set JAVA_HOME"
                .formatted(version, folder.resolve("jdk/bin/java")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "17.0.15", "25-ea", "100.1", ""})
  void newerOrUnknownJava_isStarted(String version) throws Exception {
    release(version);

    assertThat(run(launcher, Map.of(), "devices").code()).isEqualTo(7);
  }

  /** A stand-in that has no file about itself answers like Java 11. */
  @Test
  void olderJava_thatOnlyAnswers_aSentenceSaysWhatToDo() throws Exception {
    Files.delete(folder.resolve("jdk/release"));
    script(
        folder.resolve("jdk/bin/java"),
        "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");

    assertThat(run(launcher, Map.of()).lines())
        .singleElement()
        .asString()
        .contains("found Java 11.0.2 (");
  }

  @Test
  void windows_hasTheSameSentences() throws IOException {
    String script = Files.readString(Path.of("src/archive/bin/genimage.bat"));

    assertThat(script)
        .contains(
            "error: expected Java 17 or newer, found none; install it, or set JAVA_HOME",
            "error: expected Java 17 or newer, found Java %VERSION% ^(\"%JAVA%\"^); install a newer"
                + " one, or set JAVA_HOME");
  }

  /** Java refuses two collectors, so the launcher names none. */
  @Test
  void helpAndVersion_areNotCompiledForSpeed() throws Exception {
    assertThat(run(launcher, Map.of("JAVA_OPTS", "-XX:+UseZGC"), "score", "--help").lines())
        .contains("-XX:TieredStopAtLevel=1", "-XX:+UseZGC")
        .filteredOn(line -> line.matches("-XX:\\+Use.*GC"))
        .hasSize(1);
    assertThat(run(launcher, Map.of(), "score", "a.jpg").lines())
        .noneMatch(line -> line.startsWith("-XX:Tiered"));
  }

  @Test
  void withoutHome_isStarted() throws Exception {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeAll(List.of("HOME", "XDG_CACHE_HOME", "GENIMAGE_CACHE"));
    environment.put("JAVA_HOME", folder.resolve("jdk").toString());
    ProcessBuilder builder = new ProcessBuilder(launcher.toString(), "devices");
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isEqualTo(7);
    assertThat(said).contains("devices").doesNotContain("SharedArchiveFile");
  }

  /** The stand-in notes how it was started, and writes the archive that it is asked for. */
  private Map<String, String> noting(Path notes) throws IOException {
    script(
        folder.resolve("jdk/bin/java"),
        """
        #!/bin/sh
        for argument in "$@"; do
          case $argument in
            -XX:DumpLoadedClassList=*) echo "$@" >> '%s' ;;
            -XX:SharedArchiveFile=*) [ -s "${argument#*=}" ] || echo classes > "${argument#*=}" ;;
          esac
        done
        """
            .formatted(notes));
    return Map.of(
        "GENIMAGE_CDS",
        "on",
        "GENIMAGE_CACHE",
        folder.resolve("cache").toString(),
        "HOME",
        folder.toString());
  }

  private List<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("cache/classes"))) {
      return files.toList();
    }
  }

  @Test
  void archiveOfClasses_isWrittenAgainWithAScoreOnceTheLibraryIsUnpacked() throws Exception {
    Path notes = folder.resolve("notes");
    Map<String, String> environment = noting(notes);

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
    assertThat(archives()).singleElement().asString().endsWith(".jsa");
  }

  /** An update of Java keeps its path, and a copied jar may keep its size. */
  @Test
  void archiveOfClasses_isOfOneJava_andLeavesThoseOfOtherInstallations() throws Exception {
    Path notes = folder.resolve("notes");
    Map<String, String> environment = noting(notes);
    run(launcher, environment, "devices");
    Path own = archives().get(0);
    Path other = Files.createFile(own.resolveSibling("1-2.jsa"));
    Path killed = Files.createFile(own.resolveSibling("1-2.jsa.34.part"));
    Files.setLastModifiedTime(killed, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

    release("21.0.3");
    run(launcher, environment, "devices");

    assertThat(Files.readAllLines(notes)).hasSize(2);
    assertThat(archives()).hasSize(2).contains(other).doesNotContain(own, killed);
  }

  /** The stand-in fails to write the archive of classes; the program starts without it. */
  @Test
  void archiveThatJavaCannotWrite_isDoneWithout_andNotTriedAgain() throws Exception {
    Path cache = folder.resolve("cache");
    Map<String, String> environment =
        Map.of("GENIMAGE_CDS", "on", "GENIMAGE_CACHE", cache.toString());

    Ended ended = run(launcher, environment, "devices");

    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.lines()).noneMatch(line -> line.contains("SharedArchiveFile"));
    assertThat(archives()).singleElement().satisfies(file -> assertThat(file).isEmptyFile());
    Path mark = archives().get(0);
    FileTime before = Files.getLastModifiedTime(mark);
    assertThat(run(launcher, environment, "devices").code()).isEqualTo(7);
    assertThat(Files.getLastModifiedTime(mark)).isEqualTo(before);
  }
}
