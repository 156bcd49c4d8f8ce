package org.genimage.examples.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Runs a stand-in for the program, which notes its arguments, on two executors. */
@EnabledForJreRange(max = JRE.JAVA_23, disabledReason = "Spark 3.5 does not start on newer JDKs")
class SparkPartsTest {

  @TempDir Path folder;

  @BeforeAll
  static void installSpark() throws IOException {
    SparkScoringTest.installSpark();
  }

  private Path program(String then) throws IOException {
    Path program = folder.resolve("genimage");
    Files.writeString(program, "#!/bin/sh\necho \"$@\" >> \"" + folder + "/ran\"\n" + then + "\n");
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> ran() throws IOException {
    return Files.readAllLines(folder.resolve("ran"));
  }

  @Test
  void parts_runOnce_andAreJoinedAtTheEnd() throws IOException {
    String program = program("exit 0").toString();

    assertThat(SparkParts.run("--parts", "3", "--", program, "leaderboard", "--out", "x")).isZero();

    assertThat(ran())
        .containsExactlyInAnyOrder(
            "leaderboard --out x --part 1/3",
            "leaderboard --out x --part 2/3",
            "leaderboard --out x --part 3/3",
            "leaderboard --out x")
        .endsWith("leaderboard --out x");
  }

  @Test
  void part_thatFails_endsTheJobBeforePiecesAreJoined() throws IOException {
    String program = program("exit 3").toString();

    assertThat(SparkParts.run("--parts", "2", "--", program, "leaderboard")).isOne();

    assertThat(ran()).allMatch(line -> line.contains("--part"));
  }

  @Test
  void noParts_areRefused() {
    assertThat(SparkParts.run("--parts", "0", "--", "genimage")).isOne();
  }
}
