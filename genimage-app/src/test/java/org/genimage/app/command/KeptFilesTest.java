package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.genimage.app.Run;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.image.Image;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No command writes over a file that it reads, or that is another's. */
class KeptFilesTest {

  private static final Blueprint SMALL = Detectors.ferretNetSmall();

  @TempDir private static Path folder;

  @BeforeAll
  static void write() throws IOException {
    Files.write(folder.resolve("photo.png"), Image.of(48, 48, new byte[48 * 48 * 3]).toPng());
    Files.writeString(folder.resolve("page.html"), "<!DOCTYPE html><title>My page</title>");
    Files.writeString(folder.resolve("settings.json"), "{\"mine\": 1}");
    Files.writeString(folder.resolve("notes.txt"), "notes");
    SMALL.describe(SMALL.initialWeights(1)).write(folder.resolve("w.safetensors"));
    SMALL.describe(SMALL.initialWeights(2)).write(folder.resolve("other.safetensors"));
    Files.createDirectory(folder.resolve("site"));
    Files.writeString(folder.resolve("site/report.html"), "<!DOCTYPE html><title>Mine</title>");
    Files.createDirectory(folder.resolve("mine"));
    SMALL.initialWeights(3).write(folder.resolve("mine/resnet50.safetensors"));
    Files.createDirectory(folder.resolve("project"));
    Files.writeString(folder.resolve("project/manifest.json"), "{\"name\": \"mine\"}");
    SimulatedGenImage.seeded(1)
        .imageSize(48)
        .generators(List.of(Generator.BIGGAN))
        .train(1)
        .validation(1)
        .writeTo(folder.resolve("data"), Progress.NONE);
    for (String name : List.of("tabled/table.md", "paged/npr-held-out-42/report.html")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), "# Mine");
    }
    Files.createDirectories(folder.resolve("listed/images"));
    Files.writeString(folder.resolve("listed/images/photos.csv"), "path,label\n");
    Path trained = folder.resolve("trained/resnet-50-small/weights.safetensors");
    Detectors.resnet50().initialWeights(1).write(trained);
    Path real = folder.resolve("real/npr-held-out-42/weights.safetensors");
    Files.createDirectories(real.getParent());
    Files.copy(folder.resolve("w.safetensors"), real);
  }

  private static Map<Path, Integer> content() throws IOException {
    Map<Path, Integer> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(file, Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return content;
  }

  private static Run run(String call) {
    return Run.of(call.replace("@", folder + "/").split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "score @photo.png --weights @w.safetensors --explain @photo.png",
        "score @photo.png --weights @w.safetensors --explain @site/../photo.png",
        "score @photo.png --weights @w.safetensors --explain @w.safetensors",
        "score @photo.png --weights @w.safetensors --explain @other.safetensors",
        "score @photo.png --weights @w.safetensors --explain @page.html",
        "weights convert @w.safetensors --detector ferretnet-s --out @w.safetensors",
        "weights convert @w.safetensors --detector ferretnet-s --out @other.safetensors",
        "weights convert @w.safetensors --detector ferretnet-s --out @photo.png",
        "weights calibrate --weights @w.safetensors --data @data --out @w.safetensors",
        "weights calibrate --weights @w.safetensors --data @data --out @other.safetensors",
        "weights calibrate --weights @w.safetensors --data @data --out @photo.png",
        "doctor @data --json @photo.png",
        "doctor @data --json @settings.json",
        "doctor @data --quarantine @photo.png",
        "doctor @data --quarantine @notes.txt",
        "doctor @data --state @photo.png",
        "doctor @data --json @new.txt --quarantine @site/../new.txt",
        "doctor @data --json @new.txt --state @new.txt",
        "evaluate --weights @w.safetensors --data @data --out @site",
        "evaluate --weights @w.safetensors --data @data --out @photo.png",
        "attack --weights @w.safetensors --data @data --out @site",
        "quickstart --data @data --out @site",
        "quickstart --data @data --out @mine",
        "tables --data @data --out @site",
        "train --detector resnet-50 --data @data --out @trained"
            + " --backbone @trained/resnet-50-small/weights.safetensors",
        "train --detector resnet-50 --data @data --out @trained",
        "real-images --detector npr --data @data --out @real",
        "real-images --detector npr --data @data --out @tabled",
        "real-images --detector npr --data @data --out @paged",
        "leaderboard --weights @w.safetensors --data photos=@data --out @listed",
        "leaderboard --weights @w.safetensors --data a_b=@data --data a:b=@site --data a;b=@data"
            + " --out @new",
        "real-images --detector npr --data @data --out @real"
            + " --start @real/npr-held-out-42/weights.safetensors",
        "leaderboard --weights @w.safetensors --data @data --out @site",
        "leaderboard --weights @w.safetensors --data @data --out @project",
        "export --weights @w.safetensors --out @photo.png",
        "simulate @photo.png",
        "simulate @data"
      })
  void output_overAFileOfAnother_isRefusedBeforeAnyWork(String call) throws IOException {
    Map<Path, Integer> before = content();

    Run run = run(call);

    assertThat(run.err()).startsWith("error: ").doesNotContain("\tat ").hasLineCount(1);
    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(content()).isEqualTo(before);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need rights there")
  void output_thatIsALinkToAnInput_isRefused() throws IOException {
    Path photo = folder.resolve("photo.png");
    Path soft = Files.createSymbolicLink(folder.resolve("soft.html"), photo);
    Path hard = Files.createLink(folder.resolve("hard.html"), photo);
    for (Path link : List.of(soft, hard)) {
      Run run = run("score @photo.png --weights @w.safetensors --explain " + link);

      assertThat(run.code()).isEqualTo(ExitCode.USAGE);
      assertThat(run.err()).contains("--explain: ", "which the command reads");
      assertThat(link).hasSameBinaryContentAs(photo);
      Files.delete(link);
    }
  }

  @Test
  void output_overOnesOwnKind_orAnEmptyFile_isWritten() throws IOException {
    Files.createDirectory(folder.resolve("own"));
    Files.createFile(folder.resolve("own/empty.safetensors"));
    String explain = "score @photo.png --weights @w.safetensors --explain @own/why.html";
    String doctor = "doctor @data --json @own/doctor.json --quarantine @own/list.txt";
    String convert =
        "weights convert @w.safetensors --detector ferretnet-s --out @own/empty.safetensors";

    assertThat(run(convert).code()).isEqualTo(ExitCode.DONE);
    for (int time = 0; time < 2; time++) {
      assertThat(run(explain).code()).isEqualTo(ExitCode.DONE);
      assertThat(run(doctor).err()).doesNotContain("error: ");
    }
    assertThat(folder.resolve("own/doctor.json")).isNotEmptyFile();
    assertThat(folder.resolve("own/list.txt")).isNotEmptyFile();
    assertThat(run(convert).code()).isEqualTo(ExitCode.USAGE);
  }
}
