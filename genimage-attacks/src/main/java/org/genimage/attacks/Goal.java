package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.Detector;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.Logits;

/**
 * What an attack wants the detector to say of each image. Since there are two labels, to leave one
 * is to reach the other; an attack that was published for both wants them apart, because the loss
 * that it follows is another.
 *
 * @param labels one per image: the label to leave, or, if targeted, the one to reach
 * @param targeted whether these labels are to be reached
 */
public record Goal(List<Label> labels, boolean targeted) {

  /**
   * Copies the labels.
   *
   * @throws IllegalArgumentException if there is no label or one is null
   */
  public Goal {
    checkArgument(!labels.isEmpty(), "an attack needs a label per image, got none");
    int absent = labels.indexOf(null);
    checkArgument(absent < 0, "every image needs a label, image %s has none", absent);
    labels = List.copyOf(labels);
  }

  /**
   * Returns the goal of an untargeted attack: the detector no longer says this.
   *
   * @param labels what each image is
   */
  public static Goal leave(List<Label> labels) {
    return new Goal(new ArrayList<>(labels), false);
  }

  /**
   * Returns the goal of a targeted attack: the detector says this.
   *
   * @param target of every image
   * @param count number of images
   */
  public static Goal reach(Label target, int count) {
    return new Goal(Collections.nCopies(count, target), true);
  }

  /** Returns the label that an image shall get, whether targeted or not. */
  public Label wanted(int image) {
    return targeted ? labels.get(image) : other(labels.get(image));
  }

  /** Returns whether a score says what is wanted of an image, at the paper's threshold of 0.5. */
  public boolean reached(int image, double score) {
    return (score > Detector.THRESHOLD) == (wanted(image) == Label.AI);
  }

  /**
   * Returns how far the wanted logit lies above the other, for each image: the network's own
   * logits, before any temperature. It is positive once the goal is reached.
   */
  public double[] margins(DifferentiableDetector victim, Pixels pixels) {
    Logits logits = victim.logits(pixels);
    double[] margins = new double[logits.count()];
    for (int i = 0; i < margins.length; i++) {
      margins[i] = wanted(i) == Label.AI ? logits.margin(i) : -logits.margin(i);
    }
    return margins;
  }

  /**
   * Returns the gradient of each image's {@link #margins margin}. Unlike that of the loss it does
   * not vanish where the victim is certain.
   *
   * @return of the pixels' shape, per unit of pixel value
   */
  public float[] marginGradient(DifferentiableDetector victim, Pixels pixels) {
    float[] weights = new float[2 * labels.size()];
    for (int i = 0; i < labels.size(); i++) {
      weights[2 * i + wanted(i).index()] = 1;
      weights[2 * i + other(wanted(i)).index()] = -1;
    }
    return victim.gradient(pixels, Logits.of(weights)).toArray();
  }

  /**
   * Returns the direction in which each image comes nearer to the goal: that in which the loss of
   * the label to leave grows, or, if targeted, that of the target falls.
   *
   * @return of the pixels' shape
   */
  public float[] ascent(DifferentiableDetector victim, Pixels pixels) {
    float[] gradient = victim.lossGradient(pixels, labels).toArray();
    if (targeted) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = -gradient[i];
      }
    }
    return gradient;
  }

  private static Label other(Label label) {
    return label == Label.AI ? Label.NATURE : Label.AI;
  }
}
