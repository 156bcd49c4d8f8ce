package org.genimage.data.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.Progress;
import org.genimage.data.fuzz.Fuzzer;
import org.genimage.data.fuzz.OtherProcess;
import org.genimage.data.image.Image;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file that stores an unfinished examination, damaged and killed. */
class ExaminationStateFuzzTest {

  private static final int IMAGES = 6;

  @TempDir Path root;
  private Path state;
  private DataReport whole;

  @BeforeEach
  void writeImages() throws IOException {
    for (String label : List.of("nature", "ai")) {
      Path folder =
          Files.createDirectories(
              root.resolve("data/BigGAN/imagenet_ai_0419_biggan/train").resolve(label));
      for (int i = 0; i < IMAGES / 2; i++) {
        byte[] rgb = new byte[3 * 16 * 16];
        for (int j = 0; j < rgb.length; j++) {
          rgb[j] = (byte) (j * j * (i + label.length()) >> 3);
        }
        byte[] png = Image.of(16, 16, rgb).toPng();
        // One cannot be decoded, so that a reason is stored.
        Files.write(folder.resolve(i + ".png"), i == 1 ? Arrays.copyOf(png, 60) : png);
      }
    }
    state = root.resolve("state");
    whole = doctor().examine(Progress.NONE);
  }

  /** A damaged state gives the report of the whole examination, or is refused. */
  @Tag("fuzz")
  @Test
  void examine_damagedState_neverChangesTheReport() throws IOException {
    Fuzzer.of(interruptedAt(IMAGES - 1))
        .allowing(DatasetException.class)
        .run(
            "state of the doctor",
            input -> {
              Files.write(state, input);
              assertThat(doctor().examine(Progress.NONE)).isEqualTo(whole);
            });
  }

  @Test
  void examine_oneBitFlipped_neverChangesTheReport() throws IOException {
    byte[] good = interruptedAt(3);
    int firstLine = "genimage examination 2\n".length();
    for (int bit = 0; bit < 8 * good.length; bit += bit < 8 * firstLine ? 3 : 29) {
      byte[] damaged = good.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(state, damaged);
      try {
        assertThat(doctor().examine(Progress.NONE)).isEqualTo(whole);
      } catch (DatasetException e) {
        assertThat(bit / 8).isLessThan(firstLine);
        assertThat(state).hasBinaryContent(damaged);
        Files.delete(state);
      }
    }
  }

  @Test
  void examine_linesSwappedDoubledOrLost_neverChangesTheReport() throws IOException {
    List<String> lines = new String(interruptedAt(4), StandardCharsets.US_ASCII).lines().toList();
    List<String> swapped = new ArrayList<>(lines);
    Collections.swap(swapped, 1, 3);
    List<String> doubled = new ArrayList<>(lines);
    doubled.add(2, lines.get(1));
    List<String> lost = new ArrayList<>(lines);
    lost.remove(2);
    List<String> zeros = new ArrayList<>(lines);
    zeros.set(2, "\0".repeat(lines.get(2).length()));
    for (List<String> damaged : List.of(swapped, doubled, lost, zeros)) {
      Files.write(state, damaged);

      assertThat(doctor().examine(Progress.NONE)).isEqualTo(whole);
    }
  }

  @Test
  void examine_rightChecksumButWrongContent_examinesAgain() throws IOException {
    String place = "imagenet_ai_0419_biggan/train/nature/0.png";
    for (String content :
        List.of(
            "{}",
            "[]",
            "null",
            "{\"place\":\"" + place + "\"}",
            "{\"place\":\"" + place + "\",\"bytes\":\"many\",\"hash\":\"x\"}",
            "[".repeat(100_000))) {
      Files.writeString(
          state, "genimage examination 2\n" + StateLine.checksum(content) + " " + content + "\n");

      assertThat(doctor().examine(Progress.NONE)).isEqualTo(whole);
    }
  }

  @Test
  void examine_stateOfANewerVersion_isRefused() throws IOException {
    Files.writeString(state, "genimage examination 3\nsomething\n");

    assertThatThrownBy(() -> doctor().examine(Progress.NONE))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            state
                + ": expected the state of an examination of format 1 or 2, found another format"
                + " or a damaged first line; choose another name");
    assertThat(state).hasContent("genimage examination 3\nsomething\n");
  }

  @Test
  void examine_aSecondTimeMeanwhile_isRefused() throws IOException {
    try (ExaminationState first = ExaminationState.open(state)) {
      assertThat(first.oldLines()).isZero();
      assertThatThrownBy(() -> doctor().examine(Progress.NONE))
          .isInstanceOf(DatasetException.class)
          .hasMessage(
              state
                  + ": another examination writes to it; wait for its end or choose another file");
    }
  }

  @Test
  void examine_whileAnotherProcessDoes_isRefused() throws Exception {
    try (OtherProcess other = OtherProcess.locking(state)) {
      assertThatThrownBy(() -> doctor().examine(Progress.NONE))
          .isInstanceOf(DatasetException.class)
          .hasMessageStartingWith(state + ": another examination writes to it; wait for its end");
      assertThat(other.finish()).isZero();
    }
    assertThat(doctor().examine(Progress.NONE)).isEqualTo(whole);
  }

  @Test
  void examine_damagedLineOf010_isExaminedAgain() throws IOException {
    String place = "imagenet_ai_0419_biggan/train/nature/0.png";
    for (String line :
        List.of(
            place + "\t0100\t1\tPNG\t16\t16\t3\t0\t\t", // 0100 is not how a number was written
            place + "\t100\t1\tPNG\t-16\t16\t3\t0\t\t",
            place + "\t100\t1\tPNG\t16\t16\t3\t101\t\t",
            place + "\t100\t1\tPNG\t16\t16\t3\t50\t\t", // only JPEG files have a quality
            place + "\t100\t1\tJPEG\t16\t16\t3\t50\t\t", // is not marked as misnamed
            place + "\t100\t1\tPNG\t16\t16\t3\t0\tMISNAMED\t",
            place + "\t100\t1\tPNG\t16\t16\t3\t0\tODD_SIZE\t",
            place + "\t100\t1\tPNG\t16\t16\t3\t0\tCORRUPT\t",
            place + "\t100\t1\tPNG\t16\t16\t3\t0\t\ta reason",
            place + "\t100\t1\tPNF\t16\t16\t3\t0\t\t")) {
      Files.writeString(state, "genimage examination 1\n" + line + "\n");

      assertThat(doctor().examine(Progress.NONE)).as(line).isEqualTo(whole);
    }
  }

  /** Processes of their own are killed again and again; the last one ends with the same report. */
  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void examine_killed_resumes() throws IOException, InterruptedException {
    for (int kill = 0; kill < 3; kill++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Slow.class.getName(),
                  root.toString())
              .inheritIO()
              .start();
      long before = size();
      while (process.isAlive() && size() <= before) {
        Thread.sleep(5);
      }
      Thread.sleep(7L * kill);
      process.destroyForcibly().waitFor();
    }
    assertThat(size()).isPositive();
    List<Long> seen = new ArrayList<>();

    DataReport resumed = doctor().examine((done, all) -> seen.add(done));

    assertThat(resumed).isEqualTo(whole);
    assertThat(seen).hasSize(IMAGES);
  }

  /** Examines as the test does, and waits after each image. */
  static final class Slow {

    private Slow() {}

    public static void main(String[] arguments) {
      Path root = Path.of(arguments[0]);
      DataDoctor.of(GenImage.open(root.resolve("data")))
          .threads(1)
          .state(root.resolve("state"))
          .examine((done, all) -> pause());
    }

    private static void pause() {
      try {
        Thread.sleep(300);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long size() throws IOException {
    return Files.exists(state) ? Files.size(state) : 0;
  }

  private DataDoctor doctor() {
    return DataDoctor.of(GenImage.open(root.resolve("data"))).threads(1).state(state);
  }

  /** Returns the state of an examination that was interrupted after some images. */
  private byte[] interruptedAt(int images) throws IOException {
    assertThatThrownBy(
            () ->
                doctor()
                    .examine(
                        (done, all) -> {
                          if (done == images) {
                            Thread.currentThread().interrupt();
                          }
                        }))
        .isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    byte[] content = Files.readAllBytes(state);
    assertThat(new String(content, StandardCharsets.US_ASCII).lines()).hasSize(images + 1);
    return content;
  }
}
