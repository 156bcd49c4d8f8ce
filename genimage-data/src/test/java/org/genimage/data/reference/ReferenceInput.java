package org.genimage.data.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.genimage.data.image.Image;

/**
 * Inputs that the fixtures describe by key, shape and salt: fine noise mixed with coarse blocks.
 */
public final class ReferenceInput {

  private static final double[] MEAN = {.485, .456, .406};
  private static final double[] STD = {.229, .224, .225};
  private static final double[] CLIP_MEAN = {.48145466, .4578275, .40821073};
  private static final double[] CLIP_STD = {.26862954, .26130258, .27577711};

  private ReferenceInput() {}

  /**
   * Returns a network input.
   *
   * @param description key, shape, block and fine shares, as {@code eval.json} has them
   * @param domain imagenet, clip, unit, signed or bytes
   * @return {@code [N, C, H, W]}, row-major
   */
  public static float[] network(JsonNode description, String domain, ReferenceFill fill) {
    String key = description.get("key").asText();
    int count = description.get("shape").get(0).asInt();
    int channels = description.get("shape").get(1).asInt();
    int height = description.get("shape").get(2).asInt();
    int width = description.get("shape").get(3).asInt();
    int block = description.get("block").asInt();
    int coarseHeight = (height + block - 1) / block;
    int coarseWidth = (width + block - 1) / block;
    double[] fine = fill.uniforms(key, count * channels * height * width);
    double[] coarse = fill.uniforms(key + ".coarse", count * channels * coarseHeight * coarseWidth);
    float[] values = new float[fine.length];
    int i = 0;
    for (int n = 0; n < count; n++) {
      double share = description.get("fine").get(n).asDouble();
      for (int c = 0; c < channels; c++) {
        int plane = (n * channels + c) * coarseHeight;
        for (int y = 0; y < height; y++) {
          int row = (plane + y / block) * coarseWidth;
          for (int x = 0; x < width; x++, i++) {
            double v = share * fine[i] + (1 - share) * coarse[row + x / block];
            values[i] =
                (float)
                    switch (domain) {
                      case "imagenet" -> (v - MEAN[c]) / STD[c];
                      case "clip" -> (v - CLIP_MEAN[c]) / CLIP_STD[c];
                      case "unit" -> v;
                      case "signed" -> 2 * v - 1;
                      case "bytes" -> Math.floor(255 * v);
                      default -> throw new IllegalArgumentException(domain);
                    };
          }
        }
      }
    }
    return values;
  }

  /** Returns the 8-bit RGB image that an entry of {@code preprocess.json} describes. */
  public static Image image(JsonNode description, ReferenceFill fill) {
    String key = description.get("key").asText();
    int height = description.get("height").asInt();
    int width = description.get("width").asInt();
    int block = description.get("block").asInt();
    double share = description.get("fine").asDouble();
    int coarseHeight = (height + block - 1) / block;
    int coarseWidth = (width + block - 1) / block;
    double[] fine = fill.uniforms(key, height * width * 3);
    double[] coarse = fill.uniforms(key + ".coarse", coarseHeight * coarseWidth * 3);
    byte[] rgb = new byte[fine.length];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % width;
      int y = i / 3 / width;
      int from = 3 * (y / block * coarseWidth + x / block) + i % 3;
      rgb[i] = (byte) Math.floor(255 * (share * fine[i] + (1 - share) * coarse[from]));
    }
    return Image.of(width, height, rgb);
  }

  /** Returns the weights of these entries, with a case's overrides. */
  public static float[] weights(
      String key, List<Integer> shape, JsonNode overrides, ReferenceFill fill) {
    float[] values = fill.weights(key, shape);
    for (JsonNode override : overrides) {
      List<String> keys = new ArrayList<>();
      override.get("keys").forEach(name -> keys.add(name.asText()));
      if (keys.contains(key)) {
        float factor = (float) override.get("multiply").asDouble();
        for (int i = 0; i < values.length; i++) {
          values[i] *= factor;
        }
      }
    }
    return values;
  }

  /** Returns the values at the positions that the fixtures sample: all, or 64 spread evenly. */
  public static double[] sample(float[] values) {
    int count = Math.min(64, values.length);
    double[] sample = new double[count];
    for (int k = 0; k < count; k++) {
      sample[k] = values[count < 64 ? k : (int) ((long) k * values.length / 64)];
    }
    return sample;
  }

  /** Reorders {@code [N, C, H, W]} to {@code [N, H, W, C]}. */
  public static float[] toNhwc(float[] values, int n, int c, int h, int w) {
    float[] result = new float[values.length];
    int i = 0;
    for (int image = 0; image < n; image++) {
      for (int channel = 0; channel < c; channel++) {
        for (int pixel = 0; pixel < h * w; pixel++, i++) {
          result[(image * h * w + pixel) * c + channel] = values[i];
        }
      }
    }
    return result;
  }

  /** Reorders {@code [N, H, W, C]} to {@code [N, C, H, W]}. */
  public static float[] toNchw(float[] values, int n, int h, int w, int c) {
    float[] result = new float[values.length];
    for (int image = 0; image < n; image++) {
      for (int channel = 0; channel < c; channel++) {
        for (int pixel = 0; pixel < h * w; pixel++) {
          result[(image * c + channel) * h * w + pixel] =
              values[(image * h * w + pixel) * c + channel];
        }
      }
    }
    return result;
  }
}
