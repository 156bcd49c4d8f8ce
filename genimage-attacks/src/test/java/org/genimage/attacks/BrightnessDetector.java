package org.genimage.attacks;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.genimage.data.ImageBatch;
import org.genimage.data.Label;
import org.genimage.data.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;

/**
 * Says that bright images are AI-made: the score is the mean value. Its gradient is the sign of the
 * loss's alone.
 */
final class BrightnessDetector implements DifferentiableDetector {

  private final int side;

  BrightnessDetector(int side) {
    this.side = side;
  }

  @Override
  public String name() {
    return "Brightness";
  }

  @Override
  public InputContract input() {
    return InputContract.crop(side);
  }

  @Override
  public Map<String, String> provenance() {
    return Map.of();
  }

  @Override
  public double[] score(ImageBatch images) {
    return score(images.toPixels());
  }

  @Override
  public double[] score(Pixels pixels) {
    float[] values = pixels.toArray();
    double[] scores = new double[pixels.count()];
    int length = values.length / scores.length;
    for (int i = 0; i < values.length; i++) {
      scores[i / length] += values[i] / length;
    }
    return scores;
  }

  @Override
  public Pixels lossGradient(Pixels pixels, List<Label> labels) {
    float[] gradient = pixels.toArray();
    int length = gradient.length / labels.size();
    for (int i = 0; i < labels.size(); i++) {
      float sign = labels.get(i) == Label.AI ? -1 : 1;
      Arrays.fill(gradient, i * length, (i + 1) * length, sign);
    }
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), gradient);
  }

  @Override
  public void close() {}
}
