package org.genimage.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import org.genimage.data.internal.CheckedLines;
import org.genimage.models.Detector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A score file that is not as it was written is refused, or resumed to the same scores. */
class DamagedScoresTest {

  private static final Detector DETECTOR = new Fakes.RedDetector(Map.of("recipe", "none"));
  private static final String HASH = "0123456789abcdef".repeat(4);
  private static final String HEADER =
      "{\"format\":\"genimage-scores\",\"detector\":\"Red\",\"threshold\":0.5,\"degradation\":\"\","
          + "\"data\":\""
          + HASH
          + "\",\"images\":2,\"provenance\":{\"recipe\":\"none\"}}";
  private static final String NATURE =
      "{\"name\":\"a.png\",\"generator\":\"ADM\",\"label\":\"nature\",\"score\":0.25}";
  private static final String AI =
      "{\"name\":\"b.png\",\"generator\":\"ADM\",\"label\":\"ai\",\"score\":0.75}";

  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void file() {
    file = folder.resolve("scores.jsonl");
  }

  private Evaluation plan() {
    return Evaluation.of(DETECTOR, Fakes.dataset()).batchSize(2).threads(1).file(file);
  }

  private Path written(String... lines) {
    try {
      return Files.writeString(file, String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void read_linesOfVersion1_areTwoScores() {
    assertThat(EvaluationResult.read(written(HEADER, NATURE, AI)).scores().all())
        .extracting(Score::value)
        .containsExactly(0.25, 0.75);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"ai\"|\"aI\"|the label 'ai' or 'nature' in line 3, found 'aI'",
        "\"ai\"|1|a text as 'label' in line 3, found 1",
        "\"label\":\"ai\",||a text as 'label' in line 3, found none",
        "\"score\":0.75|\"sc0re\":0.75|a score in line 3, found the unknown key 'sc0re'",
        ",\"score\":0.75||a score or an error in line 3, found neither",
        "\"score\":0.75|\"score\":0.75,\"error\":\"x\"|a score or an error in line 3, found both",
        "\"score\":0.75|\"score\":0.75,\"score\":0.5|a score in line 3, found no JSON object",
        "0.75|\"0.75\"|a number from 0 to 1 as 'score' in line 3, found \"0.75\"",
        "0.75|7.5|a number from 0 to 1 as 'score' in line 3, found 7.5",
        "0.75|1e999|a number from 0 to 1 as 'score' in line 3, found",
        "0.75|NaN|a score in line 3, found no JSON object",
        "0.75}|0.75}}|a score in line 3, found no JSON object",
        "0.75}|0.75} x|a score in line 3, found no JSON object",
        "0.75}|0.75}{}|a score in line 3, found no JSON object",
        "\"generator\":\"ADM\"|\"generator\":\" \"|the name of a generator in line 3, found a blank",
      })
  void read_lineThatIsNoScore_isRefusedWithItsNumber(String from, String to, String found) {
    String line = AI.replace(from, to == null ? "" : to);
    assertThatThrownBy(() -> EvaluationResult.read(written(HEADER, NATURE, line)))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageStartingWith(file + ": expected " + found)
        .hasMessageEndingWith("; remove this line and all after it, and run the evaluation again");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "threshold|thresholf|what the scores are of in line 1, found the unknown key 'thresholf'",
        "\"threshold\":0.5,||a number from 0 to 1 as 'threshold' in line 1, found none",
        "0.5|5|a number from 0 to 1 as 'threshold' in line 1, found 5",
        "\"images\":2|\"images\":4294967298|a whole number of at least 1 as 'images' in line 1, found",
        "\"images\":2|\"images\":2.5|a whole number of at least 1 as 'images' in line 1, found 2.5",
        "\"images\":2|\"images\":-2|a whole number of at least 1 as 'images' in line 1, found -2",
        "\"images\":2|\"images\":2,\"part\":3,\"parts\":2|a part from 0 to below 2 in line 1, found",
        "\"images\":2|\"images\":2,\"part\":0|a whole number of at least 1 as 'parts' in line 1",
        "\"none\"|null|a text as 'recipe' in line 1, found null",
        "{\"recipe\":\"none\"}|[]|a provenance in line 1, found []",
        "0123456789|012345678X|64 hexadecimal digits as 'data' in line 1, found '012345678X",
        "\"detector\":\"Red\"|\"detector\":7|a text as 'detector' in line 1, found 7",
      })
  void read_headerThatIsNone_isRefused(String from, String to, String found) {
    String line = HEADER.replace(from, to == null ? "" : to);
    assertThatThrownBy(() -> EvaluationResult.read(written(line, NATURE, AI)))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageStartingWith(file + ": expected " + found)
        .hasMessageEndingWith("; remove the file and run the evaluation again");
  }

  @Test
  void read_surplusAndBlankLines_areRefused() {
    assertThatThrownBy(() -> EvaluationResult.read(written(HEADER, NATURE, AI, NATURE, AI)))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("the end of the scores of 2 images in line 4, found more");
    assertThatThrownBy(() -> EvaluationResult.read(written(HEADER, NATURE, "", AI)))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("a score in line 3, found no JSON object");
  }

  @Test
  void read_newerVersion_saysSo() {
    String newer = HEADER.replace("\"detector\"", "\"version\":3,\"judge\":1,\"detector\"");
    assertThatThrownBy(() -> EvaluationResult.read(written(newer, NATURE, AI)))
        .isInstanceOf(ScoreFileException.class)
        .hasMessage(
            file
                + ": expected a file of scores of format version 1 or 2, found version 3; read it"
                + " with a newer version of genimage");
    assertThatThrownBy(
            () -> EvaluationResult.read(written(newer.replace(":3,\"judge\"", ":-1,\"judge\""))))
        .hasMessageContaining("expected format version 2 in line 1, found -1");
  }

  @Test
  void read_folder_isRefused() {
    assertThatThrownBy(() -> EvaluationResult.read(folder))
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("found a folder or a device");
    assertThatThrownBy(() -> plan().file(folder).run())
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("found a folder or a device");
  }

  /** The last value of a line is the CRC32C of the text of all lines up to it. */
  @Test
  void run_withFile_hasChecksumsThatOthersCanCompute() throws IOException {
    plan().run();
    CRC32C sum = new CRC32C();
    for (String line : Files.readAllLines(file)) {
      String text = line.substring(0, line.lastIndexOf(",\"crc32c\":\""));
      sum.update(text.getBytes(StandardCharsets.UTF_8));
      assertThat(line).isEqualTo("%s,\"crc32c\":\"%08x\"}", text, sum.getValue());
    }
  }

  @Test
  void read_everyFlippedBit_isRefused() throws IOException {
    plan().run();
    byte[] good = Files.readAllBytes(file);
    List<Integer> accepted = new ArrayList<>();
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] damaged = good.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, damaged);
      try {
        EvaluationResult.read(file);
        accepted.add(bit);
      } catch (ScoreFileException e) {
        assertThat(e).hasMessageContaining(": expected ");
      }
    }
    assertThat(accepted).isEmpty();
  }

  @Test
  void read_linesMissingDoubledOrMoved_areRefused() throws IOException {
    plan().run();
    List<String> good = Files.readAllLines(file);
    List<String> moved = new ArrayList<>(good);
    Collections.swap(moved, 3, 4);
    List<String> doubled = new ArrayList<>(good);
    doubled.set(4, good.get(3));
    for (List<String> damaged : List.of(moved, doubled)) {
      written(damaged.toArray(String[]::new));
      assertThatThrownBy(() -> EvaluationResult.read(file))
          .isInstanceOf(ScoreFileException.class)
          .hasMessageContaining("expected the line's checksum in line ");
      assertThatThrownBy(() -> plan().run()).isInstanceOf(ScoreFileException.class);
      assertThat(Files.readAllLines(file)).as("nothing is cut").isEqualTo(damaged);
    }
  }

  @Test
  void run_adviceOfADamagedLine_leadsToTheSameScores() throws IOException {
    List<Score> whole = plan().run().scores().all();
    List<String> lines = Files.readAllLines(file);
    written(lines.subList(0, 5).toArray(String[]::new));
    assertThat(plan().run().scores().all()).isEqualTo(whole);
    assertThat(Files.readAllLines(file)).isEqualTo(lines);
  }

  /** Version 1 has no checksums, but its names tell. */
  @Test
  void run_file010OfOtherImagesInPlaces_isRefused() throws IOException {
    plan().run();
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(line.replaceAll(",\"crc32c\":\"[0-9a-f]{8}\"}", "}").replace("\"version\":2,", ""));
    }
    written(lines.subList(0, 6).toArray(String[]::new));
    assertThatCode(() -> plan().run()).doesNotThrowAnyException();
    assertThat(Files.readAllLines(file)).isEqualTo(lines);

    for (String[] change :
        new String[][] {{"3.png", "4.png"}, {"\"ADM\"", "\"ADMM\""}, {"nature", "ai"}}) {
      List<String> other = new ArrayList<>(lines.subList(0, 6));
      other.set(3, lines.get(3).replace(change[0], change[1]));
      written(other.toArray(String[]::new));
      assertThatThrownBy(() -> plan().run())
          .isInstanceOf(ScoreFileException.class)
          .hasMessageContaining("expected 3.png (ADM, nature) in line 4, found ");
      assertThat(Files.readAllLines(file)).isEqualTo(other);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\": 1}",
        "{\"a\": 1}\n",
        "{\"format\":\"other\",\"x\":1}\nmore",
        "\u0089PNG\r\n\u001a\nabc",
        "hello",
        "no line end at all, but a long text of somebody",
        "\n\n",
        "{\"format\":\"genimage-scores\"}"
      })
  void run_foreignFile_isRefusedAndStaysAsItIs(String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
    Files.write(file, bytes);
    assertThatThrownBy(() -> plan().run())
        .isInstanceOf(ScoreFileException.class)
        .hasMessageContaining("check the path");
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
  }

  @Test
  void run_emptyFile_isFilled() throws IOException {
    Files.createFile(file);
    assertThat(plan().run().scores().size()).isEqualTo(8);
  }

  @Test
  void checkedLines_otherForms_areRefused() {
    String line = new CheckedLines().seal("{\"a\":1}");
    assertThat(new CheckedLines().accept(line)).isTrue();
    assertThat(new CheckedLines().accept(line + " ")).isFalse();
    assertThat(new CheckedLines().accept("{\"a\":1}")).isFalse();
    assertThat(new CheckedLines().accept("")).isFalse();
    assertThat(new CheckedLines().accept(line.toUpperCase(Locale.ROOT))).isFalse();
  }
}
