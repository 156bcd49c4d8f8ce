package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.Seed;
import org.genimage.data.image.Box;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.data.reference.ReferenceArray;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.reference.ReferenceInput;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Mixing;
import org.genimage.train.recipe.Mixing.Mix;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class MixingTest {

  static {
    NativeRuntime.prepare();
  }

  private static final Map<String, ReferenceArray> ARRAYS =
      ReferenceData.arrays("losses/losses.safetensors");
  private static final JsonNode MIXING = ReferenceData.json("losses/losses.json").get("mixing");

  @Test
  @Tag("reference")
  void mixup_equalsTimms() {
    int compared = 0;
    for (String name : ARRAYS.keySet()) {
      if (name.startsWith("mix/mixup/lam")) {
        double share = Double.parseDouble(name.substring("mix/mixup/lam".length()));
        assertImages(name, new Mix(share, Optional.empty()));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(4);
  }

  @Test
  @Tag("reference")
  void cutMix_equalsTimms() {
    int compared = 0;
    for (JsonNode entry : MIXING.get("cutmix")) {
      String name = "mix/cutmix/" + entry.get("index").asInt();
      if (ARRAYS.containsKey(name + "/images")) {
        int top = entry.get("row_from").asInt();
        int left = entry.get("column_from").asInt();
        int height = entry.get("row_to").asInt() - top;
        int width = entry.get("column_to").asInt() - left;
        Mix mix =
            height == 0 || width == 0
                ? Mix.NONE
                : new Mix(
                    entry.get("corrected_lam").asDouble(),
                    Optional.of(new Box(left, top, width, height)));
        assertImages(name + "/images", mix);
        assertThat(smoothed(mix, 0.1))
            .containsExactly(ARRAYS.get(name + "/target").floats(), within(1e-6f));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(4);
  }

  @Test
  @Tag("reference")
  void cutMix_boxes_equalTimms06() {
    for (JsonNode entry : MIXING.get("cutmix")) {
      int side = entry.get("height").asInt();
      JsonNode old = entry.get("timm_0.6.12");
      int top = entry.get("row_from").asInt();
      int left = entry.get("column_from").asInt();
      int height = old.get("row_to").asInt() - top;
      int width = old.get("column_to").asInt() - left;

      Mix found =
          Mixing.cut(
              side,
              entry.get("lam").asDouble(),
              entry.get("centre_row").asInt(),
              entry.get("centre_column").asInt());

      assertThat(found.box())
          .as(entry.toString())
          .isEqualTo(
              height == 0 || width == 0
                  ? Optional.empty()
                  : Optional.of(new Box(left, top, width, height)));
      assertThat(found.share()).isCloseTo(old.get("corrected_lam").asDouble(), within(1e-12));
    }
  }

  @Test
  @Tag("reference")
  void targets_ofSmoothedLabels_equalTimms() {
    for (JsonNode entry : MIXING.get("targets")) {
      Mix mix = new Mix(entry.get("lam").asDouble(), Optional.empty());
      List<Float> expected = new ArrayList<>();
      entry
          .get("target")
          .forEach(row -> row.forEach(value -> expected.add((float) value.asDouble())));
      float[] found = smoothed(mix, entry.get("smoothing").asDouble());
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).isCloseTo(expected.get(i), within(1e-6f));
      }
    }
  }

  /** Mixed first, then smoothed by the loss, where timm smooths first: the same. */
  private static float[] smoothed(Mix mix, double smoothing) {
    long[] labels = ARRAYS.get("mix/labels").longs();
    float[] oneHot = new float[2 * labels.length];
    for (int i = 0; i < labels.length; i++) {
      oneHot[2 * i + (int) labels[i]] = 1;
    }
    float[] mixed = mix.targets(oneHot);
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = (float) (mixed[i] * (1 - smoothing) + smoothing / 2);
    }
    return mixed;
  }

  private static void assertImages(String name, Mix mix) {
    ReferenceArray images = ARRAYS.get("mix/images");
    int count = images.shape().get(0);
    int side = images.shape().get(2);
    float[] input = ReferenceInput.toNhwc(images.floats(), count, 3, side, side);
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      BatchMixing mixing = BatchMixing.create(tf, Optional.of(Mixing.of()), side, Seed.of(0));
      Operand<TFloat32> mixed =
          mixing.apply(
              tf, tf.constant(Shape.of(count, side, side, 3), DataBuffers.of(input, true, false)));
      try (Session session = new Session(graph);
          BatchMixing.Fed fed = mixing.tensors(mix)) {
        Session.Runner runner = session.runner().fetch(mixed);
        fed.feedTo(runner);
        try (var result = runner.run()) {
          float[] found = new float[input.length];
          ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found));
          assertThat(ReferenceInput.toNchw(found, count, side, side, 3))
              .as(name)
              .containsExactly(ARRAYS.get(name).floats(), within(1e-6f));
        }
      }
    }
  }

  @Test
  void shares_followTheirLaws() {
    Mixing mixing = Mixing.of();
    var random = Seed.of(3).random();
    List<Double> mixup = new ArrayList<>();
    List<Double> cuts = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      Mix mix = mixing.draw(224, random);
      (mix.box().isPresent() ? cuts : mixup).add(mix.share());
    }

    assertThat((double) cuts.size()).isCloseTo(10_000, within(300.0));
    double[] shares = mixup.stream().mapToDouble(share -> share).toArray();
    double mean = Arrays.stream(shares).average().orElseThrow();
    double variance =
        Arrays.stream(shares).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
    assertThat(mean).isCloseTo(0.5, within(0.012));
    assertThat(variance).isCloseTo(1 / (4 * (2 * 0.8 + 1)), within(0.004)); // of Beta(0.8, 0.8)
    // A box cut off at the edges leaves more than it drew, 1/2.
    double kept = cuts.stream().mapToDouble(share -> share).average().orElseThrow();
    assertThat(kept).isBetween(0.62, 0.70);
  }

  @Test
  void draw_sometimes_mixesNothing() {
    Mixing mixing = new Mixing(0.8, 0, 0.25, 0.5);
    var random = Seed.of(4).random();
    int mixed = 0;
    for (int i = 0; i < 4000; i++) {
      Mix mix = mixing.draw(8, random);
      assertThat(mix.box()).isEmpty();
      mixed += mix.equals(Mix.NONE) ? 0 : 1;
    }
    assertThat(mixed).isBetween(900, 1100);
  }

  @Test
  void imageRecipe_splitsAndMixing_isRefused() {
    assertThatThrownBy(() -> ImageRecipe.augMix().mixing(Mixing.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mixing needs one split per sample, got 3 splits; use one split or no mixing");
  }
}
