package org.genimage.app.serve;

import com.google.common.collect.Lists;
import com.google.common.primitives.Doubles;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Detector;
import org.genimage.models.InputContract;
import org.genimage.models.weights.Calibration;

/**
 * A detector that scores a few images at a time and gives way to others in between. While others
 * want scores, it rests nine times as long as it worked: it then takes a tenth of the time.
 *
 * <p>It has no logits of its own. So an explanation that uses it does not see changes of a score
 * that is nearer to 1 than 1e-15.
 *
 * @param inside the detector, which stays its owner's to close
 * @param isWanted whether others want scores
 * @param check throws where the scores are no longer needed
 */
record PoliteDetector(Detector inside, BooleanSupplier isWanted, Runnable check)
    implements Detector {

  private static final int PIECE = 4;
  private static final int RESTS = 9;
  private static final Duration LOOK = Duration.ofMillis(5);

  @Override
  public String name() {
    return inside.name();
  }

  @Override
  public InputContract input() {
    return inside.input();
  }

  @Override
  public Map<String, String> provenance() {
    return inside.provenance();
  }

  @Override
  public Calibration calibration() {
    return inside.calibration();
  }

  @Override
  public double[] score(ImageBatch images) {
    List<Image> all = IntStream.range(0, images.count()).mapToObj(images::image).toList();
    List<Double> scores = new ArrayList<>();
    for (List<Image> piece : Lists.partition(all, PIECE)) {
      check.run();
      long start = System.nanoTime();
      scores.addAll(Doubles.asList(inside.score(ImageBatch.of(piece))));
      rest(System.nanoTime() - start);
    }
    return Doubles.toArray(scores);
  }

  private void rest(long worked) {
    long start = System.nanoTime();
    while (isWanted.getAsBoolean() && System.nanoTime() - start < RESTS * worked) {
      check.run();
      Uninterruptibles.sleepUninterruptibly(LOOK);
    }
  }

  /** Leaves the detector inside open. */
  @Override
  public void close() {}
}
