package org.genimage.app.command;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.genimage.app.Main;
import picocli.CommandLine;

/**
 * What a command line prints, on both streams. When it prints something, a test can act as another
 * program, or a disk, would in that moment.
 */
final class Said extends StringWriter {

  private record Action(String text, Runnable work) {}

  private Optional<Action> action = Optional.empty();

  /** Returns what a test reads, that acts once when the program prints a text. */
  static Said acting(String text, Runnable work) {
    Said said = new Said();
    said.action = Optional.of(new Action(text, work));
    return said;
  }

  /** Executes {@code genimage} with these arguments, and returns its exit code. */
  int run(String... arguments) {
    CommandLine program = Main.commandLine();
    PrintWriter writer = new PrintWriter(this, true);
    return program.setOut(writer).setErr(writer).execute(arguments);
  }

  String text() {
    return toString();
  }

  @Override
  public void write(String text, int offset, int length) {
    super.write(text, offset, length);
    Optional<Action> due = action.filter(one -> text().contains(one.text()));
    if (due.isPresent()) {
      action = Optional.empty();
      due.get().work().run();
    }
  }
}
