package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.models.Detector;
import org.genimage.models.InputContract;
import org.genimage.models.UndefinedScoreException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that fail, fail no more, or never failed: what an evaluation writes of them. */
class EvaluationFailuresTest {

  private static final Detector DETECTOR = new Fakes.RedDetector(Map.of());

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void setUp() {
    file = folder.resolve("scores.jsonl");
  }

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  /** Content that cannot be read until it is back. */
  private static final class Flaky extends ByteSource {

    private final ByteSource content;
    private final IOException problem;
    private boolean back;

    Flaky(ByteSource content, IOException problem) {
      this.content = content;
      this.problem = problem;
    }

    @Override
    public InputStream openStream() throws IOException {
      if (!back) {
        throw problem;
      }
      return content.openStream();
    }
  }

  private static Flaky flaky(IOException problem) {
    return new Flaky(Fakes.sample("f.png", 51, Label.AI, Generator.ADM).content(), problem);
  }

  private static ImageDataset with(int place, ByteSource content) {
    List<Sample> samples = new ArrayList<>(Fakes.dataset().samples());
    samples.add(place, new Sample("f.png", content, Label.AI, Generator.ADM));
    return ImageDataset.of(samples);
  }

  private Evaluation plan(Detector detector, ImageDataset data) {
    return Evaluation.of(detector, data).batchSize(2).threads(1).file(file);
  }

  @Test
  void run_again_scoresImagesThatAreBackAndSaysSo() throws IOException {
    for (int place : new int[] {0, 3, 8}) {
      Files.deleteIfExists(file);
      Flaky content = flaky(new IOException("stale file handle"));
      Evaluation plan = plan(DETECTOR, with(place, content)).onError(ErrorPolicy.skip(1));
      assertThat(plan.run().failures())
          .singleElement()
          .satisfies(failure -> assertThat(failure.reason()).contains("stale file handle"));
      byte[] before = Files.readAllBytes(file);
      assertThat(plan.run().timed()).isZero();
      assertThat(Files.readAllBytes(file)).isEqualTo(before);

      content.back = true;
      Lines said = new Lines();
      EvaluationResult result = said.during(plan::run);

      assertThat(said.lines)
          .containsExactly(
              file + ": 1 images that had no score are tried again",
              "1 of these 1 images have a score now");
      assertThat(result.failures()).isEmpty();
      assertThat(result.timed()).isEqualTo(1);
      assertThat(result.scores().all().get(place))
          .isEqualTo(new Score("f.png", Generator.ADM, Label.AI, 51 / 255.0));
      assertThat(EvaluationResult.read(file).scores().all()).isEqualTo(result.scores().all());
      assertThat(plan.run().timed()).isZero();
    }
  }

  @Test
  void run_interruptedWhileAnImageIsRead_writesNoFailure() {
    Flaky content = flaky(new ClosedByInterruptException());
    Evaluation plan = plan(DETECTOR, with(5, content)).onError(ErrorPolicy.skip(9));

    assertThatThrownBy(plan::run)
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("interrupted while f.png was being read");

    Thread.interrupted();
    content.back = true;
    assertThat(plan.run().failures()).isEmpty();
    assertThat(EvaluationResult.read(file).scores().size()).isEqualTo(9);
  }

  @Test
  void run_interruptedByTheProgress_endsAndResumes() {
    Evaluation plan = plan(DETECTOR, Fakes.dataset());

    assertThatThrownBy(
            () -> plan.progress((done, total) -> Thread.currentThread().interrupt()).run())
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("interrupted while");

    assertThat(Thread.interrupted()).as("the flag stays set").isTrue();
    assertThatThrownBy(() -> EvaluationResult.read(file)).hasMessageContaining(", found 2; run");
    EvaluationResult result = plan.progress(Progress.NONE).run();
    assertThat(result.timed()).isEqualTo(6);
    assertThat(result.failures()).isEmpty();
  }

  @Test
  void run_interruptedBeforeItBegins_advisesNothingFalse() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> plan(DETECTOR, Fakes.dataset()).run())
        .isInstanceOf(CancellationException.class)
        .hasMessageNotContainingAny("room", "null", "choose");
    assertThat(Thread.interrupted()).isTrue();
    assertThatThrownBy(
            () -> {
              Thread.currentThread().interrupt();
              Baselines.of(Fakes.dataset(), Progress.NONE);
            })
        .isInstanceOf(CancellationException.class);
  }

  /** Gives NaN for red values below 60. */
  private record Failing(double dark) implements Detector {
    @Override
    public String name() {
      return "Failing";
    }

    @Override
    public InputContract input() {
      return DETECTOR.input();
    }

    @Override
    public Map<String, String> provenance() {
      return Map.of();
    }

    @Override
    public double[] score(ImageBatch images) {
      double[] scores = DETECTOR.score(images);
      for (int i = 0; i < scores.length; i++) {
        scores[i] = scores[i] < 60 / 255.0 ? dark : scores[i];
      }
      return scores;
    }

    @Override
    public void close() {}
  }

  @Test
  void run_scoreThatIsNoNumber_isAFailureOfThatImage() {
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      Evaluation plan =
          Evaluation.of(new Failing(value), Fakes.dataset())
              .batchSize(3)
              .onError(ErrorPolicy.skip(3));
      EvaluationResult result = plan.file(folder.resolve(value + ".jsonl")).run();
      assertThat(result.failures())
          .extracting(Failure::name)
          .containsExactly("4.png", "6.png", "8.png");
      assertThat(result.failures().get(0).reason())
          .isEqualTo(
              "4.png: expected a score from 0 to 1, got NaN or infinity from Failing; check the"
                  + " detector's weights");
      assertThat(result.scores().all())
          .extracting(Score::name)
          .containsExactly("1.png", "2.png", "3.png", "5.png", "7.png");
      assertThat(EvaluationResult.read(folder.resolve(value + ".jsonl")).scores().all())
          .isEqualTo(result.scores().all());
    }
  }

  /** As detectors of networks do: one exception for the whole batch, with the other scores. */
  private record Throwing(Failing detector) implements Detector {
    @Override
    public String name() {
      return "Failing";
    }

    @Override
    public InputContract input() {
      return DETECTOR.input();
    }

    @Override
    public Map<String, String> provenance() {
      return Map.of();
    }

    @Override
    public double[] score(ImageBatch images) {
      double[] scores = detector.score(images);
      if (Arrays.stream(scores).anyMatch(Double::isNaN)) {
        throw new UndefinedScoreException("no numbers", scores);
      }
      return scores;
    }

    @Override
    public void close() {}
  }

  @Test
  void run_detectorThatThrowsForABatch_losesNoOtherImage() {
    Evaluation plan =
        plan(new Throwing(new Failing(Double.NaN)), Fakes.dataset()).onError(ErrorPolicy.skip(3));
    EvaluationResult result = plan.batchSize(3).run();
    assertThat(result.failures())
        .extracting(Failure::name)
        .containsExactly("4.png", "6.png", "8.png");
    assertThat(result.scores().size()).isEqualTo(5);
    assertThat(plan.run().failures()).isEqualTo(result.failures());
  }

  @Test
  void run_knownScoreThatIsNoNumberNow_isOfOtherWeights() throws IOException {
    Detector healthy = new Failing(0.1);
    plan(healthy, Fakes.dataset()).run();
    List<String> lines = Files.readAllLines(file);
    Files.write(file, lines.subList(0, 6));
    for (Detector broken :
        List.of(new Failing(Double.NaN), new Throwing(new Failing(Double.NaN)))) {
      assertThatThrownBy(() -> plan(broken, Fakes.dataset()).run())
          .isInstanceOf(ScoreFileException.class)
          .hasMessageContaining("to score 0.1 for 4.png, got NaN: these are other weights");
    }
  }

  @Test
  void run_moreScoresThatAreNoNumbersThanAllowed_areAnError() {
    Evaluation plan = Evaluation.of(new Failing(Double.NaN), Fakes.dataset()).batchSize(3);
    assertThatThrownBy(plan::run)
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("4.png: expected a score from 0 to 1, got NaN");
    assertThatThrownBy(() -> plan.onError(ErrorPolicy.skip(2)).run())
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("8.png: expected a score")
        .hasMessageEndingWith("; that is one more than the 2 images that may have no score");
  }

  @Test
  void run_unreadableAndNoNumbersTogether_shareTheLimit() {
    ImageDataset data = with(8, ByteSource.wrap(new byte[] {1}));
    Evaluation plan = Evaluation.of(new Failing(Double.NaN), data).batchSize(3);
    assertThat(plan.onError(ErrorPolicy.skip(4)).run().failures()).hasSize(4);
    assertThatThrownBy(() -> plan.onError(ErrorPolicy.skip(3)).run())
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageEndingWith("; that is one more than the 3 images that may have no score");
  }

  /** What the evaluation logs. */
  private static final class Lines extends Handler {

    private final List<String> lines = new ArrayList<>();

    EvaluationResult during(Supplier<EvaluationResult> work) {
      Logger logger = Logger.getLogger(EvaluationRun.class.getName());
      logger.addHandler(this);
      try {
        return work.get();
      } finally {
        logger.removeHandler(this);
      }
    }

    @Override
    public void publish(LogRecord record) {
      lines.add(new SimpleFormatter().formatMessage(record));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
