package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.SimulatedGenImage;
import org.genimage.models.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaperTablesTest {

  @TempDir Path folder;

  private String said = "";

  private int run(String... arguments) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream terminal = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int code =
        Program.run(
            new PaperTables(terminal),
            terminal,
            Stream.concat(
                    Stream.of("--out", folder.resolve("out").toString()), Stream.of(arguments))
                .toArray(String[]::new));
    said = bytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  @Test
  void run_oneRowOfATable_trainsTestsAndGoesOn() throws IOException {
    Path data = folder.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(70)
        .generators(List.of(Generator.STABLE_DIFFUSION_V1_4, Generator.BIGGAN))
        .train(2)
        .validation(2)
        .writeTo(data, Progress.NONE);
    String[] command = {
      "--table", "main-3", "--row", "ResNet-50", "--samples", "4", "--data", data.toString()
    };

    assertThat(run(command)).as(said).isZero();
    assertThat(said).contains("missing: ", "Midjourney", "report: file:");
    assertThat(folder.resolve("out/weights/resnet-50-stable-diffusion-v1.4.safetensors")).exists();
    assertThat(folder.resolve("out/report.html"))
        .content()
        .contains("Trained on Stable Diffusion V1.4", "paper 52.0");
    assertThat(Files.readAllLines(folder.resolve("out/tables/main-3.csv"))).hasSize(1 + 9);

    assertThat(run(command)).isZero();
    assertThat(said).doesNotContain("scored ");
  }

  @Test
  void run_unbiased_showsBothSideBySide() throws IOException {
    Path data = folder.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(70)
        .generators(List.of(Generator.STABLE_DIFFUSION_V1_4))
        .train(2)
        .validation(2)
        .writeTo(data, Progress.NONE);

    assertThat(
            run(
                "--table=main-3",
                "--row=Spec",
                "--samples=4",
                "--unbiased",
                "--sides=70,94",
                "--any-quality",
                "--data=" + data))
        .as(said)
        .isZero();

    assertThat(folder.resolve("out/weights/spec-stable-diffusion-v1.4.safetensors")).exists();
    Weights unbiased =
        Weights.read(folder.resolve("out/unbiased/weights/spec-stable-diffusion-v1.4.safetensors"));
    assertThat(unbiased.metadata().values())
        .anySatisfy(value -> assertThat(value).contains("unbiased as arXiv 2403.17608"));
    assertThat(folder.resolve("out/report.html")).content().containsPattern("unbiased \\d+\\.\\d");
    assertThat(folder.resolve("out/tables/main-3.csv")).content().contains("Unbiased, %");
  }

  @Test
  void run_sidesWithoutUnbiased_areRefused() {
    assertThat(run("--sides", "450,550", "--data", folder.toString())).isEqualTo(1);
    assertThat(said).contains("--unbiased");
  }

  @Test
  void run_unknownTable_saysWhichThereAre() {
    assertThat(run("--table", "main-9", "--data", folder.toString())).isEqualTo(1);
    assertThat(said).startsWith("error: ");
  }
}
