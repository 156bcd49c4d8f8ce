package org.genimage.data.simulation;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;

/**
 * A model of natural scenes, rendered without a camera.
 *
 * <p>Dead leaves [1]: opaque shapes whose sizes follow a cubic power law occlude one another, which
 * gives photographs' edges, contrast and scale invariance. Each has a colour of the scene's
 * palette, is shaded from one light, is in or out of focus and carries texture with a 1/f spectrum
 * [2]. Behind them sky runs into ground.
 *
 * <p>[1] Lee, Mumford, Huang: Occlusion Models for Natural Images, IJCV 2001. [2] Field: Relations
 * between the statistics of natural images, JOSA A 1987.
 */
final class NaturalScene {

  // hues in degrees from red
  private static final double SKY = 215;
  private static final double EARTH = 30;
  private static final double FOLIAGE = 95;

  private final RandomGenerator random;
  private final FloatImage canvas;
  private final int side;
  private final float[] texture;
  private final List<float[]> palette;
  private final double light;
  private final float focus;
  private final float texturing;

  private NaturalScene(RandomGenerator random, int width, int height) {
    this.random = random;
    this.canvas = new FloatImage(width, height);
    this.side = Math.min(width, height);
    this.light = random.nextDouble(2 * Math.PI);
    this.focus = random.nextFloat(1, 3);
    this.texturing = random.nextFloat(0.1f, 0.5f);
    this.texture = texture(random.nextFloat(0.45f, 0.75f));
    double ground = random.nextBoolean() ? EARTH : FOLIAGE;
    double other = random.nextDouble(360);
    palette =
        DoubleStream.of(SKY, ground, EARTH, FOLIAGE, other, other)
            .mapToObj(hue -> colour(hue + random.nextDouble(-25, 25)))
            .toList();
  }

  /** Returns a scene, 0 to 255 with a mean and contrast as photographs have them. */
  static FloatImage render(RandomGenerator random, int width, int height) {
    NaturalScene scene = new NaturalScene(random, width, height);
    scene.paintBackground();
    int leaves = random.nextInt(20, 130);
    for (int i = 0; i < leaves; i++) {
      scene.paintLeaf();
    }
    float mean = random.nextFloat(85, 160);
    float deviation = random.nextFloat(30, 58);
    float gain = deviation / (float) Math.max(0.02, scene.canvas.deviation());
    return scene.canvas.scaled(gain, mean - gain * (float) scene.canvas.mean());
  }

  private float[] colour(double hue) {
    float level = random.nextFloat(0.12f, 0.9f);
    float saturation = random.nextFloat(0.35f) * level;
    float[] rgb = new float[FloatImage.CHANNELS];
    for (int c = 0; c < rgb.length; c++) {
      rgb[c] = level + saturation * (float) StrictMath.cos(StrictMath.toRadians(hue - c * 120));
    }
    return rgb;
  }

  /**
   * Octaves of interpolated lattice noise; {@code persistence} 0.5 is a 1/f amplitude spectrum. No
   * lattice falls on the pixels', which would be a trace of its own.
   */
  private float[] texture(float persistence) {
    int width = canvas.width();
    int height = canvas.height();
    float[] sum = new float[width * height];
    float amplitude = 1;
    for (float cell = side * random.nextFloat(0.2f, 0.4f); cell > 1; cell *= 0.5f) {
      int columns = (int) (width / cell) + 3;
      float[] lattice = new float[columns * ((int) (height / cell) + 3)];
      for (int i = 0; i < lattice.length; i++) {
        lattice[i] = random.nextFloat(-1, 1);
      }
      float left = random.nextFloat();
      float top = random.nextFloat();
      for (int y = 0; y < height; y++) {
        float row = top + y / cell;
        float v = smooth(row - (int) row);
        for (int x = 0; x < width; x++) {
          float column = left + x / cell;
          float u = smooth(column - (int) column);
          int i = (int) row * columns + (int) column;
          float upper = lattice[i] + u * (lattice[i + 1] - lattice[i]);
          float lower =
              lattice[i + columns] + u * (lattice[i + columns + 1] - lattice[i + columns]);
          sum[y * width + x] += amplitude * (upper + v * (lower - upper));
        }
      }
      amplitude *= persistence;
    }
    return sum;
  }

  private static float smooth(float t) {
    return t * t * (3 - 2 * t);
  }

  private void paintBackground() {
    float[] from = palette.get(0);
    float[] to = palette.get(1);
    float tilt = random.nextFloat(-0.3f, 0.3f);
    float horizon = canvas.height() * random.nextFloat(0.2f, 0.8f);
    float blend = canvas.height() * random.nextFloat(0.02f, 0.5f);
    float strength = texturing * random.nextFloat(0.3f, 1);
    for (int y = 0; y < canvas.height(); y++) {
      for (int x = 0; x < canvas.width(); x++) {
        float t = Math.max(0, Math.min(1, 0.5f + (y + tilt * x - horizon) / blend));
        float shade = 1 + strength * texture[y * canvas.width() + x];
        for (int c = 0; c < FloatImage.CHANNELS; c++) {
          canvas.set(c, x, y, shade * (from[c] + t * (to[c] - from[c])));
        }
      }
    }
  }

  private void paintLeaf() {
    double smallest = Math.max(1.5, 0.03 * side);
    double largest = 0.5 * side;
    double tail = 1 - (smallest / largest) * (smallest / largest);
    float radius = (float) (smallest / Math.sqrt(1 - tail * random.nextDouble()));
    float centreX = random.nextFloat(canvas.width());
    float centreY = random.nextFloat(canvas.height());
    float aspect = random.nextFloat(0.35f, 1);
    double angle = random.nextDouble(Math.PI);
    float cos = (float) StrictMath.cos(angle);
    float sin = (float) StrictMath.sin(angle);
    float lightX = (float) StrictMath.cos(light - angle);
    float lightY = (float) StrictMath.sin(light - angle);
    int shape = random.nextInt(3);
    float softness = random.nextInt(4) == 0 ? focus : 0.8f;
    float shading = random.nextFloat(0.1f, 0.45f);
    float strength = texturing * random.nextFloat();
    int shiftX = random.nextInt(canvas.width());
    int shiftY = random.nextInt(canvas.height());
    float[] colour = palette.get(random.nextInt(palette.size()));
    float level = random.nextFloat(0.75f, 1.25f);

    float reach = 1.5f * radius + softness;
    int right = (int) Math.min(canvas.width() - 1, centreX + reach);
    int bottom = (int) Math.min(canvas.height() - 1, centreY + reach);
    for (int y = (int) Math.max(0, centreY - reach); y <= bottom; y++) {
      for (int x = (int) Math.max(0, centreX - reach); x <= right; x++) {
        float u = (cos * (x - centreX) + sin * (y - centreY)) / radius;
        float v = (cos * (y - centreY) - sin * (x - centreX)) / (radius * aspect);
        float square = u * u + v * v;
        float extent =
            switch (shape) {
              case 0 -> (float) Math.sqrt(square); // pebble
              case 1 -> Math.max(Math.abs(u), Math.abs(v)); // slab
              default -> 0.5f * (u * u + 1) + 0.5f * Math.abs(v); // blade
            };
        float cover = 0.5f + (1 - extent) * radius * aspect / softness;
        if (cover <= 0) {
          continue;
        }
        cover = Math.min(1, cover);
        int i = (y + shiftY) % canvas.height() * canvas.width() + (x + shiftX) % canvas.width();
        float shade =
            level
                * (1 + shading * (u * lightX + v * lightY) - 0.15f * Math.min(square, 1.5f))
                * (1 + strength * texture[i]);
        for (int c = 0; c < FloatImage.CHANNELS; c++) {
          float behind = canvas.get(c, x, y);
          canvas.set(c, x, y, behind + cover * (shade * colour[c] - behind));
        }
      }
    }
  }
}
