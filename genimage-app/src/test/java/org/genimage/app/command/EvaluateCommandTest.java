package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {

  @TempDir static Path shared;

  private static Path data;
  private static Path weights;

  @TempDir Path folder;

  private String said = "";

  @BeforeAll
  static void writeImages() {
    data = shared.resolve("small");
    SimulatedGenImage.seeded(1)
        .imageSize(70)
        .generators(List.of(Generator.BIGGAN, Generator.GLIDE))
        .train(1)
        .validation(2)
        .writeTo(data, Progress.NONE);
    weights = shared.resolve("weights.safetensors");
    Detectors.safe().input(InputContract.crop(64)).initialWeights(1).write(weights);
  }

  private int run(Object... arguments) {
    Said heard = new Said();
    int code =
        heard.run(
            Stream.of(
                    Stream.of("evaluate"),
                    Arrays.stream(arguments).map(Object::toString),
                    Stream.of("--out", folder.resolve("out").toString()))
                .flatMap(words -> words)
                .toArray(String[]::new));
    said = heard.text();
    return code;
  }

  @Test
  void folder_isScoredAndReported_andNotScoredAgain() throws IOException {
    assertThat(run("--weights", weights, "--data", data, "--degraded")).isZero();

    assertThat(said)
        .contains("note: ADM: no folder")
        .containsPattern("BigGAN +\\d+\\.\\d %  \\(95 % interval .*of 4\\)")
        .contains("report: ");
    assertThat(Files.readString(folder.resolve("out/report.html")))
        .contains("SAFE on small", "Degraded images", "Spectra", "All mistakes")
        .contains("genimage evaluate --weights ", "--degraded")
        .contains("--skip-unreadable 0", "--seed 42", "SHA-256 of the weights");
    assertThat(folder.resolve("out/tables/report.tex")).isNotEmptyFile();
    Path scores = folder.resolve("out/scores/jpeg-65.jsonl");
    assertThat(Files.readAllLines(scores)).hasSize(9);
    List<String> before = Files.readAllLines(scores);
    Files.write(scores, before.subList(0, 6));

    assertThat(run("--weights", weights, "--data", data, "--degraded")).isZero();
    assertThat(Files.readAllLines(scores)).hasSize(9).startsWith(before.get(0), before.get(1));
  }

  /** A list that begins with many images of one generator must not push the others out. */
  @Test
  void limit_keepsEveryGenerator() throws IOException {
    assertThat(run("--weights", weights, "--data", data, "--limit", 4)).isZero();
    assertThat(said)
        .containsPattern("BigGAN .*of 2\\)")
        .containsPattern("GLIDE .*of 2\\)")
        .containsPattern("all .*of 4\\)");
    assertThat(run("--weights", weights, "--data", data, "--limit", 3)).isEqualTo(2);
    assertThat(said)
        .contains(
            "error: --limit must be at least 4, two images of each of the 2 generators, got 3");
  }

  /** The report of what was finished is there, although a later file is one of somebody. */
  @Test
  void lateFailure_leavesTheReportOfTheScores() throws IOException {
    Path foreign = folder.resolve("out/scores/jpeg-65.jsonl");
    Files.createDirectories(foreign.getParent());
    Files.writeString(foreign, "{\"not\": \"ours\"}");

    assertThat(run("--weights", weights, "--data", data, "--degraded")).isEqualTo(1);

    assertThat(said)
        .contains("error: ", "jpeg-65.jsonl: expected a file of scores, found none of that format");
    assertThat(foreign).hasContent("{\"not\": \"ours\"}");
    assertThat(folder.resolve("out/report.html")).content().contains("SAFE on small");
  }

  @Test
  void output_thatCannotBeWritten_isFoundBeforeAnyWork() throws IOException {
    Files.writeString(folder.resolve("out"), "a file");
    assertThat(run("--weights", weights, "--data", data)).isEqualTo(ExitCode.USAGE);
    assertThat(said)
        .isEqualToIgnoringNewLines(
            "error: %s cannot be written (%s is a file, not a folder); choose another place"
                .formatted(folder.resolve("out"), folder.resolve("out")));
  }

  @Test
  void list_withABrokenFile_isCounted() throws IOException {
    StringBuilder list = new StringBuilder("path,label,generator\nbroken.png,ai,Mine\n");
    Files.writeString(folder.resolve("broken.png"), "no image");
    try (Stream<Path> files = Files.walk(data)) {
      files
          .filter(file -> file.toString().matches(".*\\.(png|JPEG)"))
          .forEach(
              file ->
                  list.append(
                      "%s,%s,Mine%n".formatted(file, file.getParent().getFileName().toString())));
    }
    Path csv = Files.writeString(folder.resolve("mine.csv"), list);

    assertThat(run("--weights", weights, "--data", csv, "--skip-unreadable", 1)).isZero();
    assertThat(said)
        .contains("skipped: 1 image that cannot be read")
        .containsPattern("Mine .*of 12\\)");
  }

  @Test
  void compare_showsTheOtherRunBesideThisOne() throws IOException {
    assertThat(run("--weights", weights, "--data", data)).isZero();
    Path first = Files.move(folder.resolve("out"), folder.resolve("first"));
    assertThat(run("--weights", weights, "--data", data, "--compare", first)).isZero();

    assertThat(folder.resolve("out/report.html"))
        .content()
        .contains("Compared with SAFE (first)", "0 images are right only", "--compare");
    assertThat(folder.resolve("out/tables/comparison-1.csv")).content().contains("McNemar, exact");
    assertThat(run("--weights", weights, "--data", data, "--compare", folder)).isEqualTo(2);
    assertThat(said).contains("or a folder of 'genimage evaluate', found no file");
  }

  @Test
  void compare_withScoresOfOtherImages_isRefusedBeforeAnyWork() throws IOException {
    assertThat(run("--weights", weights, "--data", data, "--limit", 4)).isZero();
    Path first = Files.move(folder.resolve("out"), folder.resolve("first"));

    assertThat(run("--weights", weights, "--data", data, "--compare", first)).isEqualTo(2);

    assertThat(said)
        .contains("expected scores of the same 8 images, found 4, 0 of them of other images")
        .doesNotContain("Scoring");
    assertThat(folder.resolve("out/scores")).doesNotExist();
  }

  @Test
  void wrongCalls_areOneSentence() {
    assertThat(run("--weights", weights, "--data", data, "--detector", "ResNet-51"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(said)
        .contains("error: --detector: detector must be one of ResNet-50, ", "got 'ResNet-51'");
    assertThat(run("--weights", weights, "--data", folder.resolve("none")))
        .isEqualTo(ExitCode.USAGE);
    assertThat(said).contains("error: ", "none");
    assertThat(run("--weights", weights, "--data", data, "--limit", 0)).isEqualTo(ExitCode.USAGE);
    assertThat(said).isEqualToIgnoringNewLines("error: --limit must be positive, got 0");
  }
}
