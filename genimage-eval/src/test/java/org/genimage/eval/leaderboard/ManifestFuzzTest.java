package org.genimage.eval.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.genimage.data.fuzz.Fuzzer;
import org.genimage.eval.statistics.Interval;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A damaged manifest of a leaderboard is read or refused, and can be compared with the good one.
 */
@Tag("fuzz")
class ManifestFuzzTest {

  @TempDir Path folder;

  @Test
  void read_damagedManifest_isReadOrRefusedInOneSentence() throws IOException {
    LeaderboardManifest good =
        new LeaderboardManifest(
            Map.of("version", "1", "processor", "x"),
            Map.of("seed", "1"),
            Map.of("Tiny", "ab"),
            Map.of("ADM", "cd"),
            List.of(
                row(Quantity.AREA, "", 0.5, new Interval(0.25, 0.75)),
                row(Quantity.UNDER, "PGD", Double.NaN, Interval.UNDEFINED)),
            Map.of("scores/a.jsonl", "ef"));
    Path file = folder.resolve("manifest.json");
    good.write(file);

    Fuzzer.of(Files.readAllBytes(file))
        .run(
            "manifest of a leaderboard",
            input -> {
              Files.write(file, input);
              try {
                LeaderboardManifest read = LeaderboardManifest.read(file);
                assertThat(ManifestComparison.of(good, read).lines()).isNotEmpty();
              } catch (IllegalArgumentException e) {
                assertThat(e)
                    .hasMessageStartingWith(
                        file + ": expected the manifest of a leaderboard, found");
              }
            });
  }

  private static LeaderboardManifest.Row row(
      Quantity quantity, String attack, double value, Interval interval) {
    return new LeaderboardManifest.Row(
        "ADM", "Tiny", new MeasuredFigure(quantity, attack, value, interval));
  }
}
