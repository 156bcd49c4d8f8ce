package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.genimage.eval.Proportion;
import org.junit.jupiter.api.Test;

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

  @Test
  void say_accuracy_printsItsInterval() {
    terminal.say("all", new Proportion(3, 4));

    assertThat(said())
        .isEqualTo("  all                       75.0 %  (95 % interval 30.1 to 95.4, 3 of 4)\n");
  }
}
