package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.data.TestSet;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.eval.protocol.ProtocolRun;
import org.genimage.eval.protocol.Protocols;
import org.genimage.eval.protocol.TrainingSet;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesCommandTest {

  @TempDir Path folder;

  private String said = "";

  private int run(String... arguments) {
    return run(new Said(), arguments);
  }

  private int run(Said heard, String... arguments) {
    int code =
        heard.run(
            Stream.concat(
                    Stream.of("tables", "--out", folder.resolve("out").toString()),
                    Stream.of(arguments))
                .toArray(String[]::new));
    said = heard.text();
    return code;
  }

  private int runWith(String[] command, String more) {
    return run(Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new));
  }

  /** Two generators' images, and one further test set's. */
  private Path simulated() {
    return simulated(70, false);
  }

  private Path simulated(int side, boolean publishedBias) {
    Path data = folder.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(side)
        .publishedBias(publishedBias)
        .generators(List.of(Generator.STABLE_DIFFUSION_V1_4, Generator.BIGGAN))
        .testSets(TestSet.UNSEEN_GENERATORS.subList(0, 1))
        .train(2)
        .validation(2)
        .writeTo(data, Progress.NONE);
    return data;
  }

  @Test
  void run_oneRowOfATable_trainsTestsAndResumes() throws IOException {
    String data = simulated(140, true).toString();
    String[] command = {
      "--table", "main-3", "--row", "ResNet-50", "--samples", "4", "--data", data
    };

    assertThat(run(command)).as(said).isZero();
    assertThat(said).contains("trained ResNet-50", "missing: ", "Midjourney", "report: file:");
    assertThat(folder.resolve("out/weights/resnet-50-stable-diffusion-v1.4.safetensors")).exists();
    assertThat(folder.resolve("out/report.html"))
        .content()
        .contains("Trained on Stable Diffusion V1.4", "paper 52.0")
        .contains("GenImage: File format alone reaches 100.0 %: the figures below do not measure")
        .containsPattern("Aligned means JPEG 96 on both\\.")
        .doesNotContain("NVAE")
        .contains("genimage tables --table main-3", "--samples 4", "--data " + data)
        .doesNotContain("class=\"headline\"", "first run");
    List<String> cells = Files.readAllLines(folder.resolve("out/tables/main-3.csv"));
    assertThat(cells).hasSize(1 + 9);
    assertThat(cells.get(0)).contains("\"Aligned, %\",\"Aligned, difference\"");
    assertThat(cells).filteredOn(cell -> cell.matches(".*V1.4,.*,\\d+,-?\\d+,4,")).hasSize(1);
    assertThat(said).contains("  again, all images stored as JPEG 96").doesNotContain("none at");
    Path aligned = folder.resolve("out/scores-aligned");
    assertThat(aligned).isDirectoryRecursivelyContaining("glob:**.jsonl");

    assertThat(run(command)).isZero();
    assertThat(said).doesNotContain("scored ", "  trained ");
    Outputs.remove(aligned);
    assertThat(runWith(command, "--no-aligned")).isZero();
    assertThat(said).doesNotContain("again");
    assertThat(aligned).doesNotExist();
    assertThat(folder.resolve("out/tables/main-3.csv")).content().doesNotContain("Aligned");

    command[1] = "supplement-4";
    command[3] = "One";
    assertThat(run(command)).as("another table, the same detector: %s", said).isZero();
    assertThat(said)
        .contains("scored 4 images: ResNet-50", "NVAE")
        .containsPattern("warning: \\S+: File format alone reaches 100.0 %")
        .doesNotContain("  trained ");

    command[5] = "5";
    assertThat(run(command)).isEqualTo(ExitCode.USAGE);
    assertThat(said).contains("has results of other settings", "5 samples", "4 samples");
  }

  @Test
  void run_unbiased_showsBothSideBySide_andNamesRowsThatARehearsalSkips() {
    assertThat(
            run(
                "--table=main-3,main-4",
                "--row=Spec",
                "--samples=4",
                "--unbiased",
                "--sides=70,94",
                "--any-quality",
                "--data=" + simulated()))
        .as(said)
        .isZero();

    assertThat(folder.resolve("out/weights/spec-stable-diffusion-v1.4.safetensors")).exists();
    Weights unbiased =
        Weights.read(folder.resolve("out/unbiased/weights/spec-stable-diffusion-v1.4.safetensors"));
    assertThat(unbiased.metadata().values())
        .anySatisfy(value -> assertThat(value).contains("unbiased as arXiv 2403.17608"));
    assertThat(folder.resolve("out/report.html"))
        .content()
        .containsPattern("aligned \\d+\\.\\d</i><i>[−+±]\\d+\\.\\d</i><i>unbiased \\d+\\.\\d");
    assertThat(folder.resolve("out/tables/main-3.csv"))
        .content()
        .contains("\"Aligned, %\"", "\"Unbiased, %\"");
    assertThat(folder.resolve("out/tables/main-4.csv")).content().contains("--full trains it");
  }

  @Test
  void images_packed_areDecodedOnceAndTheSame() throws IOException {
    GenImage genimage = GenImage.open(simulated());
    TrainingSet set = TrainingSet.of(Generator.BIGGAN);
    TableImages.Reduced reduced = new TableImages.Reduced(2, 1, true);

    ImageDataset first =
        new TableImages(genimage, Optional.empty(), folder, Optional.of(reduced)).train(set);
    Path file = folder.resolve("packed/train-biggan.packed");
    FileTime written = Files.getLastModifiedTime(file);
    ImageDataset second =
        new TableImages(genimage, Optional.empty(), folder, Optional.of(reduced)).train(set);

    ImageDataset files = genimage.train(Generator.BIGGAN).draw(2, 1);
    assertThat(second.size()).isEqualTo(first.size()).isEqualTo(2);
    assertThat(second.sample(1).image().toArray()).isEqualTo(files.sample(1).image().toArray());
    assertThat(Files.getLastModifiedTime(file)).isEqualTo(written);
  }

  @Test
  void run_thatFailsInsideATable_reportsItsFinishedCells() throws IOException {
    Path weights = folder.resolve("out/weights/resnet-50-stable-diffusion-v1.4.safetensors");
    Blueprint resnet50 = Detectors.resnet50();
    SmallData.of(resnet50).input(resnet50).initialWeights(1).write(weights);
    ProtocolRun plan =
        ProtocolRun.of(Protocols.named("main-3").rows("ResNet-50"), folder.resolve("out/scores"));
    Path second = // after that of the training's own generator
        plan.protocol().runs().stream()
            .filter(run -> run.test().name().equals("BigGAN"))
            .map(plan::file)
            .findFirst()
            .orElseThrow();
    Said heard =
        Said.acting("scored 4 images", () -> second.resolve("in the way").toFile().mkdirs());

    assertThat(
            run(heard, "--table=main-3", "--row=ResNet-50", "--samples=4", "--data=" + simulated()))
        .as(said)
        .isEqualTo(1);

    assertThat(said).containsOnlyOnce("error: ").contains(second.toString());
    assertThat(folder.resolve("out/report.html")).content().contains("expected a file of scores");
    List<String> cells = Files.readAllLines(folder.resolve("out/tables/main-3.csv"));
    assertThat(cells).filteredOn(cell -> cell.contains("V1.4,50,")).hasSize(1);
    assertThat(cells).filteredOn(cell -> cell.contains("expected a file of scores")).hasSize(1);
  }

  @Test
  void run_whatCannotWork_isRefusedBeforeImagesAreSimulated() throws IOException {
    assertThat(run("--unbiased", "--sides=500,400")).isEqualTo(1);
    assertThat(said).contains("error: ").doesNotContain("Simulating");
    assertThat(run("--table=main-3", "--row=ResNet-51")).isEqualTo(ExitCode.USAGE);
    assertThat(said).contains("error: ", "ResNet-51").doesNotContain("Simulating");
    Path report = Files.createDirectories(folder.resolve("out/report.html"));
    assertThat(run("--table=main-3")).isEqualTo(ExitCode.USAGE);
    assertThat(said)
        .contains(report + " cannot be written (it is a folder)")
        .doesNotContain("Simulating");
  }

  /** Settings of a call that never began must not be taken for those of an earlier run. */
  @Test
  void run_folderOfAnotherLayout_isRefused_andLeavesNoSettings() throws IOException {
    Path other = Files.createDirectory(folder.resolve("photos"));

    assertThat(run("--data", other.toString())).isEqualTo(ExitCode.USAGE);

    assertThat(said).startsWith("error: ").contains("expected a folder train or val");
    assertThat(folder.resolve("out/settings.txt")).doesNotExist();
  }

  @Test
  void run_sidesWithoutUnbiased_areRefused() {
    assertThat(run("--sides", "450,550", "--data", folder.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(said).contains("--unbiased");
  }

  @Test
  void run_unknownTable_saysWhichThereAre() {
    assertThat(run("--table", "main-9", "--data", folder.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(said).startsWith("error: ");
  }
}
