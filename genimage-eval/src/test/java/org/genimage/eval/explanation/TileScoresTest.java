package org.genimage.eval.explanation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.genimage.data.image.Image;
import org.genimage.eval.Fakes;
import org.genimage.eval.explanation.TileScores.Tile;
import org.genimage.models.Detector;
import org.junit.jupiter.api.Test;

/** The detector's score is the red value of a tile's first pixel; its input has 8 x 8 pixels. */
class TileScoresTest {

  private static final int WIDTH = 20;
  private static final int HEIGHT = 8;
  private static final Detector DETECTOR = new Fakes.RedDetector(Map.of());

  /** The red value of column x is 10 x. */
  private static Image ramp(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      rgb[3 * i] = (byte) (10 * (i % width));
    }
    return Image.of(width, height, rgb);
  }

  @Test
  void tiles_coverTheImageEvenly() {
    TileScores scores = TileScores.of(DETECTOR, ramp(WIDTH, HEIGHT));

    assertThat(scores.tiles())
        .containsExactly(
            new Tile(0, 0, 8, 8, 0),
            new Tile(6, 0, 8, 8, 60 / 255.0),
            new Tile(12, 0, 8, 8, 120 / 255.0));
    assertThat(scores.highest()).isEqualTo(120 / 255.0);
    assertThat(scores.median()).isEqualTo(60 / 255.0);
    assertThat(scores.shareAbove(0.1)).isCloseTo(2 / 3.0, within(1e-9));
  }

  @Test
  void tiles_ofSeveralRows_areScoredRowByRow() {
    TileScores scores = TileScores.of(DETECTOR, ramp(16, 16));

    assertThat(scores.tiles())
        .extracting(Tile::x, Tile::y)
        .containsExactly(tuple(0, 0), tuple(8, 0), tuple(0, 8), tuple(8, 8));
    assertThat(scores.median()).isCloseTo(40 / 255.0, within(1e-9));
  }

  @Test
  void image_smallerThanATile_isOneTile() {
    assertThat(TileScores.of(DETECTOR, ramp(12, 8), 64).tiles())
        .containsExactly(new Tile(0, 0, 12, 8, 20 / 255.0)); // the centre 8 columns
  }

  @Test
  void drawing_isOrangeAboveTheThresholdAndBlueBelow() {
    byte[] rgb = new byte[3 * 16 * 8];
    for (int i = 0; i < 16 * 8; i++) {
      rgb[3 * i] = (byte) (i % 16 < 8 ? 255 : 0);
    }

    Image drawing = TileScores.of(DETECTOR, Image.of(16, 8, rgb)).drawing();

    assertThat(drawing.width()).isEqualTo(16);
    assertThat(drawing.height()).isEqualTo(8 + 1 + 6); // a line and the scale
    assertThat(drawing.value(2, 2, 0)).isGreaterThan(drawing.value(2, 2, 2) + 100);
    assertThat(drawing.value(13, 2, 2)).isGreaterThan(drawing.value(13, 2, 0) + 100);
  }

  @Test
  void drawing_ofALargeImage_isShrunk() {
    assertThat(TileScores.of(DETECTOR, ramp(2048, 16), 256).drawing().width()).isEqualTo(1024);
  }

  @Test
  void caption_saysThatScoresAreNotComparable() {
    assertThat(TileScores.of(DETECTOR, ramp(WIDTH, HEIGHT)).caption())
        .startsWith("3 tiles of 8 × 8 pixels")
        .contains("above 0.5", "highest score is 0.471, the median 0.235", "not comparable");
  }

  @Test
  void tooManyTiles_namesTheRemedy() {
    assertThatThrownBy(() -> TileScores.of(DETECTOR, ramp(400, 400), 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "expected at most 1024 tiles, found 1600 of 10 pixels in an image of 400 x 400; take"
                + " larger ones");
    assertThatThrownBy(() -> TileScores.of(DETECTOR, ramp(8, 8), 0))
        .hasMessageContaining("at least 1 pixel");
  }
}
