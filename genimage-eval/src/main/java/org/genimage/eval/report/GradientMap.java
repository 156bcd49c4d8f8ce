package org.genimage.eval.report;

import java.util.Arrays;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;

/**
 * The pixels to which a score is most sensitive: the size of the loss's gradient (Simonyan et al.
 * 2014), smoothed, in orange over a grey image.
 */
final class GradientMap {

  private static final int RADIUS = 3;
  private static final double BRIGHTEST = 0.99; // the share of pixels below full orange
  private static final int[] ORANGE = {242, 140, 40};

  private GradientMap() {}

  /** Returns the map over the image as the detector's preprocessing leaves it. */
  static Image of(DifferentiableDetector detector, Image image, Label label) {
    Image seen = detector.input().prepare(image);
    Pixels gradient =
        detector.lossGradient(ImageBatch.of(List.of(seen)).toPixels(), List.of(label));
    double[] size = smoothed(sizes(gradient.toArray()), seen.width(), seen.height());
    double[] sorted = size.clone();
    Arrays.sort(sorted);
    double none = sorted[sorted.length / 2];
    double full = Math.max(sorted[(int) (BRIGHTEST * (sorted.length - 1))], Double.MIN_NORMAL);
    byte[] rgb = seen.toArray();
    for (int i = 0; i < size.length; i++) {
      double grey =
          0.299 * (rgb[3 * i] & 0xff)
              + 0.587 * (rgb[3 * i + 1] & 0xff)
              + 0.114 * (rgb[3 * i + 2] & 0xff);
      double weight = Math.max(0, Math.min(1, (size[i] - none) / Math.max(full - none, 1e-30)));
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = (byte) Math.round((1 - weight) * 0.6 * grey + weight * ORANGE[c]);
      }
    }
    return Image.of(seen.width(), seen.height(), rgb);
  }

  private static double[] sizes(float[] gradient) {
    double[] sizes = new double[gradient.length / 3];
    for (int i = 0; i < gradient.length; i++) {
      sizes[i / 3] += Math.abs(gradient[i]);
    }
    return sizes;
  }

  /** The mean over a square around each pixel, cut off at the edges. */
  private static double[] smoothed(double[] values, int width, int height) {
    double[] means = new double[values.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double sum = 0;
        int count = 0;
        for (int v = Math.max(0, y - RADIUS); v <= Math.min(height - 1, y + RADIUS); v++) {
          for (int u = Math.max(0, x - RADIUS); u <= Math.min(width - 1, x + RADIUS); u++) {
            sum += values[v * width + u];
            count++;
          }
        }
        means[y * width + x] = sum / count;
      }
    }
    return means;
  }
}
