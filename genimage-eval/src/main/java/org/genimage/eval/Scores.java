package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.genimage.data.Generator;
import org.genimage.data.Label;

/**
 * A detector's scores of a set of images.
 *
 * @param all at least one, in the order of the images
 */
public record Scores(List<Score> all) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public Scores {
    all = List.copyOf(all);
    checkArgument(!all.isEmpty(), "scores need at least one image, got none");
  }

  /** Returns the number of images. */
  public int size() {
    return all.size();
  }

  /** Returns the number of images of a label. */
  public long count(Label label) {
    return all.stream().filter(score -> score.label() == label).count();
  }

  /** Returns the scores by generator, in the order of each one's first image. */
  public Map<Generator, Scores> byGenerator() {
    Map<Generator, List<Score>> lists =
        all.stream()
            .collect(
                Collectors.groupingBy(Score::generator, LinkedHashMap::new, Collectors.toList()));
    Map<Generator, Scores> scores = new LinkedHashMap<>();
    lists.forEach((generator, list) -> scores.put(generator, new Scores(list)));
    return scores;
  }

  /**
   * Returns the scores of one generator's images, its natural ones included.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Scores of(Generator generator) {
    Scores scores = byGenerator().get(generator);
    checkArgument(
        scores != null,
        "no images of %s among the scores of %s",
        generator,
        byGenerator().keySet());
    return scores;
  }

  /** Returns how many images count as what they are. */
  public Proportion accuracy() {
    return Proportion.of(all, Score::correct);
  }

  /**
   * Returns how many images of a label count as what they are.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Proportion accuracy(Label label) {
    return Proportion.of(
        all.stream().filter(score -> score.label() == label).toList(), Score::correct);
  }
}
