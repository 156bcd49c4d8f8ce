package org.genimage.app.serve;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Detector;
import org.genimage.models.InputContract;
import org.genimage.models.VerdictRule;

/** The score is the red value of the first pixel that it sees. A gate can hold all scores back. */
final class RedDetector implements Detector {

  static final int SIDE = 4;

  final List<Integer> scored = new CopyOnWriteArrayList<>();
  volatile CountDownLatch gate = new CountDownLatch(0);
  volatile Optional<VerdictRule> rule = Optional.empty();
  volatile boolean fails;

  /** Runs before scores are given. */
  volatile Runnable onScore = () -> {};

  /** Holds scores back from now on. */
  void shut() {
    gate = new CountDownLatch(1);
  }

  void open() {
    gate.countDown();
  }

  /** Returns an image with this score, as a PNG file. */
  static byte[] png(double score) {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    rgb[0] = (byte) Math.round(255 * score);
    return Image.of(SIDE, SIDE, rgb).toPng();
  }

  /** Returns a larger image with this score, of one colour, as a PNG file. */
  static byte[] png(double score, int side) {
    byte[] rgb = new byte[3 * side * side];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) Math.round(255 * score);
    }
    return Image.of(side, side, rgb).toPng();
  }

  @Override
  public String name() {
    return "red";
  }

  @Override
  public InputContract input() {
    return InputContract.crop(SIDE);
  }

  @Override
  public Map<String, String> provenance() {
    return Map.of();
  }

  @Override
  public Optional<VerdictRule> verdictRule() {
    return rule;
  }

  @Override
  public double[] score(ImageBatch images) {
    onScore.run();
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (fails) {
      throw new IllegalStateException("the secret of the detector");
    }
    double[] scores = new double[images.count()];
    for (int i = 0; i < scores.length; i++) {
      int red = images.image(i).value(0, 0, 0);
      scored.add(red);
      scores[i] = red / 255.0;
    }
    return scores;
  }

  @Override
  public void close() {}
}
