package org.genimage.app.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.genimage.app.Main;
import org.genimage.app.Run;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.fuzz.OtherProcess;
import org.genimage.data.simulation.SimulatedGenImage;
import org.genimage.eval.leaderboard.LeaderboardManifest;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.genimage.models.weights.Calibration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeaderboardCommandTest {

  private static final Blueprint DETECTOR =
      Detectors.ferretNetSmall().input(InputContract.crop(32));

  @TempDir static Path shared;

  private static Path list;
  private static Path one;
  private static Path two;

  @TempDir Path folder;

  private String said = "";

  /** Writes two untrained detectors, and a list of images. */
  @BeforeAll
  static void write() throws IOException {
    one = weights("one", 1);
    two = weights("two", 2);
    Path images = shared.resolve("data");
    SimulatedGenImage.seeded(1)
        .imageSize(40)
        .generators(List.of(Generator.BIGGAN))
        .train(2)
        .validation(10)
        .writeTo(images, Progress.NONE);
    List<String> lines = new ArrayList<>(List.of("path,label,generator,split"));
    for (Sample sample : GenImage.open(images).validation().samples()) {
      lines.add("%s,%s,BigGAN,val".formatted(sample.name(), sample.label().folder()));
    }
    for (Sample sample : GenImage.open(images).train().samples()) {
      lines.add("%s,%s,BigGAN,train".formatted(sample.name(), sample.label().folder()));
    }
    list = Files.write(shared.resolve("list.csv"), lines);
  }

  private static Path weights(String name, int seed) {
    Path file = shared.resolve(name + ".safetensors");
    DETECTOR.describe(DETECTOR.initialWeights(seed)).write(file);
    return file;
  }

  private int run(Path out, String... arguments) {
    Run run = Run.of(command(out, arguments));
    said = run.out() + run.err();
    return run.code();
  }

  private static String[] command(Path out, String... arguments) {
    List<String> all = new ArrayList<>(List.of("leaderboard", "--out=" + out));
    for (String option :
        List.of(
            "--data=photos=" + list,
            "--suite=none",
            "--changed=8",
            "--attacked=10",
            "--cw-searches=1",
            "--cw-steps=2",
            "--queries=3")) {
      String name = option.substring(0, option.indexOf('=') + 1);
      if (Stream.of(arguments).noneMatch(given -> given.startsWith(name))) {
        all.add(option);
      }
    }
    all.addAll(List.of(arguments));
    return all.toArray(String[]::new);
  }

  private static LeaderboardManifest manifest(Path out) {
    return LeaderboardManifest.read(out.resolve("manifest.json"));
  }

  private static Map<String, FileTime> times(Path out) throws IOException {
    Map<String, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out.resolve("scores"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        times.put(out.relativize(file).toString(), Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  /** Figures that do not depend on the clock. */
  private static List<LeaderboardManifest.Row> repeatable(Path out) {
    return manifest(out).rows().stream()
        .filter(row -> !row.figure().name().matches("seconds an image|memory in MB"))
        .toList();
  }

  @Test
  void run_measuresEverything_resumes_andNeverTakesFiguresOfOtherWeights() throws IOException {
    Path out = folder.resolve("board");
    String both = "--weights=" + two;
    assertThat(run(out, "--weights=" + one, both, "--suite=quick")).as(said).isZero();

    LeaderboardManifest whole = manifest(out);
    assertThat(whole.weights()).containsOnlyKeys("FerretNet-S", "FerretNet-S (two)");
    assertThat(whole.images().get("photos")).hasSize(64);
    assertThat(whole.rows())
        .extracting(row -> row.figure().name())
        .contains(
            "ROC AUC",
            "ROC AUC, aligned",
            "ROC AUC, robust",
            "accuracy under FGSM",
            "accuracy under PGD",
            "accuracy under CW-L2",
            "accuracy under Square",
            "seconds an image",
            "calibration error");
    assertThat(whole.origin()).containsKeys("processor", "genimage", "date");
    assertThat(whole.origin().get("command"))
        .contains("--weights %s --weights %s".formatted(one, two));
    assertThat(whole.settings()).containsEntry("seed", "42").containsKey("Square");
    // clean, aligned, unchanged, 16 changes, 4 attacks in 2 parts, cost; twice
    assertThat(whole.files().keySet())
        .filteredOn(file -> !file.contains("memory"))
        .hasSize(2 * (3 + 16 + 8 + 1));
    assertThat(out.resolve("report.html")).content().contains("Leaderboard: photos");
    assertThat(out.resolve("images/photos.csv")).content().hasLineCount(21);
    assertThat(out.resolve("tables/leaderboard-1-tests.csv")).exists();
    assertThat(said).contains("photos, by ROC AUC");

    List<LeaderboardManifest.Row> rows = repeatable(out);
    Map<String, FileTime> before = times(out);

    // A run that was killed has fewer pieces, and a file of scores that ends early.
    Path pieces = Path.of(whole.files().keySet().iterator().next()).getParent();
    Path clean = out.resolve(pieces).resolve("clean.jsonl");
    List<String> lines = Files.readAllLines(clean);
    Files.write(clean, lines.subList(0, lines.size() / 2));
    Path attack = out.resolve(pieces).resolve("attacked-10-42/pgd-1.json");
    Files.delete(attack);
    Path damaged = out.resolve(pieces).resolve("attacked-10-42/square-0.json");
    Files.writeString(damaged, "{\"key\":");
    assertThat(run(out, "--weights=" + one, both, "--suite=quick")).as(said).isZero();
    assertThat(repeatable(out)).isEqualTo(rows);
    // What was finished was not written again.
    Map<String, FileTime> after = times(out);
    after.keySet().removeIf(file -> after.get(file).equals(before.get(file)));
    assertThat(after.keySet())
        .containsExactlyInAnyOrder(
            out.relativize(clean).toString(),
            out.relativize(attack).toString(),
            out.relativize(damaged).toString());

    // Other weights in the same file are measured anew, into a folder of their own.
    Path changing = Files.copy(one, folder.resolve("changing.safetensors"));
    Path other = folder.resolve("other");
    assertThat(run(other, "--weights=" + changing)).as(said).isZero();
    List<LeaderboardManifest.Row> ofOne = repeatable(other);
    assertThat(rows).containsAll(ofOne);
    Files.delete(changing);
    Files.copy(two, changing);
    assertThat(run(other, "--weights=" + changing)).as(said).isZero();
    assertThat(repeatable(other)).isNotEqualTo(ofOne);
    assertThat(manifest(other).weights().get("FerretNet-S"))
        .isEqualTo(whole.weights().get("FerretNet-S (two)"));

    Run compared = Run.of("compare", out.toString(), other.toString());
    assertThat(compared.code()).isZero();
    assertThat(compared.err()).contains("weights of FerretNet-S: ", "differ beyond");
    assertThat(compared.out())
        .contains("photos | FerretNet-S (two) | ROC AUC | ", "only in the first");
  }

  /** A process that is killed leaves whole pieces, which are kept, or none. */
  @Test
  @Timeout(300)
  void run_killed_isResumedToTheSameFigures() throws Exception {
    Path whole = folder.resolve("whole");
    assertThat(run(whole, "--weights=" + one)).as(said).isZero();
    Path out = folder.resolve("killed");
    try (OtherProcess other =
        OtherProcess.started(Main.class, (Object[]) command(out, "--weights=" + one))) {
      while (pieces(out).isEmpty()) {
        Thread.sleep(1);
      }
      other.kill();
    }
    Map<String, FileTime> left = pieces(out);

    assertThat(run(out, "--weights=" + one)).as(said).isZero();

    assertThat(repeatable(out)).isEqualTo(repeatable(whole));
    assertThat(pieces(out)).containsAllEntriesOf(left);
  }

  /** The finished pieces of attacks, with their times. */
  private static Map<String, FileTime> pieces(Path out) throws IOException {
    try {
      Map<String, FileTime> pieces =
          Files.isDirectory(out.resolve("scores")) ? times(out) : new TreeMap<>();
      pieces.keySet().removeIf(file -> !file.matches(".*[\\\\/][a-z][^\\\\/]*-\\d+\\.json"));
      return pieces;
    } catch (UncheckedIOException | NoSuchFileException e) {
      return Map.of(); // a file was moved while the folder was listed
    }
  }

  @Test
  void parts_onSeveralThreads_makeTheWhole() throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    assertThat(run(whole, "--weights=" + one)).as(said).isZero();
    List<Integer> pieces = new ArrayList<>();
    for (String part : List.of("1/2", "2/2")) {
      assertThat(run(parts, "--weights=" + one, "--part=" + part)).as(said).isZero();
      assertThat(parts.resolve("manifest.json")).doesNotExist();
      pieces.add(times(parts).size());
    }
    assertThat(2 * pieces.get(0)).isBetween(pieces.get(1) - 1, pieces.get(1) + 1);
    assertThat(run(parts, "--weights=" + one, "--threads=3")).as(said).isZero();
    assertThat(repeatable(parts)).isEqualTo(repeatable(whole));
  }

  /** The arrays are the same, but not what is said with them. */
  @Test
  void anotherThreshold_isMeasuredAnew() {
    Path out = folder.resolve("board");
    assertThat(run(out, "--weights=" + one, "--attacked=0")).as(said).isZero();
    Path strict = folder.resolve("strict.safetensors");
    DETECTOR
        .describe(DETECTOR.initialWeights(1))
        .calibrated(new Calibration(1, 0.999999))
        .write(strict);

    assertThat(run(out, "--weights=" + strict, "--attacked=0")).as(said).isZero();

    Path fresh = folder.resolve("fresh");
    assertThat(run(fresh, "--weights=" + strict, "--attacked=0")).as(said).isZero();
    assertThat(repeatable(out)).isEqualTo(repeatable(fresh));
  }

  /** The first image is the one whose time and memory are measured. */
  @Test
  void unreadableImage_isRefusedBeforeAnyWork_orSkipped() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
    List<String> lines = new ArrayList<>(Files.readAllLines(list));
    lines.add(1, "%s,ai,BigGAN,val".formatted(broken));
    String data = "--data=photos=" + Files.write(folder.resolve("some.csv"), lines);
    Path out = folder.resolve("board");

    assertThat(run(out, "--weights=" + one, "--attacked=0", data)).isEqualTo(1);
    assertThat(said).contains("error: " + broken).doesNotContain("\tat ");
    assertThat(out.resolve("scores")).doesNotExist();

    assertThat(run(out, "--weights=" + one, "--attacked=0", data, "--skip-unreadable=1")).isZero();
    assertThat(said).contains("skipped: " + broken);
    Path whole = folder.resolve("whole");
    assertThat(run(whole, "--weights=" + one, "--attacked=0")).isZero();
    assertThat(repeatable(out)).isEqualTo(repeatable(whole));
    assertThat(manifest(out).images()).isEqualTo(manifest(whole).images());
  }

  @Test
  void thirdDetectorOfTheSameLabel_isRefusedBeforeAnyWork() {
    Path out = folder.resolve("board");

    assertThat(run(out, "--weights=" + one, "--weights=" + two, "--weights=" + two)).isEqualTo(2);

    assertThat(said).contains("found FerretNet-S (two) twice").doesNotContain("Reading");
    assertThat(out.resolve("scores")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--data=", "--data=photos=", "--weights=", "--weights=FerretNet-S="})
  void pathThatNoFileCanHave_isExplained(String option) {
    assertThat(run(folder, "--weights=" + one, option + "C:\0\\photos")).isEqualTo(2);
    assertThat(said).startsWith("error: " + option.substring(0, 6)).doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "--part=3/2, must be one of 2",
    "--part=x, must be like 1/4",
    "--budget=0, --budget must be above 0",
    "--changed=0, --changed must be positive",
    "--attacked=-1, must not be negative",
    "--weights=nowhere.pth, 'nowhere.pth'",
    "--weights=vgg=x.pth, nowhere",
    "--data=nowhere, found nothing at nowhere"
  })
  void mistake_isExplained(String argument, String sentence) {
    String expected = argument.startsWith("--weights=vgg") ? "'x.pth'" : sentence;
    assertThat(run(folder, "--weights=" + one, argument)).isEqualTo(2);
    assertThat(said).contains(expected).doesNotContain("\tat ");
  }

  @Test
  void machine_tellsItsProcessor() {
    assertThat(Machine.processor()).isNotBlank();
  }
}
