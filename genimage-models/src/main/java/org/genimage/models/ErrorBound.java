package org.genimage.models;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Locale;

/**
 * What images that were held back prove of a rate of errors: an exact binomial bound.
 *
 * @param limit the rate that was asked for, in (0, 1)
 * @param bound the rate that the images prove, in (0, 1]: the true rate is higher with a
 *     probability of at most {@code 1 - confidence}. Above the limit if there are too few images
 * @param confidence in (0, 1)
 * @param errors the number of images that were wrong
 * @param images the number of images, at least 1
 */
public record ErrorBound(double limit, double bound, double confidence, long errors, long images) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public ErrorBound {
    checkArgument(limit > 0 && limit < 1, "limit of an error must be in (0, 1), got %s", limit);
    checkArgument(bound > 0 && bound <= 1, "bound of an error must be in (0, 1], got %s", bound);
    checkArgument(
        confidence > 0 && confidence < 1, "confidence must be in (0, 1), got %s", confidence);
    checkArgument(images > 0, "a bound of an error needs images, got %s", images);
    checkArgument(
        errors >= 0 && errors <= images, "errors must be from 0 to %s, got %s", images, errors);
  }

  /** Returns whether the images prove the rate that was asked for. */
  public boolean holds() {
    return bound <= limit;
  }

  /** Returns what is proven in one sentence, of images such as {@code natural}. */
  String sentence(String kind, String fate) {
    String proven =
        "At most %s %% of %s images %s, with %s %% confidence: %s of %s did."
            .formatted(
                percent(holds() ? limit : bound), kind, fate, percent(confidence), errors, images);
    return holds()
        ? proven
        : proven + " %s %% was asked for, which needs more images.".formatted(percent(limit));
  }

  /** Returns a share in per cent, rounded up to two decimals, without zeros at the end. */
  private static String percent(double share) {
    double hundredths = Math.ceil(1e4 * share - 1e-9);
    return String.format(Locale.ROOT, "%.2f", hundredths / 100).replaceFirst("\\.?0+$", "");
  }
}
