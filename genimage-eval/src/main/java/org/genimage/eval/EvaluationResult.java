package org.genimage.eval;

import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.genimage.data.Skipped;

/**
 * What an {@link Evaluation} found.
 *
 * @param detector its name
 * @param provenance what is known of its weights
 * @param scores one per readable image, in the order of the dataset
 * @param skipped the images that could not be read, with reasons; no score counts them
 * @param duration how long it took, reading included
 */
public record EvaluationResult(
    String detector,
    Map<String, String> provenance,
    Scores scores,
    List<Skipped> skipped,
    Duration duration) {

  /** Copies the collections. */
  public EvaluationResult {
    provenance = ImmutableMap.copyOf(provenance);
    skipped = List.copyOf(skipped);
  }
}
