package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.Lists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Detector;
import org.genimage.models.InputContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreFileTest {

  private static final Detector DETECTOR = new Fakes.RedDetector(Map.of("recipe", "none"));

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("scores/red.jsonl");
  }

  private static ImageDataset withBroken() {
    List<Sample> samples = new ArrayList<>(Fakes.dataset().samples());
    samples.add(0, Fakes.broken("bad first.png", Label.AI, Generator.ADM));
    samples.add(5, Fakes.broken("bad.png", Label.NATURE, Generator.ADM));
    samples.add(Fakes.broken("bad last.png", Label.AI, Generator.BIGGAN));
    return ImageDataset.of(samples);
  }

  private Evaluation plan(Detector detector) {
    return Evaluation.of(detector, withBroken())
        .batchSize(2)
        .threads(1)
        .onError(ErrorPolicy.skip(3))
        .file(file());
  }

  /** A detector with a number of batches to live. */
  private record Mortal(Detector detector, int[] batches) implements Detector {
    @Override
    public String name() {
      return detector.name();
    }

    @Override
    public InputContract input() {
      return detector.input();
    }

    @Override
    public Map<String, String> provenance() {
      return detector.provenance();
    }

    @Override
    public double[] score(ImageBatch images) {
      if (batches[0]-- == 0) {
        throw new IllegalStateException("the end");
      }
      return detector.score(images);
    }

    @Override
    public void close() {}
  }

  @Test
  void run_withFile_hasOneLinePerImageInOrder() throws IOException {
    plan(DETECTOR).run();
    assertThat(Files.readAllLines(file()))
        .hasSize(12)
        .satisfies(lines -> assertThat(lines.get(0)).contains("\"images\":11", "\"Red\""))
        .satisfies(
            lines ->
                assertThat(lines.get(1))
                    .contains("bad first.png")
                    .contains("\"error\":\"bad first"))
        .satisfies(
            lines ->
                assertThat(lines.get(2))
                    .matches(
                        "\\{\"name\":\"1.png\",\"generator\":\"ADM\",\"label\":\"ai\","
                            + "\"score\":0.9803921568627451,\"crc32c\":\"[0-9a-f]{8}\"}"))
        .satisfies(lines -> assertThat(lines.get(11)).contains("bad last.png"));
  }

  @Test
  void read_completeFile_givesTheResultWithoutADetector() {
    EvaluationResult result = plan(DETECTOR).run();
    EvaluationResult read = EvaluationResult.read(file());
    assertThat(read.scores().all()).isEqualTo(result.scores().all());
    assertThat(read.failures()).isEqualTo(result.failures()).hasSize(3);
    assertThat(read.provenance()).isEqualTo(result.provenance());
    assertThat(read.detector()).isEqualTo("Red");
    assertThat(read.data()).isEqualTo(result.data()).hasSize(64);
    assertThat(read.timed()).isZero();
  }

  @Test
  void run_stoppedAnywhere_goesOnToTheSameFile() throws IOException {
    EvaluationResult whole = plan(DETECTOR).run();
    byte[] bytes = Files.readAllBytes(file());
    for (int end = 0; end < bytes.length; end += 7) {
      byte[] torn = new byte[end];
      System.arraycopy(bytes, 0, torn, 0, end);
      Files.write(file(), torn);
      EvaluationResult result = plan(DETECTOR).run();
      assertThat(Files.readAllBytes(file())).isEqualTo(bytes);
      assertThat(result.scores().all()).isEqualTo(whole.scores().all());
      assertThat(result.failures()).isEqualTo(whole.failures());
    }
  }

  @Test
  void run_detectorFails_keepsWhatIsScored() {
    assertThatThrownBy(() -> plan(new Mortal(DETECTOR, new int[] {2})).run()).hasMessage("the end");
    assertThatThrownBy(() -> EvaluationResult.read(file()))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("expected scores of 11 images, found ")
        .hasMessageEndingWith("; run the evaluation again, it resumes there");
    List<Long> heard = new ArrayList<>();
    EvaluationResult result =
        plan(DETECTOR).progress((done, total) -> heard.add(100 * done + total)).run();
    assertThat(result.scores().size()).isEqualTo(8);
    assertThat(result.timed()).isBetween(1L, 8L);
    assertThat(heard.get(0)).isGreaterThan(411);
    assertThat(heard.get(heard.size() - 1)).isEqualTo(1111);
  }

  @Test
  void run_complete_asksTheDetectorNothing() {
    plan(DETECTOR).run();
    assertThat(plan(new Mortal(DETECTOR, new int[] {0})).run().scores().size()).isEqualTo(8);
  }

  @Test
  void run_othersScores_areRefusedInOneSentence() {
    plan(DETECTOR).run();
    assertThatThrownBy(() -> plan(new Fakes.RedDetector(Map.of("recipe", "paper"))).run())
        .isInstanceOf(ScoreFileException.class)
        .hasMessage(
            file()
                + ": expected scores of this Red, found those of other weights (provenance differs"
                + " in 'recipe'); choose another file or remove this one");
    assertThatThrownBy(() -> Evaluation.of(DETECTOR, Fakes.dataset()).file(file()).run())
        .hasMessageContaining("expected scores of these 8 images, found those of 11 others");
    assertThatThrownBy(() -> plan(DETECTOR).degraded(Degradation.jpeg(65)).run())
        .hasMessageContaining("expected scores of images with degradation 'JPEG 65', found ''");
  }

  @Test
  void run_otherWeightsOfTheSameName_areFoundOut() {
    assertThatThrownBy(() -> plan(new Mortal(DETECTOR, new int[] {3})).run()).hasMessage("the end");
    Detector shifted = new Shifted(DETECTOR);
    assertThatThrownBy(() -> plan(shifted).run())
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("these are other weights or another image");
  }

  @Test
  void open_twice_isRefused() {
    ImageDataset data = Fakes.dataset();
    ScoreHeader header =
        new ScoreHeader(
            DetectorIdentity.of(DETECTOR),
            0.5,
            "",
            EvaluationResult.fingerprint(data),
            Part.WHOLE,
            data.size());
    try (ScoreFile first = ScoreFile.open(file(), header, data)) {
      assertThat(first.lines()).isEmpty();
      assertThatThrownBy(() -> ScoreFile.open(file(), header, data))
          .isInstanceOf(ScoreFileException.class)
          .hasMessageContaining("another evaluation is writing to it");
    }
  }

  private List<Path> parts(int count) {
    return IntStream.range(0, count).mapToObj(i -> folder.resolve("part-" + i)).toList();
  }

  @Test
  void runPart_filesTogether_areWhatOneMachineFinds() throws IOException {
    EvaluationResult whole = plan(DETECTOR).run();
    List<Path> parts = parts(4);
    for (int i = 0; i < 4; i++) {
      plan(DETECTOR).file(parts.get(i)).runPart(i, 4);
    }
    EvaluationResult joined = EvaluationResult.read(Lists.reverse(parts));

    assertThat(joined)
        .usingRecursiveComparison()
        .ignoringFields("scores", "timed", "duration", "repeats")
        .isEqualTo(whole);
    assertThat(joined.scores().all()).isEqualTo(whole.scores().all());
    assertThat(joined.scores().threshold()).isEqualTo(whole.scores().threshold());
    assertThat(Files.readAllLines(parts.get(3))).hasSize(4);

    // A part that is there is not scored again.
    plan(new Mortal(DETECTOR, new int[] {0})).file(parts.get(1)).runPart(1, 4);
  }

  @Test
  void read_partsThatAreNotOneEvaluation_areRefused() {
    List<Path> parts = parts(2);
    plan(DETECTOR).file(parts.get(0)).runPart(0, 2);
    plan(DETECTOR).degraded(Degradation.jpeg(65)).file(parts.get(1)).runPart(1, 2);

    assertThatThrownBy(() -> EvaluationResult.read(parts))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining(
            "with degradation '', found 'JPEG 65' in part 2 of 2; name the files");
    assertThatThrownBy(() -> EvaluationResult.read(parts.get(0)))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining(
            "expected one of an evaluation's 1 parts, each once, found part 1 of 2");
    assertThatThrownBy(() -> EvaluationResult.read(List.of(parts.get(0), parts.get(0))))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("each once, found part 1 of 2; name all its files");
    assertThatThrownBy(() -> plan(DETECTOR).file(parts.get(0)).runPart(1, 2))
        .hasMessageContaining("scores of part 2 of 2 of the images, found those of part 1 of 2");
  }

  @Test
  void runPart_withoutFileOrImages_isRefused() {
    Evaluation plan = Evaluation.of(DETECTOR, Fakes.dataset());
    assertThatThrownBy(() -> plan.runPart(0, 2)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> plan.file(file()).runPart(2, 2))
        .hasMessage("part must be from 0 to below 2, got 2");
    assertThatThrownBy(() -> plan.file(file()).runPart(0, 9))
        .hasMessage("number of parts must be at most that of the images, 8, got 9");
  }

  @Test
  void read_noScoreFile_isRefused() throws IOException {
    Path other = Files.writeString(folder.resolve("a.txt"), "hello\n");
    assertThatThrownBy(() -> EvaluationResult.read(other))
        .isInstanceOf(ScoreFileException.class)
        .hasMessage(
            other + ": expected a file of scores, found none of that format; check the path");
    plan(DETECTOR).run();
    Files.writeString(
        file(),
        "{\"name\":\"x\",\"generator\":\"ADM\",\"label\":\"ai\",\"score\":\"NaN\"}\n",
        StandardOpenOption.APPEND);
    assertThatThrownBy(() -> EvaluationResult.read(file()))
        .hasMessageContaining("expected the end of the scores of 11 images in line 13, found more");
  }

  private Process slow() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Slow.class.getName(),
            file().toString())
        .inheritIO()
        .start();
  }

  private void awaitLines(Process process, int wanted) throws IOException, InterruptedException {
    for (int i = 0; i < 600 && lines() < wanted && process.isAlive(); i++) {
      Thread.sleep(50);
    }
  }

  /**
   * Processes of their own score slowly and are killed, one after the other. Each reads the file
   * while it writes; nobody else can write meanwhile, and no score is lost or doubled.
   */
  @Test
  void run_killed_goesOn() throws IOException, InterruptedException {
    int lines = 0;
    for (int kill = 0; kill < 2; kill++) {
      Process process = slow();
      awaitLines(process, lines + 20);
      assertThatThrownBy(() -> Evaluation.of(DETECTOR, Slow.data()).file(file()).run())
          .isInstanceOf(ScoreFileException.class)
          .hasMessage(
              file()
                  + ": another evaluation is writing to it; wait for its end or choose another"
                  + " file");
      process.destroyForcibly().waitFor();
      assertThat(lines()).isBetween(lines + 20, 400);
      lines = lines();
    }

    EvaluationResult result = Evaluation.of(DETECTOR, Slow.data()).file(file()).run();

    assertThat(result.timed()).isBetween(1L, 401L - lines + 1);
    assertThat(result.scores().all())
        .isEqualTo(Evaluation.of(DETECTOR, Slow.data()).run().scores().all());
    assertThat(EvaluationResult.read(file()).scores().all()).isEqualTo(result.scores().all());
  }

  private int lines() throws IOException {
    if (!Files.exists(file())) {
      return 0;
    }
    String text = Files.readString(file(), StandardCharsets.UTF_8);
    return (int) text.chars().filter(c -> c == '\n').count();
  }

  /** Changes every score. */
  private record Shifted(Detector detector) implements Detector {
    @Override
    public String name() {
      return detector.name();
    }

    @Override
    public InputContract input() {
      return detector.input();
    }

    @Override
    public Map<String, String> provenance() {
      return detector.provenance();
    }

    @Override
    public double[] score(ImageBatch images) {
      double[] scores = detector.score(images);
      for (int i = 0; i < scores.length; i++) {
        scores[i] = 1 - scores[i];
      }
      return scores;
    }

    @Override
    public void close() {}
  }

  /** The process to kill. */
  static final class Slow {

    private Slow() {}

    static ImageDataset data() {
      List<Sample> samples = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        samples.add(Fakes.sample(i + ".png", i % 256, Label.values()[i % 2], Generator.GLIDE));
      }
      return ImageDataset.of(samples);
    }

    public static void main(String[] arguments) {
      Evaluation.of(DETECTOR, data())
          .batchSize(4)
          .progress(
              (done, total) -> {
                try {
                  Files.readAllBytes(Path.of(arguments[0]));
                  Thread.sleep(50);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              })
          .file(Path.of(arguments[0]))
          .run();
    }
  }
}
