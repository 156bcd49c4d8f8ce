package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RememberedTest {

  private static final String QUESTION = "has-ops";
  private static final String VERSIONS = "1.0";

  @TempDir private Path folder;
  private Path processor;
  private int attempts;

  @BeforeEach
  void describeProcessor() throws IOException {
    processor = folder.resolve("cpuinfo");
    describe("Model A", "1000.0");
  }

  private void describe(String model, String megahertz) throws IOException {
    Files.writeString(
        processor,
        "processor\t: 0\nmodel name\t: %s\ncpu MHz\t\t: %s\n\nprocessor\t: 1\n"
            .formatted(model, megahertz));
  }

  private boolean ask(String versions, boolean answer) {
    return new Remembered(processor, Optional.of(folder.resolve("answers")))
        .holds(
            QUESTION,
            versions,
            () -> {
              attempts++;
              return answer;
            });
  }

  @Test
  void yes_isFoundOutOnce() throws IOException {
    assertThat(ask(VERSIONS, true)).isTrue();
    describe("Model A", "2000.0");
    assertThat(ask(VERSIONS, false)).isTrue();

    assertThat(attempts).isEqualTo(1);
  }

  /** A class that asks while it is initialized would be broken for the whole process. */
  @Test
  void yes_ofAnInterruptedThread_isRemembered() {
    Thread.currentThread().interrupt();
    assertThat(ask(VERSIONS, true)).isTrue();
    assertThat(ask(VERSIONS, false)).isTrue();
    assertThat(Thread.interrupted()).isTrue();

    assertThat(attempts).isEqualTo(1);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void processorSays_onAnInterruptedThread_isTheSame() {
    Thread.currentThread().interrupt();
    assertThat(Remembered.processorSays("processor")).isTrue();
    assertThat(Thread.interrupted()).isTrue();

    assertThat(Remembered.processorSays("no such word")).isFalse();
  }

  @Test
  void no_isFoundOutEachTime() {
    assertThat(ask(VERSIONS, false)).isFalse();
    assertThat(ask(VERSIONS, true)).isTrue();

    assertThat(attempts).isEqualTo(2);
  }

  @Test
  void otherProcessorOrVersion_isFoundOutAnew() throws IOException {
    ask(VERSIONS, true);

    assertThat(ask("1.1", false)).isFalse();
    describe("Model B", "1000.0");
    assertThat(ask(VERSIONS, false)).isFalse();
  }

  @Test
  void damagedAnswer_isFoundOutAnew() throws IOException {
    ask(VERSIONS, true);
    Files.write(folder.resolve("answers").resolve(QUESTION + ".txt"), new byte[] {-1, 0});

    assertThat(ask(VERSIONS, false)).isFalse();
  }

  @Test
  void folderThatCannotBeWritten_isDoneWithout() throws IOException {
    Files.createFile(folder.resolve("answers"));

    assertThat(ask(VERSIONS, true)).isTrue();
    assertThat(ask(VERSIONS, false)).isFalse();
  }

  @Test
  void unknownProcessor_isNotRemembered() throws IOException {
    Files.delete(processor);
    ask(VERSIONS, true);

    assertThat(ask(VERSIONS, false)).isFalse();
  }
}
