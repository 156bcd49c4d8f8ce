package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Detector;
import org.genimage.models.InputContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often an evaluation reads its images and runs its detector: what it costs. */
class EvaluationCostTest {

  private final Map<String, Integer> opened = new HashMap<>();
  private final List<Integer> scored = new ArrayList<>();

  /** Returns the fakes' images, which count how often each is opened. */
  private ImageDataset counted() {
    return ImageDataset.of(
        Fakes.dataset().samples().stream()
            .map(
                one ->
                    new Sample(
                        one.name(),
                        counted(one.name(), one.content()),
                        one.label(),
                        one.generator()))
            .toList());
  }

  private ByteSource counted(String name, ByteSource content) {
    return new ByteSource() {
      @Override
      public InputStream openStream() throws IOException {
        synchronized (opened) {
          opened.merge(name, 1, Integer::sum);
        }
        return content.openStream();
      }

      @Override
      public com.google.common.base.Optional<Long> sizeIfKnown() {
        return content.sizeIfKnown();
      }
    };
  }

  /** Counts the images of each run of the network. */
  private final class Counting implements Detector {
    private final Detector red = new Fakes.RedDetector(Map.of());

    @Override
    public String name() {
      return red.name();
    }

    @Override
    public InputContract input() {
      return red.input();
    }

    @Override
    public Map<String, String> provenance() {
      return red.provenance();
    }

    @Override
    public double[] score(ImageBatch images) {
      scored.add(images.count());
      return red.score(images);
    }

    @Override
    public void close() {}
  }

  @Test
  void run_readsEachImageOnceAndScoresWholeBatches(@TempDir Path folder) {
    ImageDataset images = counted();
    for (Optional<Path> file : List.of(Optional.<Path>empty(), Optional.of(folder.resolve("a")))) {
      opened.clear();
      scored.clear();
      Evaluation evaluation = Evaluation.of(new Counting(), images).batchSize(3);

      file.map(evaluation::file).orElse(evaluation).run();

      assertThat(opened).hasSize(images.size()).allSatisfy((name, n) -> assertThat(n).isEqualTo(1));
      assertThat(scored).containsExactly(3, 3, 2);
    }
    opened.clear();
    scored.clear();

    Evaluation.of(new Counting(), images).file(folder.resolve("a")).run();

    assertThat(opened).as("images of a complete file of scores").isEmpty();
    assertThat(scored).isEmpty();
  }
}
