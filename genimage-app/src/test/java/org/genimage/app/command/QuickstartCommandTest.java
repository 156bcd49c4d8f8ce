package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuickstartCommandTest {

  @TempDir static Path shared;

  private static Path pristine;
  private static Path weights;
  private static Optional<Trained> trained = Optional.empty();

  @TempDir Path folder;

  private Path data;
  private Path out;
  private String said = "";

  @BeforeAll
  static void writeImages() {
    pristine = shared.resolve("pristine");
    SimulatedGenImage.seeded(1)
        .imageSize(70)
        .generators(List.of(Generator.BIGGAN, Generator.GLIDE))
        .train(2)
        .validation(2)
        .writeTo(pristine, Progress.NONE);
    weights = shared.resolve("weights.safetensors");
    Detectors.resnet50().input(InputContract.crop(64)).initialWeights(1).write(weights);
  }

  @BeforeEach
  void copyImages() throws IOException {
    data = folder.resolve("data");
    out = folder.resolve("out");
    copyAll(pristine, data);
  }

  private static void copyAll(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      files.forEach(file -> copy(file, target.resolve(source.relativize(file).toString())));
    }
  }

  private static void copy(Path source, Path target) {
    try {
      Files.copy(source, target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int run(Object... arguments) {
    return run(new Said(), arguments);
  }

  private int run(Said heard, Object... arguments) {
    int code =
        heard.run(
            Stream.of(
                    Stream.of("quickstart"),
                    Arrays.stream(arguments).map(Object::toString),
                    Stream.of("--out", out.toString()))
                .flatMap(words -> words)
                .toArray(String[]::new));
    said = heard.text();
    return code;
  }

  /** What the first run on the images printed and wrote. */
  private record Trained(String said, Path out) {}

  /** Trains once for all tests, and copies what the run wrote to this test's folder. */
  private void train() throws IOException {
    if (trained.isEmpty()) {
      assertThat(run("--data", data, "--samples", 8)).isZero();
      Path kept = Files.createDirectory(shared.resolve("trained")).resolve("out");
      copyAll(out, kept);
      trained = Optional.of(new Trained(said, kept));
    } else {
      copyAll(trained.get().out(), out);
      said = trained.get().said();
    }
  }

  @Test
  void folder_isTrainedScoredAttackedAndReported() throws IOException {
    train();

    assertThat(said)
        .contains("trained for 1 epoch: the loss went from ")
        .containsPattern("BigGAN +\\d+\\.\\d %  \\(95 % interval .*of 4\\)")
        .containsPattern("all +\\d+\\.\\d %  \\(95 % interval .*of 8\\)")
        .containsPattern("file size +\\d+\\.\\d %")
        .containsPattern("FGSM 8/255 +\\d+\\.\\d %")
        .contains("report: " + out.resolve("report.html").toUri());
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("ResNet-50 on data", "FGSM", "BigGAN")
        .doesNotContain("SimulatedGenImage");
    Weights written = Weights.read(out.resolve("resnet50.safetensors")).inMemory();
    assertThat(written.metadata().get("genimage.training_data"))
        .contains("\"BigGAN/ai\":2", "\"GLIDE/nature\":2");

    // A second run does not train again.
    assertThat(run("--data", data, "--samples", 8)).isZero();
    assertThat(said)
        .contains("training was already complete; its result is in " + out.resolve("checkpoints"));
    assertThat(Weights.read(out.resolve("resnet50.safetensors")).get("fc.weight").toFloats())
        .isEqualTo(written.get("fc.weight").toFloats());
  }

  @Test
  void missingFolder_isNamed() {
    Path none = folder.resolve("none");

    assertThat(run("--data", none)).isEqualTo(ExitCode.USAGE);
    assertSentence(none.toString());
  }

  @Test
  void emptyFolder_saysWhatWasLookedFor() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));

    assertThat(run("--data", empty)).isEqualTo(2);
    assertSentence(empty.toString());
  }

  @Test
  void oneClass_isRefused() throws IOException {
    Path mine = folder.resolve("mine");
    for (String split : List.of("train", "val")) {
      Path ai = Files.createDirectories(mine.resolve(split).resolve("ai"));
      copy(files(data, ".png").get(0), ai.resolve("a.png"));
    }

    assertThat(run("--data", mine)).isEqualTo(1);
    assertSentence("nature");
  }

  @ParameterizedTest
  @CsvSource({"empty,.png", "text,.png", "cut,.JPEG"})
  void brokenFile_isNamedBeforeAnythingIsTrained(String kind, String ending) throws IOException {
    Path victim = files(data, ending).get(0);
    byte[] whole = Files.readAllBytes(victim);
    Files.write(
        victim,
        switch (kind) {
          case "empty" -> new byte[0];
          case "text" -> "no image at all\n".getBytes(StandardCharsets.UTF_8);
          default -> Arrays.copyOf(whole, whole.length / 2);
        });

    assertThat(run("--data", data, "--samples", 8)).isEqualTo(1);
    assertSentence(victim.toString());
    assertThat(out.resolve("checkpoints")).doesNotExist();
  }

  @Test
  void brokenFile_canBeSkippedAndIsCounted() throws IOException {
    Path victim = files(data.resolve("BigGAN/imagenet_ai_0419_biggan/val"), ".png").get(0);
    Files.write(victim, new byte[0]);

    assertThat(run("--data", data, "--weights", weights, "--skip-unreadable", 1)).isZero();
    assertThat(said).contains("skipped: 1 image that cannot be read").contains("of 7)");
  }

  @Test
  void weightsFile_thatIsNone_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("weights.safetensors"), "no weights at all");

    assertThat(run("--data", data, "--weights", file)).isEqualTo(1);
    assertSentence(file.toString());
  }

  @Test
  void outputThatCannotBeWritten_isSaidBeforeAnythingIsTrained() throws IOException {
    for (String name : List.of("report.html", "resnet50.safetensors")) {
      Path taken = Files.createDirectories(out.resolve(name).resolve("in the way")).getParent();

      assertThat(run("--data", data, "--samples", 8)).isEqualTo(ExitCode.USAGE);
      assertSentence(taken + " cannot be written (it is a folder)");
      assertThat(out.resolve("checkpoints")).doesNotExist();
      Files.delete(taken.resolve("in the way"));
      Files.delete(taken);
    }
    Files.delete(out.resolve("tables"));
    for (String name : List.of("tables", "checkpoints")) {
      Path taken = Files.createFile(out.resolve(name));

      assertThat(run("--data", data, "--samples", 8)).isEqualTo(ExitCode.USAGE);
      assertSentence(taken + " is a file, not a folder");
      assertThat(said).doesNotContain("Reading all images once");
      Files.delete(taken);
    }
  }

  @Test
  void weightsThatAreNone_areRefusedBeforeImagesAreSimulated() {
    assertThat(run("--weights", folder.resolve("none.safetensors"))).isEqualTo(1);
    assertSentence("none.safetensors");
    assertThat(said).doesNotContain("Simulating");
  }

  @Test
  void report_thatCannotBeWrittenAfterTraining_losesNothing() throws IOException {
    train();
    Files.delete(out.resolve("resnet50.safetensors"));
    Path report = out.resolve("report.html");
    Said heard =
        Said.acting(
            "Scoring",
            () -> {
              delete(report);
              createFolders(report.resolve("in the way"));
            });

    assertThat(run(heard, "--data", data, "--samples", 8)).isEqualTo(1);
    assertSentence("report.html");
    assertThat(Weights.read(out.resolve("resnet50.safetensors")).keys()).hasSize(320);
  }

  @Test
  void attackThatFails_leavesAReportOfWhatWasMeasured() throws IOException {
    Path victim = files(data.resolve("glide/imagenet_glide/val"), ".png").get(0);
    Said heard = Said.acting("FGSM 2/255", () -> delete(victim));

    assertThat(run(heard, "--data", data, "--weights", weights)).isEqualTo(1);

    assertSentence(victim.toString());
    assertThat(out.resolve("report.html")).content().contains("trivial", "1/255");
    assertThat(Files.readAllLines(out.resolve("tables/attacks.csv"))).hasSize(1 + 1);
    assertThat(out.resolve("tables/generators.csv")).exists();
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void createFolders(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void numberOfSamples_belowOne_isRefused() {
    assertThat(run("--data", data, "--samples", 0)).isEqualTo(ExitCode.USAGE);
    assertThat(said).isEqualToIgnoringNewLines("error: --samples must be positive, got 0");
  }

  @Test
  void unknownOption_isExplained() {
    assertThat(run("--dat", "x")).isEqualTo(2);
  }

  /** Checks that the error is one line with its subject, without a stack trace. */
  private void assertSentence(String subject) {
    List<String> lines = said.lines().filter(line -> line.contains("error: ")).toList();
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).contains(subject).hasSizeBetween(40, 600);
    assertThat(said).doesNotContain("\tat ");
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }
}
