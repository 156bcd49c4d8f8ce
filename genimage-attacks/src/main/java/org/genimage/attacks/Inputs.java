package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;
import org.genimage.data.image.Pixels;
import org.genimage.models.Detector;

/** Checks and small steps that attacks have in common. */
public final class Inputs {

  private Inputs() {}

  /**
   * Returns a copy of the pixels' values, once they are checked; {@link Attack#perturb} begins with
   * it.
   *
   * @return {@code [count, side, side, 3]}, row-major, in [0, 1]
   * @throws IllegalArgumentException if there are not as many images as labels, they have not the
   *     size of the victim's input, or a value is not in [0, 1]
   */
  public static float[] checked(Detector victim, Pixels pixels, Goal goal) {
    int side = victim.input().side();
    checkArgument(
        victim.input().accepts(pixels.height(), pixels.width()),
        "%s takes images of %sx%s pixels, got %sx%s; prepare them with input().prepare(image)",
        victim.name(),
        side,
        side,
        pixels.width(),
        pixels.height());
    checkArgument(
        goal.labels().size() == pixels.count(),
        "%s images need as many labels, got %s",
        pixels.count(),
        goal.labels().size());
    float[] values = pixels.toArray();
    int length = values.length / pixels.count();
    for (int i = 0; i < values.length; i++) {
      if (!(values[i] >= 0 && values[i] <= 1)) {
        throw new IllegalArgumentException(
            "pixel values must be in [0, 1], got %s in image %s; divide 8-bit values by 255"
                .formatted(values[i], i / length));
      }
    }
    return values;
  }

  /**
   * Checks the settings of an attack in steps.
   *
   * @throws IllegalArgumentException if one is not positive, or the step size is not finite
   */
  public static void checkSteps(double stepSize, int steps) {
    checkArgument(
        stepSize > 0 && Double.isFinite(stepSize), "step size must be positive, got %s", stepSize);
    checkArgument(steps > 0, "number of steps must be positive, got %s", steps);
  }

  /** Returns the settings of an attack in steps, in words, to add others to. */
  static Map<String, String> steps(Norm norm, double stepSize, int steps) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("step size", new Budget(norm, stepSize).toString());
    settings.put("steps", Integer.toString(steps));
    return settings;
  }

  /** Moves values outside [0, 1] to its ends, in place. */
  public static void clip(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, Math.min(1, values[i]));
    }
  }

  /**
   * Returns random numbers for one image. They follow from the seed and the image's pixels, not
   * from its place in the batch, so that batches of any size draw the same.
   *
   * @param seed of the attack
   * @param values of all images
   * @param from the index of the image's first value
   * @param to the index after its last value
   */
  public static RandomGenerator random(Seed seed, float[] values, int from, int to) {
    long hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + Float.floatToIntBits(values[i]);
    }
    return seed.at(hash).random();
  }
}
