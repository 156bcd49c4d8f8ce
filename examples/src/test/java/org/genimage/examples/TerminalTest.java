package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Terminal terminal =
      new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  private String said() {
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  void during_inALogFile_printsALine_insteadOfABar() {
    String result =
        terminal.during(
            "Scoring",
            2,
            progress -> {
              progress.update(1, 2);
              progress.update(2, 2);
              return "done";
            });

    assertThat(result).isEqualTo("done");
    assertThat(said()).isEqualTo("Scoring ...\n");
  }

  /** Where standard error goes, as Linux shows it: the links need not lead anywhere. */
  @Test
  void isTerminal_descriptorOfAFileOrAPipe_isNone(@TempDir Path folder) throws IOException {
    Map<String, Boolean> targets =
        Map.of(
            "/dev/pts/3", true,
            "/dev/tty1", true,
            "/dev/console", true,
            "/dev/null", false,
            "/home/me/log.txt", false,
            "pipe:[394432]", false);
    int number = 0;
    for (Map.Entry<String, Boolean> target : targets.entrySet()) {
      Path link =
          Files.createSymbolicLink(folder.resolve("fd" + number++), Path.of(target.getKey()));
      assertThat(Terminal.isTerminal(link)).as(target.getKey()).isEqualTo(target.getValue());
    }
    assertThat(Terminal.isTerminal(folder.resolve("none"))).isFalse();
  }

  @Test
  void say_accuracy_printsItsInterval() {
    terminal.say("all", new Proportion(3, 4));

    assertThat(said())
        .isEqualTo("  all                       75.0 %  (95 % interval 30.1 to 95.4, 3 of 4)\n");
  }
}
