package org.genimage.models;

import com.google.common.collect.Lists;
import com.google.common.primitives.Doubles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.genimage.data.Image;
import org.genimage.data.ImageBatch;
import org.genimage.data.Label;

/**
 * A network with its weights: it says how likely an image is the work of a generator.
 *
 * <p>A score is the model's probability of {@link Label#AI}, in [0, 1]; above 0.5 the image counts
 * as AI-made, as in the paper's tables. Safe for use by many threads at once. Owns native memory
 * until it is closed; every other method then throws {@link IllegalStateException}.
 */
public interface Detector extends AutoCloseable {

  /** The score above which an image counts as AI-made. */
  double THRESHOLD = 0.5;

  /** Returns the detector's name, such as {@code ResNet-50}. */
  String name();

  /** Returns how an image becomes this detector's input. */
  InputContract input();

  /** Returns what is known of the weights' origin: recipe, training data, versions. */
  Map<String, String> provenance();

  /**
   * Scores images that have been through {@link InputContract#evaluation}.
   *
   * @param images {@code [count, side, side, 3]}, RGB, 0 to 255, of the contract's side
   * @return one score in [0, 1] per image, in order
   * @throws IllegalArgumentException if the images have another size
   */
  double[] score(ImageBatch images);

  /** Scores one image of any size. */
  default double score(Image image) {
    return score(ImageBatch.of(List.of(input().prepare(image))))[0];
  }

  /**
   * Scores an image file.
   *
   * @throws org.genimage.data.UnreadableImageException if it cannot be read or decoded
   */
  default double score(Path file) {
    return score(Image.read(file));
  }

  /**
   * Scores images of any sizes, a few at a time.
   *
   * @return one score in [0, 1] per image, in order
   */
  default double[] score(List<Image> images) {
    List<Double> scores = new ArrayList<>(images.size());
    for (List<Image> part : Lists.partition(images, 16)) {
      scores.addAll(
          Doubles.asList(score(ImageBatch.of(part.stream().map(input()::prepare).toList()))));
    }
    return Doubles.toArray(scores);
  }

  /** Returns what an image counts as. */
  default Label classify(Image image) {
    return score(image) > THRESHOLD ? Label.AI : Label.NATURE;
  }

  /** Frees the native memory. A second call does nothing. */
  @Override
  void close();
}
