package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;

/** What a detector owes to attacks: the loss's slope per pixel, through all that it computes. */
interface PixelGradientContract extends PreparedImagesContract {

  @Test
  default void lossGradient_isTheSlopeOfTheLoss() {
    JsonNode preprocess = json("preprocess");
    ReferenceFill fill = ReferenceFill.salted(preprocess.get("salt").asText());
    Weights weights = filled(preprocess.get("overrides"), fill);
    Image image = ReferenceInput.image(preprocess.get("images").get(0), fill);
    Pixels pixels = ImageBatch.of(List.of(blueprint().input().prepare(image))).toPixels();
    try (DifferentiableDetector detector = blueprint().load(weights)) {
      float[] gradient = detector.lossGradient(pixels, List.of(Label.AI)).toArray();
      double square = 0;
      for (float slope : gradient) {
        square += (double) slope * slope;
      }
      double predicted = 1e-3;
      double step = predicted / (2 * square);

      double found =
          loss(detector, moved(pixels, gradient, step))
              - loss(detector, moved(pixels, gradient, -step));

      assertThat(found).isCloseTo(predicted, within(0.03 * predicted));
    }
  }

  private static double loss(DifferentiableDetector detector, Pixels pixels) {
    return -Math.log(detector.score(pixels)[0]);
  }

  private static Pixels moved(Pixels pixels, float[] direction, double step) {
    float[] values = pixels.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (step * direction[i]);
    }
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), values);
  }
}
