package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.reference.ReferenceData;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Published weights score real images as their authors' code does, from the files to the scores.
 * Weights and images are not part of genimage; the system property {@code genimage.weights} names
 * their folder:
 *
 * <pre>
 * mvn test -pl genimage-models -am -Dtest=PublishedScoresTest -Dgenimage.weights=DIR
 * </pre>
 *
 * <p>A folder below it for each detector, such as {@code DIR/ferretnet_s}, has {@code scores.json}:
 * the name of the weights file beside it ({@code weights}) and its hash ({@code weights_sha256}),
 * the folder of the images, which is in DIR or beside it ({@code images_from}), and {@code images},
 * each with {@code file}, {@code sha256}, {@code logit} and {@code score}, and perhaps with {@code
 * score_native} of the whole image. What is not there is left out, and the reason is shown.
 */
@Tag("weights")
class PublishedScoresTest {

  private static final System.Logger LOG = System.getLogger(PublishedScoresTest.class.getName());
  private static final String PROPERTY = "genimage.weights";
  private static final String SCORES = "scores.json";

  /** The authors' code in 32 and in 64 bits differs by 1e-5. */
  private static final double SCORE = 1e-4;

  /** Logits go from -19 to 11. */
  private static final double LOGIT = 5e-4;

  /** By the name of the folder. */
  private static final Map<String, Supplier<Blueprint>> DETECTORS =
      Map.of(
          "safe", Detectors::safe,
          "ferretnet", Detectors::ferretNet,
          "ferretnet_s", Detectors::ferretNetSmall,
          "npr", Detectors::npr);

  private static Path folder() {
    String folder = System.getProperty(PROPERTY);
    assumeTrue(
        folder != null,
        "published weights are not part of genimage: name their folder by -D" + PROPERTY + "=DIR");
    return Path.of(folder);
  }

  @Test
  void publishedWeights_onRealImages_scoreAsTheAuthors() throws IOException {
    List<Path> scored;
    try (Stream<Path> folders = Files.list(folder())) {
      scored = folders.filter(each -> Files.exists(each.resolve(SCORES))).sorted().toList();
    }
    assertThat(scored).as("folders with %s", SCORES).isNotEmpty();
    for (Path folder : scored) {
      String name = folder.getFileName().toString();
      assertThat(DETECTORS).as("the detectors' folders").containsKey(name);
      compare(folder, DETECTORS.get(name).get());
    }
  }

  private static void compare(Path folder, Blueprint blueprint) throws IOException {
    JsonNode expected = new JsonMapper().readTree(folder.resolve(SCORES).toFile());
    Path file = folder.resolve(expected.get("weights").asText());
    assertThat(ReferenceData.sha256(Files.readAllBytes(file)))
        .isEqualTo(expected.get("weights_sha256").asText());
    Weights weights = Weights.read(file);
    Path images = images(folder.getParent(), expected.get("images_from").asText());
    Blueprint whole = blueprint.input(blueprint.input().resize(new Resize.Whole(1)));
    double farthest = 0;
    double farthestOfWhole = 0;
    try (DifferentiableDetector detector = blueprint.load(weights);
        Detector ofWhole = whole.load(weights)) {
      for (JsonNode entry : expected.get("images")) {
        String name = entry.get("file").asText();
        Path path = images.resolve(name);
        assertThat(ReferenceData.sha256(Files.readAllBytes(path)))
            .as(name)
            .isEqualTo(entry.get("sha256").asText());
        Image image = Image.read(path);
        ImageBatch prepared = ImageBatch.of(List.of(detector.input().prepare(image)));

        double score = detector.score(image);
        Logits logits = detector.logits(prepared.toPixels());

        double official = entry.get("score").asDouble();
        assertThat(score).as(name).isCloseTo(official, within(SCORE));
        assertThat(detector.label(score)).as(name).isEqualTo(detector.label(official));
        assertThat(logits.margin(0))
            .as(name)
            .isCloseTo(entry.get("logit").asDouble(), within(LOGIT));
        farthest = Math.max(farthest, Math.abs(score - official));
        if (entry.has("score_native")) {
          double found = ofWhole.score(image);
          double native_ = entry.get("score_native").asDouble();
          assertThat(found).as(name + ", whole").isCloseTo(native_, within(SCORE));
          farthestOfWhole = Math.max(farthestOfWhole, Math.abs(found - native_));
        }
      }
    }
    LOG.log(
        Level.INFO,
        "{0} on {1} images: largest difference of a score {2}, of a whole image''s {3}",
        blueprint.name(),
        Integer.toString(expected.get("images").size()),
        Double.toString(farthest),
        Double.toString(farthestOfWhole));
  }

  private static Path images(Path folder, String name) {
    Path beside = folder.toAbsolutePath().resolveSibling(name);
    return Files.exists(beside) ? beside : folder.resolve(name);
  }
}
