package org.genimage.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.app.command.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * The help of every command, word by word. If a change is meant, the text as it is now lies in
 * {@code target/help}; copy it to {@code src/test/resources/help}.
 */
class HelpTest {

  private static final Path EXPECTED = Path.of("src/test/resources/help");

  /** Written by picocli, not by us. */
  private static final String COMPLETION = "generate-completion";

  static Stream<List<String>> commands() {
    List<List<String>> all = new ArrayList<>();
    all.add(List.of());
    add(all, List.of(), Main.commandLine());
    return all.stream();
  }

  private static void add(List<List<String>> all, List<String> above, CommandLine command) {
    for (Map.Entry<String, CommandLine> sub : command.getSubcommands().entrySet()) {
      if (!sub.getKey().equals(COMPLETION)) {
        List<String> path = new ArrayList<>(above);
        path.add(sub.getKey());
        all.add(path);
        add(all, path, sub.getValue());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_isAsWritten(List<String> command) throws IOException {
    List<String> arguments = new ArrayList<>(command);
    arguments.add("--help");
    Run run = Run.of(arguments.toArray(String[]::new));
    String name = "genimage" + (command.isEmpty() ? "" : "-" + String.join("-", command)) + ".txt";
    Path actual = Path.of("target/help").resolve(name);
    Files.createDirectories(actual.getParent());
    Files.writeString(actual, run.out());

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100))
        .allSatisfy(line -> assertThat(line).as("no name is cut").doesNotMatch(".*[*/]\\.$"));
    assertThat(run.out()).isEqualToNormalizingNewlines(expected(name));
  }

  private static String expected(String name) throws IOException {
    Path file = EXPECTED.resolve(name);
    return Files.exists(file) ? Files.readString(file) : "no such file: " + file;
  }

  @Test
  void help_everyCommandHasExamples() {
    assertThat(commands())
        .allSatisfy(
            command -> {
              List<String> arguments = new ArrayList<>(command);
              arguments.add("--help");
              assertThat(Run.of(arguments.toArray(String[]::new)).out()).contains("\nExamples:\n");
            });
  }

  @Test
  void expectedTexts_areOfCommandsThatExist() throws IOException {
    try (Stream<Path> files = Files.list(EXPECTED)) {
      assertThat(files.count()).isEqualTo(commands().count());
    }
  }
}
