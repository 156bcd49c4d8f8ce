package org.genimage.eval.explanation;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import java.time.Duration;
import org.genimage.data.image.Image;

/**
 * A map over the view that a detector saw: which areas speak for AI, and which for a natural image.
 *
 * <p>Its values are in logits: the log odds of the score, before the temperature of a calibration.
 * Positive values speak for AI, negative ones for natural. Immutable.
 */
public final class Explanation {

  private final Image view;
  private final float[] map;
  private final double score;
  private final String method;
  private final String effect;
  private final int scorings;
  private final Duration time;

  /**
   * Makes an explanation; {@link Explainer}s of one's own do, others receive it.
   *
   * @param view what the detector saw
   * @param map {@code [height, width]} of the view, row-major, finite; copied
   * @param score of the view, in [0, 1]
   * @param method how the map was made, as one sentence
   * @param effect what full colour stands for, as one sentence
   * @param scorings how often the detector was asked, gradients included
   * @param time the time it took
   * @throws IllegalArgumentException if the map has another size or a value that is not finite
   */
  public Explanation(
      Image view,
      float[] map,
      double score,
      String method,
      String effect,
      int scorings,
      Duration time) {
    checkArgument(
        map.length == view.width() * view.height(),
        "expected a value for each of %s x %s pixels, found %s; give one per pixel, row by row",
        view.height(),
        view.width(),
        map.length);
    for (float value : map) {
      checkArgument(
          Float.isFinite(value), "expected finite values in a map, found %s; leave it out", value);
    }
    this.view = view;
    this.map = map.clone();
    this.score = score;
    this.method = method;
    this.effect = effect;
    this.scorings = scorings;
    this.time = time;
  }

  /** Returns what the detector saw: the image after {@code detector.input().prepare(image)}. */
  public Image view() {
    return view;
  }

  /** Returns a copy of the map: {@code [height, width]} of the view, row-major, in logits. */
  public float[] map() {
    return map.clone();
  }

  /**
   * Returns the map's value at a pixel of the view, in logits.
   *
   * @throws IndexOutOfBoundsException if the view has no such pixel
   */
  public float value(int x, int y) {
    return map[
        checkElementIndex(y, view.height()) * view.width() + checkElementIndex(x, view.width())];
  }

  /** Returns the score of the view, in [0, 1]. */
  public double score() {
    return score;
  }

  /** Returns how often the detector was asked; a gradient counts as one. */
  public int scorings() {
    return scorings;
  }

  /** Returns the time it took. */
  public Duration time() {
    return time;
  }

  /** Returns what the drawing shows, in plain words: colours, scale, method, cost and limits. */
  public String caption() {
    return ("Over the view of %s × %s pixels that the detector saw: orange areas speak for AI, blue"
            + " areas for a natural image, grey ones for neither. %s %s This took %s scorings. The"
            + " map shows where the score comes from, not whether it is right.")
        .formatted(view.width(), view.height(), effect, method, scorings);
  }

  /**
   * Returns the map over the grey view, with the scale of its colours below: from full blue at the
   * left (natural) to full orange at the right (AI). Without letters, so that no font is needed.
   *
   * @return as wide as the view, and higher by the scale: 1/16 of the height, 6 pixels at least,
   *     and a black line of one pixel
   */
  public Image drawing() {
    return Drawing.withScale(view, map);
  }

  /** Returns {@link #drawing()} without the scale, of the view's size. */
  public Image overlay() {
    return Drawing.overlay(view, map);
  }
}
