package org.genimage.app.real;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import org.genimage.data.Sampling;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.nn.Drop;
import org.genimage.train.recipe.Average;
import org.genimage.train.recipe.Decay;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.ImageStep;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import org.genimage.train.recipe.Start;

/**
 * How a detector learns a few thousand real images on two cores: windows are cropped and never
 * resized, because resizing removes traces of synthesis; they are flipped and turned, some are
 * compressed again. The rate warms up for one epoch and decays along a cosine, and the weights are
 * averaged. docs/real-images.md has the figures.
 *
 * @param crop the side of the training images in pixels
 * @param whole whether the network can score larger images than it was trained on
 * @param rate the highest learning rate
 * @param batch images per step
 * @param samples training images of all epochs together
 * @param recompressed share of the training images that are compressed again
 */
record RealRecipe(
    int crop, boolean whole, double rate, int batch, int samples, double recompressed) {

  private static final double WEIGHT_DECAY = 0.02;

  /** Share of the training images that are compressed again. */
  private static final double RECOMPRESSED = 0.3;

  private RealRecipe(int crop, boolean whole, double rate, int batch, int samples) {
    this(crop, whole, rate, batch, samples, RECOMPRESSED);
  }

  private static final RealRecipe USUAL = new RealRecipe(96, true, 1e-3, 32, 30_000);

  private static final Map<String, RealRecipe> OTHERS =
      ImmutableMap.<String, RealRecipe>builder()
          .put(Detectors.resnet50().name(), new RealRecipe(96, true, 3e-4, 32, 10_000, 0))
          .put(Detectors.cnnSpot().name(), new RealRecipe(96, true, 1e-3, 32, 12_000))
          .put(Detectors.deitSmall().name(), new RealRecipe(128, false, 2e-4, 32, 12_000))
          .put(Detectors.spec().name(), new RealRecipe(128, false, 1e-3, 32, 15_000, 0))
          .put(Detectors.f3Net().name(), new RealRecipe(128, false, 5e-4, 32, 3_000))
          .put(Detectors.gramNet().name(), new RealRecipe(128, false, 5e-4, 32, 12_000, 0))
          .put(
              Detectors.communityForensics224().name(), new RealRecipe(128, false, 2e-4, 32, 6_000))
          .put(Detectors.ferretNetSmall().name(), new RealRecipe(96, true, 6e-3, 32, 30_000, 0))
          .put(Detectors.residuals().name(), new RealRecipe(96, true, 1e-3, 32, 280_000, 0))
          .put(Detectors.npr().name(), new RealRecipe(128, true, 1e-3, 32, 24_000, 0))
          .put(Detectors.safe().name(), new RealRecipe(128, true, 1e-3, 32, 16_000))
          .buildOrThrow();

  /** Returns the detectors that have a recipe of their own. */
  static List<String> detectors() {
    return List.copyOf(OTHERS.keySet());
  }

  /** Returns a detector's recipe. */
  static RealRecipe of(Blueprint blueprint) {
    return OTHERS.getOrDefault(blueprint.name(), USUAL);
  }

  /** Returns this recipe with another number of samples. */
  RealRecipe samples(int count) {
    return new RealRecipe(crop, whole, rate, batch, count, recompressed);
  }

  /** Returns this recipe with another side of the training images, in pixels. */
  RealRecipe crop(int pixels) {
    return new RealRecipe(pixels, whole, rate, batch, samples, recompressed);
  }

  /** Returns this recipe with another highest learning rate. */
  RealRecipe rate(double highest) {
    return new RealRecipe(crop, whole, highest, batch, samples, recompressed);
  }

  /** Returns this recipe with another share of training images that are compressed again. */
  RealRecipe recompressed(double share) {
    return new RealRecipe(crop, whole, rate, batch, samples, share);
  }

  /** Returns the values that may be tried, for people. */
  String sentence() {
    return "rate %s, crops of %s pixels, a share of %s compressed again"
        .formatted(RealFigures.plain(rate), crop, RealFigures.plain(recompressed));
  }

  /**
   * Returns the detector with windows as its input, without resizing.
   *
   * @param side of the windows in pixels; networks of one size take smaller ones
   */
  Blueprint input(Blueprint blueprint, int side) {
    InputContract input = blueprint.input();
    return blueprint.input(
        new InputContract(
            new Resize.None(),
            whole ? side : Math.min(crop, side),
            input.channels(),
            input.mean(),
            input.std()));
  }

  /**
   * Returns the recipe for this many training images.
   *
   * @param images at least 4
   * @param seed of the first weights, the order and the augmentation
   */
  Recipe recipe(int images, Blueprint blueprint, long seed) {
    int batches = Math.max(2, Math.min(batch, images / 4 * 2));
    int epochs = Math.max(1, (int) Math.round((double) samples / images));
    Schedule.Warmup warmup = new Schedule.Warmup(1, rate / 10, false);
    Loss published = Recipe.paper(blueprint).loss();
    Loss loss = published.splits() == 1 ? published : new Loss.CrossEntropy(0.1);
    return Recipe.of(
            Optimizer.AdamW.of(Decay.ofMatrices(WEIGHT_DECAY)),
            new Schedule.Cosine(rate, rate / 500, epochs, warmup, Schedule.Every.STEP),
            epochs,
            batches,
            loss,
            ImageRecipe.of(
                new ImageStep.SmallerCrop(crop),
                new ImageStep.Flip(0.5),
                new ImageStep.QuarterTurn(),
                new ImageStep.Jpeg(recompressed, 65, 96)))
        .sampling(Sampling.BALANCED)
        .drop(Drop.NONE)
        .average(new Average(0.995, true, true))
        .start(Start.SCRATCH)
        .seed(seed);
  }
}
