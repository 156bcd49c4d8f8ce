package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.eval.report.Report;
import org.genimage.models.Detector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An evaluation says once that it read the same bytes several times. */
class RepeatedImagesTest {

  private static final Detector DETECTOR = new Fakes.RedDetector(Map.of());

  @TempDir Path folder;

  @Test
  void run_theSameBytesUnderBothLabels_saysSoInResultAndReport() {
    Sample first = Fakes.dataset().sample(0);
    Sample copy = new Sample("copy <1>.png", first.content(), Label.NATURE, Generator.ADM);
    ImageDataset data = ImageDataset.union(Fakes.dataset(), ImageDataset.of(List.of(copy)));

    EvaluationResult result = Evaluation.of(DETECTOR, data).run();

    assertThat(result.repeats())
        .contains(
            "images with the same bytes occur more than once: 1 under both labels (copy <1>.png"
                + " equals 1.png); figures on such data mislead, so examine them with"
                + " DataDoctor");
    assertThat(Report.builder("A report", result).build().html())
        .containsOnlyOnce("1 under both labels (copy &lt;1&gt;.png equals 1.png)");
  }

  @Test
  void run_differentImages_saysNothing() {
    Evaluation evaluation =
        Evaluation.of(DETECTOR, Fakes.dataset()).file(folder.resolve("scores.jsonl"));

    assertThat(evaluation.run().repeats()).isEmpty();
    assertThat(evaluation.run().repeats()).as("nothing is read again").isEmpty();
  }
}
