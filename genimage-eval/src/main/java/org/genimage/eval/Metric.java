package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * A number that sums up scores, such as an accuracy. Most metrics are functions of a {@link
 * Ranking}: the distinct scores with the number of images of each label. A metric that needs the
 * images' names or generators is a function of {@link Scores}.
 *
 * <pre>{@code
 * Metric falseAlarms =
 *     new Metric("false positive rate", ranking -> 1 - ranking.accuracy(Label.NATURE).value());
 * Metric worst =
 *     Metric.ofScores(
 *         "accuracy on the worst generator",
 *         scores ->
 *             scores.byGenerator().values().stream()
 *                 .mapToDouble(part -> part.accuracy().value())
 *                 .min()
 *                 .orElseThrow());
 * }</pre>
 *
 * <p>A {@linkplain Bootstrap bootstrap} computes either kind a thousand times. For a function of a
 * ranking a resample costs no sort and no list of images.
 */
public final class Metric {

  private final String name;
  private final Optional<ToDoubleFunction<Ranking>> ofRanking;
  private final ToDoubleFunction<Scores> ofScores;

  private Metric(
      String name,
      Optional<ToDoubleFunction<Ranking>> ofRanking,
      ToDoubleFunction<Scores> ofScores) {
    checkArgument(!name.isBlank(), "a metric's name must not be blank");
    this.name = name;
    this.ofRanking = ofRanking;
    this.ofScores = ofScores;
  }

  /**
   * Creates a metric that needs the scores and labels alone.
   *
   * @param name for tables
   * @param function returns the number, NaN where it is undefined; called on several threads at
   *     once. Some places of the ranking may have no image, and a label may be missing
   * @throws IllegalArgumentException if the name is blank
   */
  public Metric(String name, ToDoubleFunction<Ranking> function) {
    this(name, Optional.of(function), scores -> function.applyAsDouble(scores.ranking()));
  }

  /**
   * Returns a metric that needs the images' names or generators.
   *
   * @param name for tables
   * @param function returns the number, NaN where it is undefined; called on several threads at
   *     once. In a bootstrap an image may stand there several times
   * @throws IllegalArgumentException if the name is blank
   */
  public static Metric ofScores(String name, ToDoubleFunction<Scores> function) {
    return new Metric(name, Optional.empty(), function);
  }

  /** Returns the name for tables. */
  public String name() {
    return name;
  }

  /** Returns the metric's value for these scores; NaN where it is undefined. */
  public double of(Scores scores) {
    return ofScores.applyAsDouble(scores);
  }

  /**
   * Returns the metric's value for these ranked scores; NaN where it is undefined.
   *
   * @throws IllegalArgumentException if the metric needs names or generators, which a ranking does
   *     not have
   */
  public double of(Ranking ranking) {
    return ofRanking
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "metric %s needs scores with names and generators, got a ranking; use of(Scores)"
                        .formatted(name)))
        .applyAsDouble(ranking);
  }

  /** Returns whether a ranking has all that the metric needs. */
  boolean isOfRanking() {
    return ofRanking.isPresent();
  }

  @Override
  public String toString() {
    return name;
  }
}
