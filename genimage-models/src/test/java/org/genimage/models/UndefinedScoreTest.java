package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;

/** A detector whose logits are not finite for a white image, and (0, 1) for a black one. */
class UndefinedScoreTest {

  private static final double BLACK_SCORE = 1 / (1 + Math.exp(-1));
  private static final Image BLACK = Image.of(2, 2, new byte[12]);
  private static final Image WHITE = white();

  private final DifferentiableDetector detector =
      new Blueprint(
              "fragile", new Overflowing(), InputContract.of(new Resize.None(), 2), Head.NATURE_AI)
          .load(Weights.of(Map.of()));

  private static Image white() {
    byte[] rgb = new byte[12];
    Arrays.fill(rgb, (byte) 255);
    return Image.of(2, 2, rgb);
  }

  /** The first logit is beyond the largest float for white, and 0 for black. */
  private record Overflowing() implements Network {

    @Override
    public Operand<TFloat32> logits(ModelScope scope, Operand<TFloat32> images) {
      var tf = scope.tf();
      var mean = tf.math.mean(images, tf.array(1, 2, 3));
      var large = tf.math.mul(tf.math.mul(mean, tf.constant(3e38f)), tf.constant(10f));
      var one = tf.math.add(tf.math.mul(mean, tf.constant(0f)), tf.constant(1f));
      return tf.stack(List.of(large, one), Stack.axis(1L));
    }

    @Override
    public List<String> head() {
      return List.of();
    }
  }

  @AfterEach
  void close() {
    detector.close();
  }

  @Test
  void score_ofOneImage_isRefused() {
    assertThat(detector.score(BLACK)).isEqualTo(BLACK_SCORE);
    assertThatThrownBy(() -> detector.score(WHITE))
        .isInstanceOf(UndefinedScoreException.class)
        .hasMessage(
            "expected 1 scores of fragile in [0, 1], found numbers that are not finite for 1; the"
                + " weights are damaged or too large, so load others or train again");
    assertThatThrownBy(() -> detector.classify(WHITE)).isInstanceOf(UndefinedScoreException.class);
  }

  @Test
  void score_ofABatch_isRefusedWithTheOthersScores() {
    ImageBatch batch = ImageBatch.of(List.of(BLACK, WHITE, BLACK));
    var ofBytes = catchThrowableOfType(UndefinedScoreException.class, () -> detector.score(batch));
    var ofPixels =
        catchThrowableOfType(UndefinedScoreException.class, () -> detector.score(batch.toPixels()));
    List<Image> many = new ArrayList<>(Collections.nCopies(40, BLACK));
    many.set(20, WHITE);
    var ofMany = catchThrowableOfType(UndefinedScoreException.class, () -> detector.score(many));

    assertThat(ofBytes.scores()).containsExactly(BLACK_SCORE, Double.NaN, BLACK_SCORE);
    assertThat(ofPixels.scores()).containsExactly(BLACK_SCORE, Double.NaN, BLACK_SCORE);
    assertThat(ofMany.scores()).hasSize(40).startsWith(BLACK_SCORE).endsWith(BLACK_SCORE);
    assertThat(ofMany.scores()[20]).isNaN();
  }

  @Test
  void score_ofFiles_namesTheFileAndGoesOn(@TempDir Path folder) throws IOException {
    Path black = Files.write(folder.resolve("black.png"), BLACK.toPng());
    Path white = Files.write(folder.resolve("white.png"), WHITE.toPng());
    List<Path> files = List.of(black, white, black);
    List<RuntimeException> problems = new ArrayList<>();

    assertThat(detector.score(files.stream(), problems::add))
        .extracting(FileScore::score)
        .containsExactly(BLACK_SCORE, BLACK_SCORE);
    assertThat(problems)
        .singleElement()
        .isInstanceOf(UndefinedScoreException.class)
        .extracting(Throwable::getMessage)
        .asString()
        .startsWith(white + ": expected a score of fragile in [0, 1], found numbers that are not");
    assertThatThrownBy(() -> detector.score(files.stream()).toList())
        .isInstanceOf(UndefinedScoreException.class)
        .hasMessageStartingWith(white.toString());
  }

  @Test
  void service_imageWithoutScore_failsAlone() {
    try (DetectorService service = Batching.of(detector).batchSize(3).start()) {
      var first = service.score(BLACK);
      var second = service.score(WHITE);
      var third = service.score(BLACK);

      assertThat(first.join()).isEqualTo(BLACK_SCORE);
      assertThat(third.join()).isEqualTo(BLACK_SCORE);
      assertThatThrownBy(second::join).hasCauseInstanceOf(UndefinedScoreException.class);
    }
  }

  @Test
  void label_ofNoScore_isRefused() {
    assertThatThrownBy(() -> detector.label(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a score must be from 0 to 1, got NaN");
  }
}
