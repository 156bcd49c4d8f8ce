package org.genimage.eval.explanation;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transforms;

/** What stands in place of the pixels that are hidden. */
public enum Fill {
  /** The view after Gaussian blur: colours stay, fine traces go. */
  BLUR("blurred", Fill::blurred),
  /** One colour: the view's mean. */
  MEAN("filled with the mean colour", Fill::mean);

  private static final int SIGMAS = 28; // the blur's deviation is 1/28 of the shorter side

  private final String words;
  private final UnaryOperator<Image> fill;

  Fill(String words, UnaryOperator<Image> fill) {
    this.words = words;
    this.fill = fill;
  }

  String words() {
    return words;
  }

  /** Returns an image of the same size of which every pixel is hidden. */
  public Image of(Image view) {
    return fill.apply(view);
  }

  private static Image blurred(Image view) {
    double sigma = Math.max(1, Math.min(view.width(), view.height()) / (double) SIGMAS);
    return Transforms.gaussianBlurRounded(sigma).apply(view, new SplittableRandom(0));
  }

  private static Image mean(Image view) {
    byte[] rgb = view.toArray();
    checkArgument(rgb.length > 0, "expected an image with pixels, found none; give another");
    long[] sums = new long[3];
    for (int i = 0; i < rgb.length; i++) {
      sums[i % 3] += rgb[i] & 0xff;
    }
    long pixels = rgb.length / 3;
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) Math.round((double) sums[i % 3] / pixels);
    }
    return Image.of(view.width(), view.height(), rgb);
  }
}
