package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.junit.jupiter.api.Test;

/** Fixtures come from the network in PyTorch, network.py beside them. */
class ResidualsTest implements PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.residuals();
  }

  @Override
  public String folder() {
    return "residuals";
  }

  @Override
  public String place(String feature) {
    return feature.equals("stem") ? "act1" : feature;
  }

  @Test
  void wholeImages_ofFewPixelsOrOddSides_haveScoresAndGradients() {
    Blueprint whole = blueprint().input(blueprint().input().resize(new Resize.Whole(1)));
    List<Image> images =
        List.of(
            DetectorTest.noise(3, 3, 1),
            DetectorTest.noise(3, 50, 2),
            DetectorTest.noise(4, 3, 3),
            DetectorTest.noise(37, 41, 4));
    try (DifferentiableDetector detector = whole.load(whole.initialWeights(1))) {
      for (Image image : images) {
        Pixels pixels = ImageBatch.of(List.of(image)).toPixels();

        Pixels gradient = detector.lossGradient(pixels, List.of(Label.AI));

        assertThat(detector.score(image)).isCloseTo(detector.score(pixels)[0], within(1e-5));
        assertThat(List.of(gradient.height(), gradient.width()))
            .containsExactly(image.height(), image.width());
        assertThat(gradient.toArray()).isNotEqualTo(new float[gradient.toArray().length]);
      }
    }
  }

  @Test
  void network_ofAnInputThatIsTooSmall_isRefused() {
    Blueprint small = blueprint().input(blueprint().input().side(2));

    assertThatThrownBy(small::entries)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "Residuals cannot take images of 2 x 2 pixels \\([^{}\n]+\\); choose a larger side, or mend"
                + " its layers");
  }
}
