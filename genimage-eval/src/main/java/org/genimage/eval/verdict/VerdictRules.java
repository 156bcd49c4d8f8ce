package org.genimage.eval.verdict;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.ImageDataset;
import org.genimage.data.ImageSketch;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.internal.FileNames;
import org.genimage.eval.EvaluationResult;
import org.genimage.eval.Score;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.ErrorBound;
import org.genimage.models.SecondView;
import org.genimage.models.VerdictRule;
import org.genimage.models.weights.Weights;

/**
 * How to choose a {@link VerdictRule}: the two errors to bound, and how certainly. The thresholds
 * are order statistics of the scores of images that were held back ({@link OrderStatistic}), and
 * the unsure band between them is as small as both bounds allow.
 *
 * <pre>{@code
 * EvaluationResult heldBack = Evaluation.of(detector, calibrationImages).run();
 * VerdictRule rule = VerdictRules.of(0.01, 0.05).choose(heldBack, calibrationImages);
 * rule.on(detector.weights()).write(file);
 * }</pre>
 *
 * <p>With too few images the rule has the best bound that they can prove, and says so: no error
 * among n proves 1 - (1 - confidence)^(1/n), so 1 % at 95 % takes 299 images.
 *
 * <p>Images that chose an epoch, a recipe or a temperature do not qualify either, but nothing
 * records which these were. Hold back images for the rule alone.
 *
 * @param falseAccusations the largest rate of natural images that count as AI, in (0, 1)
 * @param missed the largest rate of AI images that count as natural, in (0, 1)
 * @param confidence with which each bound holds, in (0, 1)
 * @param together whether the confidence is that of both bounds together; then each gets half of
 *     the probability of failure
 * @param views further views whose disagreement makes an image unsure
 */
public record VerdictRules(
    double falseAccusations,
    double missed,
    double confidence,
    boolean together,
    List<SecondView> views) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Copies the list and checks the components.
   *
   * @throws IllegalArgumentException if a rate or the confidence is not in (0, 1)
   */
  public VerdictRules {
    for (double rate : new double[] {falseAccusations, missed}) {
      checkArgument(rate > 0 && rate < 1, "bound of an error must be in (0, 1), got %s", rate);
    }
    checkArgument(
        confidence > 0 && confidence < 1, "confidence must be in (0, 1), got %s", confidence);
    views = List.copyOf(views);
  }

  /**
   * Returns rules with two bounds that each hold with 95 % confidence, without further views.
   *
   * @param falseAccusations the largest rate of natural images that count as AI, in (0, 1)
   * @param missed the largest rate of AI images that count as natural, in (0, 1)
   * @throws IllegalArgumentException if a rate is out of its range
   */
  public static VerdictRules of(double falseAccusations, double missed) {
    return new VerdictRules(falseAccusations, missed, 0.95, false, List.of());
  }

  /**
   * Returns the rules with another confidence.
   *
   * @throws IllegalArgumentException if it is not in (0, 1)
   */
  public VerdictRules confidence(double level) {
    return new VerdictRules(falseAccusations, missed, level, together, views);
  }

  /** Returns the rules whose confidence is that of both bounds together. */
  public VerdictRules asOne() {
    return new VerdictRules(falseAccusations, missed, confidence, true, views);
  }

  /** Returns the rules with further views of each image. */
  public VerdictRules withViews(SecondView... others) {
    return new VerdictRules(falseAccusations, missed, confidence, together, List.of(others));
  }

  /**
   * Chooses a rule on scores of images, and compares these with the images of the training, as far
   * as the weights record them: by the names of all files, and by the content of up to 1,024. Reads
   * all images once.
   *
   * @param result the scores of all images, none of them degraded
   * @param images those that were scored
   * @throws DatasetException if an image was trained on, or a label has no image
   * @throws IllegalArgumentException if the scores are of other images
   */
  public VerdictRule choose(EvaluationResult result, ImageDataset images) {
    checkArgument(
        EvaluationResult.fingerprint(images).equals(result.data()),
        "a rule needs the images that were scored, got %s others",
        images.size());
    checkNames(result, images.samples().stream().map(Sample::name));
    Optional<ImageSketch> trained = trained(result);
    trained.ifPresent(sketch -> checkContent(result, sketch, images));
    return choose(result, images.selection(), trained.isPresent());
  }

  /**
   * Chooses a rule on scores alone, such as those of a file. They are compared with the training by
   * the names of all files; the rule says that the images were not compared.
   *
   * @param result the scores, none of degraded images
   * @throws DatasetException if the names are those of the training's images, or a label has none
   */
  public VerdictRule choose(EvaluationResult result) {
    if (result.failures().isEmpty()) {
      checkNames(result, result.scores().all().stream().map(Score::name));
    }
    return choose(result, "", false);
  }

  private VerdictRule choose(EvaluationResult result, String selection, boolean compared) {
    double[] nature = OrderStatistic.rising(result.scores(), Label.NATURE);
    double[] ai = OrderStatistic.rising(result.scores(), Label.AI);
    if (nature.length == 0 || ai.length == 0) {
      throw new DatasetException(
          "a rule of verdicts needs images of both labels, got %s natural and %s AI; add the others"
              .formatted(nature.length, ai.length));
    }
    double delta = (1 - confidence) / (together ? 2 : 1);
    double high = threshold(nature, falseAccusations, delta);
    double[] mirrored = Arrays.stream(ai).map(score -> -score).sorted().toArray();
    double low = -threshold(mirrored, missed, delta);
    if (high < low) { // any threshold between them keeps both bounds
      double middle = (high + low) / 2;
      low = middle;
      high = middle;
    }
    return new VerdictRule(
        low,
        high,
        bound(nature, high, falseAccusations, delta),
        bound(mirrored, -low, missed, delta),
        views,
        new VerdictRule.Origin(
            result.detector(),
            temperature(result.provenance()),
            result.data(),
            selection,
            compared));
  }

  /** Returns the score that few enough of its class exceed; the highest if there are too few. */
  private static double threshold(double[] rising, double limit, double delta) {
    OptionalInt rank = OrderStatistic.rank(rising.length, limit, delta);
    return rising[rank.orElse(rising.length) - 1];
  }

  private static ErrorBound bound(double[] rising, double threshold, double limit, double delta) {
    long errors = Arrays.stream(rising).filter(score -> score > threshold).count();
    Proportion proportion = new Proportion(errors, rising.length);
    return new ErrorBound(
        limit, proportion.upperBound(1 - delta), 1 - delta, errors, rising.length);
  }

  private static double temperature(Map<String, String> provenance) {
    return Weights.of(Map.of()).with(provenance).calibration().temperature();
  }

  /** Weights of version 0.1.0 record the names of their training images, and no content. */
  private static void checkNames(EvaluationResult result, Stream<String> names) {
    String trained = result.provenance().get("genimage.training_data");
    if (trained == null) {
      return;
    }
    Hasher hasher = Hashing.sha256().newHasher();
    names.forEach(name -> hasher.putString(FileNames.last(name) + "\n", StandardCharsets.UTF_8));
    if (recordedNames(trained).equals(Optional.of(hasher.hash().toString()))) {
      throw new DatasetException(
          "a rule of verdicts needs images that training has not seen, found that %s was trained on"
                  .formatted(result.detector())
              + " images of exactly these names; hold back others");
    }
  }

  private static Optional<String> recordedNames(String trainingData) {
    try {
      return Optional.ofNullable(JSON.readTree(trainingData).get("file_names_sha256"))
          .map(JsonNode::asText);
    } catch (JsonProcessingException e) {
      return Optional.empty(); // weights of other programs
    }
  }

  private static Optional<ImageSketch> trained(EvaluationResult result) {
    return Optional.ofNullable(result.provenance().get("genimage.training_images"))
        .map(ImageSketch::parse)
        .filter(sketch -> sketch.size() > 0);
  }

  private static void checkContent(
      EvaluationResult result, ImageSketch sketch, ImageDataset images) {
    long known = sketch.known(images);
    if (known > 0) {
      throw new DatasetException(
          "a rule of verdicts needs images that training has not seen, found the content of %s of"
                  .formatted(known)
              + " these %s among %s that %s was trained on; hold back others"
                  .formatted(images.size(), sketch.size(), result.detector()));
    }
  }
}
