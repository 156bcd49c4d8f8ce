package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.genimage.data.fuzz.Fuzzer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged score files give the right scores or one exception, and are left as they are. */
@Tag("fuzz")
class ScoreFileFuzzTest {

  private static final String VERSION_1 =
      """
      {"format":"genimage-scores","detector":"Red","threshold":0.5,"degradation":"",\
      "data":"%s","part":0,"parts":1,"images":2,"provenance":{"recipe":"none"}}
      {"name":"a.png","generator":"ADM","label":"nature","score":0.25}
      {"name":"b.png","generator":"Our generator","label":"ai","error":"gone"}
      """
          .formatted("0123456789abcdef".repeat(4));

  @TempDir Path folder;

  private Path file;
  private Evaluation plan;

  @BeforeEach
  void setUp() {
    file = folder.resolve("scores.jsonl");
    plan =
        Evaluation.of(new Fakes.RedDetector(Map.of("recipe", "none")), Fakes.dataset())
            .batchSize(2)
            .threads(1)
            .file(file);
  }

  @Test
  void read_damaged_givesScoresOrOneException() throws IOException {
    plan.run();
    Fuzzer.of(Files.readAllBytes(file), VERSION_1.getBytes(StandardCharsets.UTF_8))
        .allowing(ScoreFileException.class)
        .run(
            "score file",
            input -> {
              Files.write(file, input);
              EvaluationResult.read(file);
            });
  }

  @Test
  void run_damaged_givesTheSameScoresOrLeavesTheFile() throws IOException {
    List<Score> whole = plan.run().scores().all();
    Fuzzer.of(Files.readAllBytes(file))
        .allowing(ScoreFileException.class)
        .run(
            "resumed score file",
            input -> {
              Files.write(file, input);
              try {
                assertThat(plan.run().scores().all()).isEqualTo(whole);
              } catch (ScoreFileException e) {
                assertThat(Files.readAllBytes(file)).isEqualTo(input);
                throw e;
              }
            });
  }
}
