package org.genimage.data.simulation;

import java.util.random.RandomGenerator;
import org.genimage.data.image.Image;

/**
 * A simulated image while it is being made: three planes of floats, red, green, blue, each {@code
 * [height, width]}, row-major, 0 to 255 where it stands for grey levels and unbounded in between.
 */
final class FloatImage {

  static final int CHANNELS = 3;

  private final int width;
  private final int height;
  private final float[] values;

  FloatImage(int width, int height) {
    this.width = width;
    this.height = height;
    this.values = new float[CHANNELS * width * height];
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  float get(int channel, int x, int y) {
    return values[(channel * height + y) * width + x];
  }

  void set(int channel, int x, int y, float value) {
    values[(channel * height + y) * width + x] = value;
  }

  /** Returns {@code gain * this + offset}. */
  FloatImage scaled(float gain, float offset) {
    FloatImage out = new FloatImage(width, height);
    for (int i = 0; i < values.length; i++) {
      out.values[i] = gain * values[i] + offset;
    }
    return out;
  }

  /** Returns {@code this + gain * other}. */
  FloatImage plus(FloatImage other, float gain) {
    FloatImage out = new FloatImage(width, height);
    for (int i = 0; i < values.length; i++) {
      out.values[i] = values[i] + gain * other.values[i];
    }
    return out;
  }

  /** Returns this with Gaussian noise whose variance grows with the light, as photons' does. */
  FloatImage noisy(float sigma, RandomGenerator random) {
    FloatImage out = new FloatImage(width, height);
    for (int i = 0; i < values.length; i++) {
      float light = Math.max(0, Math.min(1, values[i] / 255));
      float deviation = sigma * (float) Math.sqrt(0.5f + light);
      out.values[i] = values[i] + deviation * (float) random.nextGaussian();
    }
    return out;
  }

  /** Returns the convolution with a Gaussian of this standard deviation in pixels. */
  FloatImage blurred(float sigma) {
    int radius = Math.max(1, (int) Math.ceil(2.5f * sigma));
    float[] kernel = new float[2 * radius + 1];
    float sum = 0;
    for (int i = 0; i < kernel.length; i++) {
      float d = (i - radius) / sigma;
      kernel[i] = (float) StrictMath.exp(-0.5 * d * d);
      sum += kernel[i];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= sum;
    }
    return expanded(1, width, height, kernel);
  }

  /** Returns the residual of a blur added once more: unsharp masking, with its halo at edges. */
  FloatImage sharpened(float sigma, float amount) {
    return scaled(1 + amount, 0).plus(blurred(sigma), -amount);
  }

  /** Returns the means over squares of {@code factor} pixels, those at the end clamped. */
  FloatImage reduced(int factor) {
    FloatImage out = new FloatImage((width + factor - 1) / factor, (height + factor - 1) / factor);
    for (int c = 0; c < CHANNELS; c++) {
      for (int y = 0; y < out.height; y++) {
        for (int x = 0; x < out.width; x++) {
          float sum = 0;
          for (int j = 0; j < factor; j++) {
            for (int i = 0; i < factor; i++) {
              sum +=
                  get(c, Math.min(factor * x + i, width - 1), Math.min(factor * y + j, height - 1));
            }
          }
          out.set(c, x, y, sum / (factor * factor));
        }
      }
    }
    return out;
  }

  /**
   * Returns the transposed convolution with a separable kernel, which is every upsampling that
   * decoders use: a box of {@code stride} is nearest neighbour, a triangle is bilinear, anything
   * whose phases have unequal sums leaves a checkerboard (Odena et al., Deconvolution and
   * Checkerboard Artifacts, 2016).
   */
  FloatImage expanded(int stride, int outWidth, int outHeight, float... kernel) {
    int pad = (kernel.length - stride) / 2;
    FloatImage rows = new FloatImage(outWidth, height);
    for (int line = 0; line < CHANNELS * height; line++) {
      for (int x = 0; x < outWidth; x++) {
        float sum = 0;
        int place = x + pad;
        for (int i = place / stride, k = place % stride; k < kernel.length; i--, k += stride) {
          sum += kernel[k] * values[line * width + Math.max(0, Math.min(width - 1, i))];
        }
        rows.values[line * outWidth + x] = sum;
      }
    }
    FloatImage out = new FloatImage(outWidth, outHeight);
    for (int c = 0; c < CHANNELS; c++) {
      for (int y = 0; y < outHeight; y++) {
        int to = (c * outHeight + y) * outWidth;
        int place = y + pad;
        for (int i = place / stride, k = place % stride; k < kernel.length; i--, k += stride) {
          int from = (c * height + Math.max(0, Math.min(height - 1, i))) * outWidth;
          for (int x = 0; x < outWidth; x++) {
            out.values[to + x] += kernel[k] * rows.values[from + x];
          }
        }
      }
    }
    return out;
  }

  /** Returns the rectangle at this corner. */
  FloatImage cropped(int left, int top, int cropWidth, int cropHeight) {
    FloatImage out = new FloatImage(cropWidth, cropHeight);
    for (int c = 0; c < CHANNELS; c++) {
      for (int y = 0; y < cropHeight; y++) {
        System.arraycopy(
            values,
            (c * height + y + top) * width + left,
            out.values,
            (c * cropHeight + y) * cropWidth,
            cropWidth);
      }
    }
    return out;
  }

  double mean() {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  double deviation() {
    double mean = mean();
    double sum = 0;
    for (float value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / values.length);
  }

  /** Returns the root mean square of the discrete Laplacian of the mean of the channels. */
  double roughness() {
    float[] grey = new float[width * height];
    for (int i = 0; i < values.length; i++) {
      grey[i % grey.length] += values[i] / CHANNELS;
    }
    double sum = 0;
    for (int y = 1; y < height - 1; y++) {
      for (int x = 1; x < width - 1; x++) {
        int i = y * width + x;
        float laplacian =
            4 * grey[i] - grey[i - 1] - grey[i + 1] - grey[i - width] - grey[i + width];
        sum += laplacian * laplacian;
      }
    }
    return Math.sqrt(sum / ((width - 2.0) * (height - 2.0)));
  }

  /** Returns the image, rounded and clipped to 8 bits. */
  Image toImage() {
    byte[] rgb = new byte[values.length];
    int plane = width * height;
    for (int i = 0; i < plane; i++) {
      for (int c = 0; c < CHANNELS; c++) {
        int level = Math.round(values[c * plane + i]);
        rgb[CHANNELS * i + c] = (byte) Math.max(0, Math.min(255, level));
      }
    }
    return Image.of(width, height, rgb);
  }

  /** Returns an image of 8 bits as floats. */
  static FloatImage of(Image image) {
    FloatImage out = new FloatImage(image.width(), image.height());
    byte[] rgb = image.toArray();
    int plane = out.width * out.height;
    for (int i = 0; i < rgb.length; i++) {
      out.values[i % CHANNELS * plane + i / CHANNELS] = rgb[i] & 255;
    }
    return out;
  }
}
