package org.genimage.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.genimage.app.command.ExitCode;
import org.genimage.data.image.Image;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.ErrorBound;
import org.genimage.models.SecondView;
import org.genimage.models.VerdictRule;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreCommandTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private static Path folder;
  private static Path weights;
  private static Path images;

  @BeforeAll
  static void write() {
    weights = TestData.weights(folder);
    images = folder.resolve("images");
    TestData.image(images.resolve("a.png"), 1);
    TestData.image(images.resolve("b/c.png"), 2);
    TestData.write(images.resolve("notes.txt"), "no image".getBytes(StandardCharsets.UTF_8));
  }

  private static Run score(String... arguments) {
    List<String> all = new ArrayList<>(List.of("score", "--weights", weights.toString()));
    all.addAll(List.of(arguments));
    return Run.of(all.toArray(String[]::new));
  }

  private static String path(String name) {
    return images.resolve(name).toString();
  }

  private static List<JsonNode> json(Run run) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : run.out().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void folder_givesALineForEachImage_withTheLibrarysScores() throws IOException {
    Run run = score(images.toString(), "--format", "jsonl");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    List<JsonNode> lines = json(run);
    assertThat(lines)
        .extracting(line -> line.get("file").textValue())
        .containsExactly(path("a.png"), path("b/c.png"));
    try (Detector detector = Detectors.load(weights)) {
      for (JsonNode line : lines) {
        double score = detector.score(Path.of(line.get("file").textValue()));
        assertThat(line.get("score").doubleValue()).isCloseTo(score, within(1e-6));
        assertThat(line.get("verdict").textValue()).isEqualTo(score > 0.5 ? "ai" : "natural");
        assertThat(line.get("threshold").doubleValue()).isEqualTo(0.5);
        assertThat(line.get("width").intValue()).isEqualTo(64);
        assertThat(line.get("detector").textValue()).isEqualTo("FerretNet-S");
      }
    }
  }

  @Test
  void warnings_areTheServices_inJsonAndBelowTheTable() throws IOException {
    JsonNode line = json(score(path("a.png"), "--format", "jsonl")).get(0);
    assertThat(line.get("warnings"))
        .extracting(warning -> warning.get("code").textValue())
        .containsExactly("tiny");
    assertThat(line.at("/warnings/0/text").textValue()).contains("has 64 x 48 pixels");

    Run table = score(images.toString());

    assertThat(table.err())
        .contains("warning: 2 of 2 images have fewer pixels than the detector expects");
    assertThat(table.out()).doesNotContain("fewer pixels");
    assertThat(score(images.toString(), "--format", "csv").err()).doesNotContain("fewer pixels");
  }

  @Test
  void table_isForPeople() {
    Run run = score(path("a.png"), "--threshold", "0");

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.out().lines()).hasSize(2);
    assertThat(run.out().lines().toList().get(0)).startsWith("score  verdict  image");
    assertThat(run.out().lines().toList().get(1)).matches("\\d\\.\\d{3}  AI       \\S*a\\.png");
    assertThat(run.err()).contains("detector: FerretNet-S; verdict: AI above 0.0", "no proof");
  }

  @Test
  void csv_quotesWhatHasCommas() {
    Path odd = TestData.image(folder.resolve("odd/x, \"y\".png"), 3);

    Run run = score(odd.toString(), "--format", "csv", "--threshold", "1");

    assertThat(run.out().lines())
        .first()
        .isEqualTo("file,score,verdict,detector,rule,claims,error,decoded_by");
    assertThat(run.out().lines().toList().get(1))
        .startsWith("\"" + odd.toString().replace("\"", "\"\"") + "\",0.")
        .contains(",natural,FerretNet-S,\"AI above 1.0, else natural\",,,");
  }

  @Test
  void csv_hasNoFormulas() throws IOException {
    Path odd = Path.of("=cmd(1).png");
    TestData.image(odd.toAbsolutePath(), 3);
    try {
      List<String> lines = score("=cmd(1).png", "--format", "csv").out().lines().toList();

      assertThat(lines.get(1)).startsWith("'=cmd(1).png,0.");
    } finally {
      Files.delete(odd);
    }
  }

  @Test
  void pattern_isExpanded() throws IOException {
    assertThat(json(score(path("**.png"), "--format", "jsonl"))).hasSize(2);
    assertThat(json(score(path("?.png"), "--format", "jsonl"))).hasSize(1);
  }

  @Test
  void standardInput_isAnImage() throws IOException {
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream(Files.readAllBytes(images.resolve("a.png"))));
      Run run = score("-", path("a.png"), "--format", "jsonl");

      List<JsonNode> lines = json(run);
      assertThat(lines.get(0).get("file").textValue()).isEqualTo("-");
      assertThat(lines.get(0).get("score").doubleValue())
          .isCloseTo(lines.get(1).get("score").doubleValue(), within(1e-6));
    } finally {
      System.setIn(before);
    }
  }

  /** One broken file among many costs its own line, and no more. */
  @Test
  void brokenFile_isALine_andExitCode1() throws IOException {
    Path broken = TestData.write(folder.resolve("broken/x.jpg"), new byte[] {1, 2, 3});

    Run run = score(broken.toString(), path("a.png"), "--format", "jsonl");

    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    List<JsonNode> lines = json(run);
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0).get("error").textValue()).contains("x.jpg", "expected");
    assertThat(lines.get(0).has("score")).isFalse();
    assertThat(lines.get(1).has("score")).isTrue();
    assertThat(run.err()).contains("1 of 2 images have no score");
  }

  @Test
  void claims_standBesideTheScore_andDoNotChangeIt() throws IOException {
    byte[] plain = Files.readAllBytes(images.resolve("a.png"));
    Path claiming = TestData.write(folder.resolve("claiming.png"), PngText.in(plain));

    Run run = score(path("a.png"), claiming.toString(), "--format", "jsonl");

    List<JsonNode> lines = json(run);
    assertThat(lines.get(1).get("score")).isEqualTo(lines.get(0).get("score"));
    assertThat(lines.get(0).at("/claims/says")).isEmpty();
    assertThat(lines.get(1).at("/claims/says").get(0).textValue()).isEqualTo("ai_generated");
    assertThat(lines.get(1).at("/claims/verified").booleanValue()).isFalse();
    assertThat(score(claiming.toString()).out()).contains("made by AI (Stable Diffusion web UI)");
  }

  /** The rule of the weights decides, with its further views, as it does in the library. */
  @Test
  void verdict_isTheRules() throws IOException {
    VerdictRule rule =
        new VerdictRule(
            0,
            1,
            new ErrorBound(0.01, 0.0099, 0.95, 0, 300),
            new ErrorBound(0.05, 0.3, 0.95, 0, 9),
            List.of(SecondView.CROP),
            new VerdictRule.Origin("FerretNet-S", 1, "0".repeat(64), "", true));
    Path ruled = folder.resolve("ruled.safetensors");
    rule.on(TestData.weights()).write(ruled);

    Run run = Run.of("score", "--weights", ruled.toString(), path("a.png"), "--format", "jsonl");

    JsonNode line = json(run).get(0);
    assertThat(line.get("verdict").textValue()).isEqualTo("unsure");
    assertThat(line.get("ai_above").doubleValue()).isEqualTo(1);
    try (Detector detector = Detectors.load(ruled)) {
      assertThat(detector.verdict(Image.read(images.resolve("a.png"))).name()).isEqualTo("UNSURE");
    }
    assertThat(run.err()).contains("else unsure");
  }

  @Test
  void weights_ofSimulatedImages_bringAWarning() {
    Path simulated = folder.resolve("simulated.safetensors");
    TestData.weights().with(Map.of("genimage.simulated", "yes")).write(simulated);

    Run run = Run.of("score", "--weights", simulated.toString(), path("a.png"));

    assertThat(run.code()).isEqualTo(ExitCode.DONE);
    assertThat(run.err()).contains("warning: These weights were trained on simulated images only.");
    assertThat(score(path("a.png")).err()).doesNotContain("simulated");
  }

  @Test
  void explain_writesAPage_thatNeedsNothingElse() throws IOException {
    Path page = folder.resolve("why.html");

    Run run = score(path("a.png"), "--explain", page.toString());

    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
    assertThat(run.err()).contains("explanations: " + page.toUri());
    assertThat(Files.readString(page))
        .contains("<h2>" + path("a.png"), "data:image/png;base64,", "no proof", "not verified")
        .contains("<html lang=\"en\">", "alt=\"the image and its map of areas\"")
        .containsOnlyOnce("<h1>")
        .matches(
            "(?s).*</style></head><body><header>.*</header>\\s*<main>.*</main></body></html>\\s*")
        .doesNotContain("http");
    Run taken = score(path("a.png"), "--explain", folder.toString());
    assertThat(taken.code()).isEqualTo(ExitCode.USAGE);
    assertThat(taken.out()).isEmpty();
  }

  @Test
  void tiles_haveScoresOfTheirOwn_inEveryFormAndOnThePage() throws IOException {
    Path page = folder.resolve("tiles.html");
    String[] tiled = {path("a.png"), "--tiles", "--tile-side", "24", "--format"};

    Run run = score(with(tiled, "jsonl", "--explain", page.toString()));

    assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
    JsonNode line = json(run).get(0);
    assertThat(line.get("score"))
        .isEqualTo(json(score(path("a.png"), "--format", "jsonl")).get(0).get("score"));
    assertThat(line.at("/tiles/count").intValue()).isEqualTo(6); // of 64 x 48 pixels
    assertThat(line.at("/tiles/scores")).hasSize(6);
    assertThat(line.at("/tiles/scores/5/x").intValue()).isEqualTo(40);
    assertThat(line.at("/tiles/highest").doubleValue())
        .isGreaterThanOrEqualTo(line.at("/tiles/median").doubleValue());
    assertThat(Files.readString(page)).contains("6 tiles of 24 × 24 pixels", "not comparable");
    assertThat(score(with(tiled, "table")).out()).contains("tiles: highest, above", " % of 6");
    assertThat(score(with(tiled, "csv")).out().lines())
        .first()
        .asString()
        .endsWith(",decoded_by,tiles,tile_highest,tile_median,tiles_above");
  }

  private static String[] with(String[] first, String... more) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void tiles_thatAreTooMany_areAnErrorOfTheImage() {
    Run run = score(path("a.png"), "--tiles", "--tile-side", "1");

    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out()).contains("--tiles: expected at most 1024 tiles, found 3072");
    assertThat(score(path("a.png"), "--tile-side", "8").err()).contains("needs --tiles");
    assertThat(score(path("a.png"), "--tiles", "--tile-side", "0").code())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void withoutNetwork_twoLinesSayHowToGetWeights() {
    Run run = Run.of("score", path("a.png")); // tests are offline, with an empty cache

    assertThat(run.code()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("Downloading community-forensics-384", "87 MB", "MIT")
        .contains("genimage pretrained get community-forensics-384")
        .contains("--weights FILE");
  }

  @Test
  void weights_thatNameNoDetector_wantOne() {
    Path unnamed = folder.resolve("unnamed.safetensors");
    Weights named = TestData.weights();
    Map<String, WeightArray> arrays = new HashMap<>();
    named.keys().forEach(key -> arrays.put(key, named.get(key)));
    Weights.of(arrays).write(unnamed);

    Run run = Run.of("score", path("a.png"), "--weights", unnamed.toString());

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains(
            "found %s, which does not; add --detector NAME, such as --detector FerretNet-S"
                .formatted(unnamed))
        .doesNotContain("Detectors.");
  }

  @Test
  void weights_thatAreNoFileAndNoName_stopBeforeAnyWork() {
    Run run = Run.of("score", path("a.png"), "--weights", "nothing.safetensors");

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("found 'nothing.safetensors'", "ferretnet-s");
  }

  @Test
  void detector_withoutLicence_saysWhy() {
    Run run = Run.of("score", path("a.png"), "--detector", "npr");

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("no licence", "--weights FILE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing.jpg", "missing/*.jpg", "missing*.jpg"})
  void image_thatIsNotThere_isAUsageError(String name) {
    Run run = score(path(name));

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(name, "check");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "-0.1", "NaN"})
  void threshold_outOfRange_isAUsageError(String threshold) {
    Run run = score(path("a.png"), "--threshold", threshold);

    assertThat(run.code()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("from 0 to 1");
  }
}
