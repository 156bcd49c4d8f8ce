package org.genimage.eval.protocol;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.fuzz.Fuzzer;
import org.genimage.eval.DetectorIdentity;
import org.genimage.eval.ScoreFileException;
import org.genimage.eval.statistics.Proportion;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("fuzz")
class AttackFileFuzzTest {

  @Test
  void read_damaged_givesAnAccuracyOrOneException(@TempDir Path folder) throws Exception {
    String data = "0123456789abcdef".repeat(4);
    Path file = folder.resolve("attack.txt");
    new AttackedAccuracy(
            new Proportion(3, 8),
            data,
            Optional.of(new DetectorIdentity("Red", Map.of("seed", "1"), Optional.of(data))))
        .write(file);
    byte[] old = ("3 8 " + data + "\n").getBytes(StandardCharsets.UTF_8);
    Fuzzer.of(Files.readAllBytes(file), old)
        .allowing(ScoreFileException.class)
        .run(
            "attack file",
            input -> {
              Files.write(file, input);
              AttackedAccuracy.read(file, data);
            });
  }
}
