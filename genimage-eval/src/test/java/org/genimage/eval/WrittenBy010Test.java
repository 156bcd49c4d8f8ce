package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;
import static org.genimage.models.nn.Layers.globalAveragePool;
import static org.genimage.models.nn.Layers.linear;

import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.eval.protocol.Protocol;
import org.genimage.eval.protocol.ProtocolResult;
import org.genimage.eval.protocol.ProtocolRun;
import org.genimage.eval.protocol.Protocols;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.weights.Calibration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What version 0.1.0 wrote is still read. The resources' README says how it was made. */
class WrittenBy010Test {

  private static final Generator OURS = Generator.named("Our generator");
  private static final String FINGERPRINT =
      "210ae83e18de876d33ef7ee7cd07c020ce63f77c576a56efa56a5035ac9fd1ff";

  private static final Blueprint TINY =
      new Blueprint(
          "Tiny",
          (scope, images) -> linear(scope.at("fc"), globalAveragePool(scope, images), 2),
          InputContract.crop(8),
          Head.NATURE_AI);

  /** The score is the red value of the first pixel. Counts the images that it scored. */
  private record Red(String name, Map<String, String> provenance, List<Integer> scored)
      implements Detector {

    static Red of(Map<String, String> provenance) {
      return new Red("Red", provenance, new ArrayList<>());
    }

    @Override
    public InputContract input() {
      return InputContract.crop(8);
    }

    @Override
    public Calibration calibration() {
      return new Calibration(1, 0.4);
    }

    @Override
    public double[] score(ImageBatch images) {
      scored.add(images.count());
      double[] scores = new double[images.count()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = images.image(i).value(0, 0, 0) / 255.0;
      }
      return scores;
    }

    @Override
    public void close() {}
  }

  private static Path fixture(String name) {
    try {
      return Path.of(WrittenBy010Test.class.getResource("/written-by-0.1.0/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Red red() {
    return Red.of(Map.of("recipe", "none", "seed", "7"));
  }

  private static ImageDataset reds() {
    return ImageDataset.of(
        List.of(
            flat("a/1.png", 250, Label.AI, Generator.ADM),
            broken("a/2.png", Label.AI, Generator.ADM),
            flat("a/3.png", 110, Label.NATURE, Generator.ADM),
            flat("a/4.png", 50, Label.NATURE, Generator.ADM),
            flat("b/5 ü.png", 104, Label.AI, OURS),
            flat("b/6.png", 20, Label.AI, Generator.BIGGAN),
            flat("b/7.png", 101, Label.NATURE, Generator.BIGGAN),
            broken("b/8.png", Label.NATURE, Generator.BIGGAN)),
        "eight by hand");
  }

  private static Sample flat(String name, int red, Label label, Generator generator) {
    byte[] rgb = new byte[3 * 8 * 8];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) red;
    }
    return new Sample(name, ByteSource.wrap(Image.of(8, 8, rgb).toPng()), label, generator);
  }

  private static Sample broken(String name, Label label, Generator generator) {
    return new Sample(name, ByteSource.wrap(new byte[] {1, 2, 3}), label, generator);
  }

  private static Evaluation plan(Detector detector, Path file) {
    return Evaluation.of(detector, reds())
        .batchSize(2)
        .threads(1)
        .onError(ErrorPolicy.skip(2))
        .file(file);
  }

  private static void assertTheEight(EvaluationResult result) {
    assertThat(result.detector()).isEqualTo("Red");
    assertThat(result.provenance()).isEqualTo(Map.of("recipe", "none", "seed", "7"));
    assertThat(result.data()).isEqualTo(FINGERPRINT);
    assertThat(result.scores().all())
        .containsExactly(
            new Score("a/1.png", Generator.ADM, Label.AI, 250 / 255.0),
            new Score("a/3.png", Generator.ADM, Label.NATURE, 110 / 255.0),
            new Score("a/4.png", Generator.ADM, Label.NATURE, 50 / 255.0),
            new Score("b/5 ü.png", OURS, Label.AI, 104 / 255.0),
            new Score("b/6.png", Generator.BIGGAN, Label.AI, 20 / 255.0),
            new Score("b/7.png", Generator.BIGGAN, Label.NATURE, 101 / 255.0));
    assertThat(result.scores().threshold()).isEqualTo(0.4);
    assertThat(result.scores().accuracy()).isEqualTo(new Proportion(4, 6));
    assertThat(result.failures())
        .extracting(Failure::name, Failure::generator, Failure::label)
        .containsExactly(
            tuple("a/2.png", Generator.ADM, Label.AI),
            tuple("b/8.png", Generator.BIGGAN, Label.NATURE));
    assertThat(result.failures().get(0).reason()).startsWith("a/2.png: expected a JPEG, PNG,");
  }

  @Test
  void read_completeFile_givesTheSameResult() {
    assertTheEight(EvaluationResult.read(fixture("whole.jsonl")));
  }

  @Test
  void read_filesOfParts_giveTheSameResult() {
    assertTheEight(
        EvaluationResult.read(List.of(fixture("part-2-of-2.jsonl"), fixture("part-1-of-2.jsonl"))));
  }

  @Test
  void read_fileCutInALine_isRefusedByWhatItLacks() {
    assertThatThrownBy(() -> EvaluationResult.read(fixture("torn.jsonl")))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageEndingWith(
            "expected scores of 8 images, found 4 and a part of a line; run the evaluation again, it"
                + " resumes there");
  }

  @Test
  void run_completeFile_scoresNothing(@TempDir Path folder) throws IOException {
    Path file = Files.copy(fixture("whole.jsonl"), folder.resolve("whole.jsonl"));
    Red detector = red();

    assertTheEight(plan(detector, file).run());

    assertThat(detector.scored()).isEmpty();
    assertThat(file).hasSameBinaryContentAs(fixture("whole.jsonl"));
  }

  @Test
  void run_completeFileOfDegradedImages_scoresNothing(@TempDir Path folder) throws IOException {
    Path file = Files.copy(fixture("degraded.jsonl"), folder.resolve("degraded.jsonl"));
    Red detector = red();

    assertTheEight(plan(detector, file).degraded(Degradation.gaussianBlur(3)).run());

    assertThat(detector.scored()).isEmpty();
    assertThatThrownBy(() -> plan(detector, file).run())
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("expected scores of images with degradation '', found 'Blur 3'")
        .hasMessageContaining("choose another file or remove this one");
  }

  @Test
  void run_fileCutInALine_isResumed(@TempDir Path folder) throws IOException {
    Path file = Files.copy(fixture("torn.jsonl"), folder.resolve("torn.jsonl"));
    Red detector = red();

    assertTheEight(plan(detector, file).run());

    assertThat(detector.scored())
        .as("three known scores checked, then the rest")
        .containsExactly(1, 1, 1, 2, 1);
    List<String> lines = Files.readAllLines(file);
    List<String> before = Files.readAllLines(fixture("whole.jsonl"));
    assertThat(lines.subList(0, 8)).isEqualTo(before.subList(0, 8));
    assertThat(lines).hasSize(9);
  }

  @Test
  void run_fileOfOtherWeights_isRefused(@TempDir Path folder) throws IOException {
    Path file = Files.copy(fixture("torn.jsonl"), folder.resolve("torn.jsonl"));

    assertThatThrownBy(() -> plan(Red.of(Map.of("recipe", "none", "seed", "8")), file).run())
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("provenance differs in 'seed'")
        .hasMessageContaining("choose another file or remove this one");
  }

  /** The provenance that a loaded network gives has to be the same text. */
  @Test
  void run_fileOfALoadedNetwork_isResumed(@TempDir Path folder) throws IOException {
    Path file = Files.copy(fixture("network-torn.jsonl"), folder.resolve("network.jsonl"));
    List<Sample> samples = new ArrayList<>();
    for (int k = 0; k < 4; k++) {
      samples.add(
          new Sample(
              "patterns/%d.png".formatted(k),
              ByteSource.wrap(pattern(k).toPng()),
              k % 2 == 0 ? Label.NATURE : Label.AI,
              Generator.VQDM));
    }

    EvaluationResult result;
    try (Detector detector = TINY.load(fixture("tiny.safetensors"))) {
      result = Evaluation.of(detector, ImageDataset.of(samples)).batchSize(1).file(file).run();
    }

    assertThat(result.timed()).isEqualTo(2);
    assertThat(result.data())
        .isEqualTo("0dd2d5126eb7b205ee1e0a94d8b54324b5dda266417d199f499841e7de5f5b9f");
    assertThat(result.scores().threshold()).isEqualTo(0.625);
    assertThat(result.scores().all().stream().mapToDouble(Score::value).toArray())
        .containsExactly(
            new double[] {
              0.6719640029328854, 0.8502158729777228, 0.9049954073048562, 0.47456684132947635
            },
            within(1e-6));
    assertThat(result.scores().accuracy()).isEqualTo(new Proportion(1, 4));
  }

  /** Returns the image that the README defines, of 8 pixels square. */
  private static Image pattern(int number) {
    byte[] rgb = new byte[3 * 8 * 8];
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 8; x++) {
        for (int c = 0; c < 3; c++) {
          rgb[3 * (8 * y + x) + c] = (byte) (37 * number + 5 * x + 11 * y + 83 * c);
        }
      }
    }
    return Image.of(8, 8, rgb);
  }

  @Test
  void tables_areFilledFromTheFilesAlone(@TempDir Path folder) throws IOException {
    Path tables = folder.resolve("tables");
    copyFolder(fixture("tables"), tables);

    ProtocolResult attacked = filled(Protocols.attacks(), tables);
    ProtocolResult degraded = filled(Protocols.degraded().rows("ResNet-50"), tables);

    assertThat(attacked.missing()).isEmpty();
    assertThat(values(attacked)).containsExactly(4 / 6.0, 3 / 8.0, 1 / 8.0);
    assertThat(degraded.missing()).isEmpty();
    assertThat(values(degraded)).hasSize(6).containsOnly(4 / 6.0);
    assertThat(attacked.figure(0, 0).failures()).isEqualTo(2);
    MoreFiles.deleteRecursively(tables, RecursiveDeleteOption.ALLOW_INSECURE);
    assertThat(filled(Protocols.attacks(), tables).missing())
        .as("without the files there is nothing to fill the table from")
        .hasSize(1);
  }

  private static ProtocolResult filled(Protocol protocol, Path folder) {
    return ProtocolRun.of(protocol, folder).images(test -> reds()).run();
  }

  private static double[] values(ProtocolResult result) {
    return result.cells().get(0).stream()
        .mapToDouble(figure -> figure.estimate().orElseThrow().value())
        .toArray();
  }

  private static void copyFolder(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  @Test
  void tables_everyRunsFile_hasTheSameName() throws IOException {
    List<String> files = new ArrayList<>();
    for (Protocol protocol : Protocols.all()) {
      ProtocolRun plan = ProtocolRun.of(protocol, Path.of("tables"));
      for (Protocol.Run run : protocol.runs()) {
        files.add(protocol.name() + "\t" + plan.file(run).toString().replace('\\', '/'));
      }
    }

    assertThat(files).containsAll(Files.readAllLines(fixture("table-files.tsv")));
  }
}
