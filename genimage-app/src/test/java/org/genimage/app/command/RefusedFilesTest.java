package org.genimage.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.genimage.app.Run;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.image.Image;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.eval.leaderboard.LeaderboardManifest;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files and folders that exist and are not what the command needs: found before any work. */
class RefusedFilesTest {

  private static final Blueprint SMALL = Detectors.ferretNetSmall();

  @TempDir private static Path folder;

  @BeforeAll
  static void write() throws IOException {
    Files.write(folder.resolve("photo.png"), Image.of(48, 48, new byte[48 * 48 * 3]).toPng());
    Files.createDirectory(folder.resolve("empty"));
    Files.createDirectory(folder.resolve("saved"));
    Files.createFile(folder.resolve("saved/saved_model.pb"));
    Weights weights = SMALL.initialWeights(1);
    SMALL.describe(weights).write(folder.resolve("w.safetensors"));
    Weights.of(weights.arrays()).write(folder.resolve("plain.safetensors"));
    Files.writeString(folder.resolve("semicolons.csv"), "path;label\nphoto.png;nature\n");
    StringBuilder four = new StringBuilder("path,label\n");
    for (int i = 0; i < 4; i++) {
      Path copy = folder.resolve("copy%s.png".formatted(i));
      Files.copy(folder.resolve("photo.png"), copy);
      four.append(copy.getFileName()).append(i % 2 == 0 ? ",nature\n" : ",ai\n");
    }
    Files.writeString(folder.resolve("four.csv"), four);
    Files.writeString(folder.resolve("missing.csv"), "path,label\nphoto.png,nature\nno.png,ai\n");
    Files.writeString(folder.resolve("scores.jsonl"), "no score\n");
    SimulatedGenImage.seeded(1)
        .imageSize(48)
        .generators(List.of(Generator.BIGGAN))
        .train(1)
        .validation(1)
        .writeTo(folder.resolve("data"), Progress.NONE);
    for (String name : List.of("board", "board2")) {
      Files.createDirectory(folder.resolve(name));
      new LeaderboardManifest(Map.of(), Map.of(), Map.of(), Map.of(), List.of(), Map.of())
          .write(folder.resolve(name).resolve("manifest.json"));
    }
  }

  private static Run run(String call) {
    return Run.of(call.replace("@", folder + "/").split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "score @photo.png --weights @photo.png|photo.png: ",
        "score @photo.png --weights @saved|which genimage writes but does not read; give the weights",
        "score @photo.png --weights @empty|found none; download it, or give a file of weights",
        "score @photo.png --weights @w.safetensors --detector resnet50"
            + "|found weights of FerretNet-S; leave out --detector",
        "score @photo.png --weights @plain.safetensors --detector resnet-50"
            + "|they fit FerretNet-S: name it with --detector",
        "score @photo.png --weights @plain.safetensors|add --detector NAME",
        "score @photo.png --weights feretnet-s|check the path; did you mean ferretnet-s?",
        "score @photo.png --detector resnet5O|did you mean resnet-50?",
        "weights inspect @photo.png|photo.png: ",
        "weights convert @photo.png --detector npr --out @x.safetensors|photo.png: ",
        "weights calibrate --weights @w.safetensors --data @empty --out @x.safetensors"
            + "|expected a folder train or val",
        "weights calibrate --weights @w.safetensors --data @data --out @x.safetensors --missed 10"
            + "|--missed: expected a share between 0 and 1",
        "scan @empty|expected a folder train or val",
        "scan @data --quarantine @photo.png|photo.png",
        "scan @data --checksums @photo.png|photo.png",
        "doctor @empty|expected a folder train or val",
        "evaluate --weights @w.safetensors --data @empty|expected a folder train or val",
        "evaluate --weights @w.safetensors --data @semicolons.csv|commas",
        "train --detector spec --data @empty --out @out|expected a folder train or val",
        "train --detector resnet-50 --data @data --out @out --freeze nothing.*|nothing.*",
        "train --detector resnet-50 --backbone @plain.safetensors --out @out"
            + "|give published ImageNet weights of this network",
        "tables --data @empty --out @out|expected a folder train or val",
        "attack --weights @w.safetensors --data @empty --out @out|expected a folder train or val",
        "quickstart --data @empty --out @out|expected a folder train or val",
        "real-images --detector npr --data @empty --out @out|expected a folder train or val",
        "real-images --detector npr --data @semicolons.csv --out @out|commas",
        "real-images --detector npr --data @missing.csv --out @out|found none at no.png; correct",
        "real-images --detector npr --data @four.csv --out @out|10 of each label from one source",
        "leaderboard --weights @plain.safetensors --out @out|such as --weights ferretnet-s=",
        "leaderboard --weights resnet5=@plain.safetensors --out @out|--weights: detector must be",
        "leaderboard --weights @w.safetensors --data @empty --out @out"
            + "|expected a folder train or val",
        "compare @board @board2|nothing can be compared",
        "compare @board @empty|found a leaderboard at",
        "compare @empty @board|found a leaderboard at",
        "compare @scores.jsonl @scores.jsonl|scores.jsonl",
      })
  void wrongFile_isAMistakeOfTheCommandLine(String call, String sentence) {
    Run run = run(call);

    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains("error: ", sentence)
        .doesNotContain("\tat ", "FolderOptions", ".load(", "Exception");
    assertThat(run.err().lines().filter(line -> !line.startsWith("note: "))).hasSize(1);
  }

  @Test
  void weightsOfAnotherDetector_areDescribedByAFewKeys() {
    Run run = run("score @photo.png --weights @plain.safetensors --detector resnet-50");

    assertThat(run.err()).contains(" more; ").hasSizeLessThan(1500);
  }
}
