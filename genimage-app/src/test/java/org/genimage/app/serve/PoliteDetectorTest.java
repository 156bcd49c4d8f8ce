package org.genimage.app.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PoliteDetectorTest {

  private final RedDetector detector = new RedDetector();
  private final List<Integer> before = new ArrayList<>();

  private static ImageBatch images(int count) {
    return ImageBatch.of(
        IntStream.range(0, count)
            .mapToObj(
                i -> {
                  byte[] rgb = new byte[3 * RedDetector.SIDE * RedDetector.SIDE];
                  rgb[0] = (byte) i;
                  return Image.of(RedDetector.SIDE, RedDetector.SIDE, rgb);
                })
            .toList());
  }

  @Test
  void images_areScoredInOrder_fourAtATime() {
    PoliteDetector polite =
        new PoliteDetector(detector, () -> false, () -> before.add(detector.scored.size()));

    assertThat(polite.score(images(10))).isEqualTo(detector.score(images(10)));
    assertThat(before).containsExactly(0, 4, 8);
  }

  /** Each piece takes 10 ms, so that three pieces and their rests take at least 300 ms. */
  @Test
  void othersWhoWantScores_getNineTenthsOfTheTime() {
    detector.onScore = () -> sleep(10);
    PoliteDetector polite = new PoliteDetector(detector, () -> true, () -> {});
    long start = System.nanoTime();
    polite.score(images(9));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
  }

  @Test
  void rest_endsWithTheNeed_andWithTheClient() {
    detector.onScore = () -> sleep(300);
    PoliteDetector alone = new PoliteDetector(detector, () -> false, () -> {});
    PoliteDetector left =
        new PoliteDetector(
            detector,
            () -> true,
            () -> {
              if (!detector.scored.isEmpty()) {
                throw new CancellationException("left");
              }
            });
    long start = System.nanoTime();
    alone.score(images(1));
    detector.scored.clear();

    assertThatThrownBy(() -> left.score(images(9))).isInstanceOf(CancellationException.class);
    assertThat(detector.scored).hasSize(4);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
  }

  private static void sleep(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
