package org.genimage.app.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.genimage.data.fuzz.OtherProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A piece of a leaderboard is there whole or not at all. */
@Timeout(60)
class KeptFileTest {

  private static final int WRITES = 50;

  @TempDir private Path folder;

  private static KeptFile kept(Path file) {
    return KeptFile.of(file, List.of("a", "b"));
  }

  private static Optional<String> value(KeptFile kept) {
    return kept.read().map(node -> node.get("x").asText());
  }

  @Test
  void read_ofAnotherKey_isMissing() throws Exception {
    KeptFile kept = kept(folder.resolve("kept.json"));
    assertThat(kept.read()).isEmpty();

    kept.write(kept.begin().put("x", "1"));

    assertThat(value(kept)).contains("1");
    assertThat(KeptFile.of(kept.file(), List.of("a", "c")).read())
        .isEqualTo(Optional.<JsonNode>empty());
    assertThat(new ObjectMapper().readTree(kept.file().toFile()).get("key").asText()).hasSize(64);
  }

  @Test
  void read_ofAFileThatEndsEarly_isMissing() throws Exception {
    KeptFile kept = kept(folder.resolve("kept.json"));
    kept.write(kept.begin().put("x", "1"));
    byte[] whole = Files.readAllBytes(kept.file());
    for (int bytes = 0; bytes < whole.length; bytes++) {
      Files.write(kept.file(), Arrays.copyOf(whole, bytes));
      assertThat(kept.read()).as("%s bytes", bytes).isEmpty();
    }
  }

  @Test
  void write_writerKilled_leavesWhatWasThere_andHindersNobody() throws Exception {
    KeptFile kept = kept(folder.resolve("pieces/pgd-0.json"));
    try (OtherProcess other = OtherProcess.writing(kept.file())) {
      assertThat(kept.read()).isEmpty();
      other.kill();
    }
    assertThat(kept.file()).doesNotExist();

    kept.write(kept.begin().put("x", "1"));
    try (OtherProcess other = OtherProcess.writing(kept.file())) {
      other.kill();
    }
    assertThat(value(kept)).contains("1");

    kept.write(kept.begin().put("x", "2"));
    assertThat(value(kept)).contains("2");
  }

  /** The other process: writes a piece again and again, until it is killed. */
  static final class Other {

    private Other() {}

    public static void main(String[] arguments) {
      KeptFile kept = kept(Path.of(arguments[0]));
      System.out.println(OtherProcess.BEGUN);
      for (int i = 0; i < 1000 * WRITES; i++) {
        kept.write(kept.begin().put("x", "other".repeat(10_000)));
      }
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "may refuse to replace a file that is open")
  void write_byTwoProcessesAtOnce_isWholeAtAnyMoment() throws Exception {
    KeptFile kept = kept(folder.resolve("pgd-0.json"));
    kept.write(kept.begin().put("x", "this"));
    try (OtherProcess other = OtherProcess.begun(Other.class, kept.file())) {
      for (int i = 0; i < WRITES; i++) {
        kept.write(kept.begin().put("x", "this"));
        assertThat(value(kept)).get().isIn("this", "other".repeat(10_000));
      }
      other.kill();
    }
    assertThat(value(kept)).get().isIn("this", "other".repeat(10_000));
  }
}
