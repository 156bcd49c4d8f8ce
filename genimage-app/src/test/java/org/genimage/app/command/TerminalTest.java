package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminalTest {

  private final StringWriter text = new StringWriter();
  private final Terminal terminal =
      new Terminal(new PrintWriter(text), new PrintWriter(text), false);

  private String said() {
    return text.toString().replace(System.lineSeparator(), "\n");
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

  @Test
  void say_afterAResult_comesAfterIt() {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    Terminal buffered =
        new Terminal(
            new PrintWriter(both, false, StandardCharsets.UTF_8),
            new PrintWriter(both, false, StandardCharsets.UTF_8),
            false);

    buffered.print("FGSM", new Proportion(1, 2));
    buffered.say("report");

    assertThat(both.toString(StandardCharsets.UTF_8)).containsSubsequence("FGSM", "report");
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
  void during_onATerminal_drawsALine_andRemovesIt() {
    AtomicLong now = new AtomicLong();
    try (ProgressLine line =
        new ProgressLine(new PrintWriter(text), "Scoring", "images", 0, now::get)) {
      now.addAndGet(10_000_000_000L);
      line.update(20, 80);
      line.update(21, 80); // too soon to be drawn
    }

    assertThat(text.toString().split("\r"))
        .containsExactly(
            "",
            "Scoring  ...",
            "Scoring  [#####               ] 20 of 80 images, 2.0/s, 0:30 left",
            " ".repeat(65));
  }

  @Test
  void print_accuracy_hasItsInterval() {
    terminal.print("all", new Proportion(3, 4));

    assertThat(said())
        .isEqualTo("  all                       75.0 %  (95 % interval 30.1 to 95.4, 3 of 4)\n");
  }
}
