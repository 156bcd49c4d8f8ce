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
 * score_native} of the whole image. The folder {@code DIR/commfor} has {@code test_images} of
 * Community Forensics' repository, and {@code model.safetensors} of its hub. What is not there is
 * left out, and the reason is shown.
 */
@Tag("weights")
class PublishedScoresTest {

  private static final System.Logger LOG = System.getLogger(PublishedScoresTest.class.getName());
  private static final String PROPERTY = "genimage.weights";
  private static final String SCORES = "scores.json";

  /** The authors' code in 32 and in 64 bits differs by 1e-5. */
  private static final double SCORE = 1e-4;

  /** Four digits are printed, of scores by a GPU. */
  private static final double PRINTED = 5e-4;

  /** Logits go from -19 to 11. */
  private static final double LOGIT = 5e-4;

  /** By the name of the folder. */
  private static final Map<String, Supplier<Blueprint>> DETECTORS =
      Map.of(
          "commfor", Detectors::communityForensics,
          "commfor_224", Detectors::communityForensics224,
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
    Blueprint whole =
        blueprint.network().takesAnySize()
            ? blueprint.input(blueprint.input().resize(new Resize.Whole(1)))
            : blueprint;
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

  /**
   * An image of Community Forensics' repository, and what its notebook gives for it.
   *
   * @param score as printed
   * @param sum of the bytes of the crop
   */
  private record Golden(String file, double score, String sha256, long sum, String cropSha256) {}

  /** Its folder {@code test_images}, and {@code eval_using_huggingface.ipynb}. */
  private static final List<Golden> COMMUNITY_FORENSICS =
      List.of(
          new Golden(
              "00000274.png",
              0.9988,
              "43a7b37d75eac6a04ab0b7b75655b7f12ea97f5de5055f6025b078a6cf36ba09",
              107176075,
              "bab4b82dd07ba12c6e7934944b8d10ff19e7a47dab25c61f2713efbb7867879f"),
          new Golden(
              "00000420.png",
              0.9878,
              "069af2f62865b68c3c0d5a7feb98667306b8b13836d136a7a1c304a2eb172f8b",
              67729688,
              "e65a453699fb7fb7cb024096dcb1464498ff0292b4adb6956ca73a755f7c00b7"),
          new Golden(
              "00000845.png",
              0.9569,
              "e3c1d98ae99c54e58546c92db007071913c698803435351a4bcf80efc223247e",
              79676413,
              "611bdb000d26ad1cf70c79b9766913ab38c29755d7306aaa3fa309ed588ebc75"),
          new Golden(
              "00000916.png",
              0.9516,
              "a4c434f68a4b8bf2ed6bb6f15b25c72ff8e159fd6c669ec0c35c29a96d0b05be",
              47514715,
              "6ed45ecad135d7ff1ef2c8416372f0833e916f6358eeba0cd2d6cb887a45d7d7"),
          new Golden(
              "00000989.png",
              0.7860,
              "cfe5ba7592ee9f0b3e04f80fc1f9df5081418a93e12bb1dc32d6d64eb361393a",
              73055362,
              "fa1227e200ccc813cc72f504d4dbfa1aae5c411530c418fcf113fe601d0060d3"));

  @Test
  void communityForensics_crops_areThoseOfItsAuthors() throws IOException {
    Path folder = testImages();
    for (Golden golden : COMMUNITY_FORENSICS) {
      Path file = folder.resolve(golden.file());
      assertThat(ReferenceData.sha256(Files.readAllBytes(file)))
          .as(golden.file())
          .isEqualTo(golden.sha256());

      byte[] crop = Detectors.communityForensics().input().prepare(Image.read(file)).toArray();

      long sum = 0;
      for (byte value : crop) {
        sum += value & 0xff;
      }
      assertThat(sum).as(golden.file()).isEqualTo(golden.sum());
      assertThat(ReferenceData.sha256(crop)).as(golden.file()).isEqualTo(golden.cropSha256());
    }
  }

  @Test
  void communityForensics_onItsTestImages_scoresAsItsNotebook() {
    Path images = testImages();
    Path file = folder().resolve("commfor").resolve("model.safetensors");
    assumeTrue(
        Files.exists(file),
        "no weights of Community Forensics: download OwensLab/commfor-model-384 to " + file);
    try (Detector detector = Detectors.communityForensics().load(file)) {
      for (Golden golden : COMMUNITY_FORENSICS) {
        assertThat(detector.score(images.resolve(golden.file())))
            .as(golden.file())
            .isCloseTo(golden.score(), within(PRINTED));
      }
    }
  }

  private static Path testImages() {
    Path folder = folder().resolve("commfor").resolve("test_images");
    assumeTrue(
        Files.isDirectory(folder),
        "no images of Community Forensics: put its repository's test_images into " + folder);
    return folder;
  }

  private static Path images(Path folder, String name) {
    Path beside = folder.toAbsolutePath().resolveSibling(name);
    return Files.exists(beside) ? beside : folder.resolve(name);
  }
}
