package org.genimage.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a program says. When it says something, a test can act as another program, or a disk, would
 * in that moment.
 */
final class Said extends ByteArrayOutputStream {

  private record Action(String text, Runnable work) {}

  private Optional<Action> action = Optional.empty();

  /** Returns what a test hears, that acts once when the program says a text. */
  static Said acting(String text, Runnable work) {
    Said said = new Said();
    said.action = Optional.of(new Action(text, work));
    return said;
  }

  PrintStream stream() {
    return new PrintStream(this, true, StandardCharsets.UTF_8);
  }

  String text() {
    return toString(StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) {
    super.write(bytes, offset, length);
    Optional<Action> due = action.filter(one -> text().contains(one.text()));
    if (due.isPresent()) {
      action = Optional.empty();
      due.get().work().run();
    }
  }
}
