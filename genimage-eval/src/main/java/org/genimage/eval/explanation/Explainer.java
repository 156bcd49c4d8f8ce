package org.genimage.eval.explanation;

import org.genimage.data.image.Image;
import org.genimage.models.Detector;
import org.genimage.models.UndefinedScoreException;

/**
 * Finds the areas of an image that a detector's score comes from.
 *
 * <pre>{@code
 * Explanation explanation = Explainers.occlusion().explain(detector, Image.read(file));
 * Files.write(Path.of("why.png"), explanation.drawing().toPng());
 * String caption = explanation.caption();
 * }</pre>
 *
 * @see Explainers
 */
@FunctionalInterface
public interface Explainer {

  /**
   * Explains the score of one image of any size.
   *
   * @throws UndefinedScoreException if the image has no score
   */
  Explanation explain(Detector detector, Image image);
}
