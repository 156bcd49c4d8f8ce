package org.genimage.attacks;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.genimage.data.Label;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.InputContract;
import org.genimage.models.Logits;
import org.genimage.models.weights.Calibration;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;

/**
 * Says that bright images are AI-made: the score is the mean value. Its gradient is the slope for
 * natural images, and its negative for others.
 */
final class BrightnessDetector implements DifferentiableDetector {

  private final int side;
  private final float slope;
  private final Calibration calibration;
  private int gradients;

  BrightnessDetector(int side, float slope) {
    this(side, slope, Calibration.NONE);
  }

  private BrightnessDetector(int side, float slope, Calibration calibration) {
    this.side = side;
    this.slope = slope;
    this.calibration = calibration;
  }

  /** Returns the same detector, which says that its scores were calibrated so. */
  BrightnessDetector calibrated(Calibration fitted) {
    return new BrightnessDetector(side, slope, fitted);
  }

  /** Returns how often a gradient was asked for. */
  int gradients() {
    return gradients;
  }

  @Override
  public Calibration calibration() {
    return calibration;
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
      scores[i / length] += values[i];
    }
    return Arrays.stream(scores).map(sum -> sum / length).toArray();
  }

  @Override
  public Pixels lossGradient(Pixels pixels, List<Label> labels) {
    gradients++;
    float[] gradient = pixels.toArray();
    int length = gradient.length / labels.size();
    for (int i = 0; i < labels.size(); i++) {
      float value = labels.get(i) == Label.AI ? -slope : slope;
      Arrays.fill(gradient, i * length, (i + 1) * length, value);
    }
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), gradient);
  }

  @Override
  public Logits logits(Pixels pixels) {
    double[] means = score(pixels);
    float[] values = new float[2 * means.length];
    for (int i = 0; i < means.length; i++) {
      values[2 * i + 1] = (float) (slope * (means[i] - 0.5));
    }
    return Logits.of(values);
  }

  @Override
  public Pixels gradient(Pixels pixels, Logits weights) {
    gradients++;
    float[] gradient = pixels.toArray();
    int length = gradient.length / pixels.count();
    for (int i = 0; i < pixels.count(); i++) {
      float each = weights.ai(i) * slope / length;
      Arrays.fill(gradient, i * length, (i + 1) * length, each);
    }
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), gradient);
  }

  /** The mean and what it is compared with, so that they are equal where the score is a half. */
  @Override
  public Operand<TFloat32> logits(Ops tf, Operand<TFloat32> pixels) {
    Operand<TFloat32> mean = tf.math.mean(pixels, tf.constant(new int[] {1, 2, 3}));
    Operand<TFloat32> scaled = tf.math.mul(mean, tf.constant(slope));
    return tf.stack(
        List.of(tf.zerosLike(scaled), tf.math.sub(scaled, tf.constant(slope / 2))), Stack.axis(1L));
  }

  @Override
  public void close() {}
}
