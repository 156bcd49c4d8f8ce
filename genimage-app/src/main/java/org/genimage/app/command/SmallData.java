package org.genimage.app.command;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.nn.Dct;
import org.genimage.models.nn.Drop;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Decay;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import org.genimage.train.recipe.Start;

/**
 * The small recipes: they train each of the seven detectors on a few thousand images within minutes
 * on two cores. They are not the papers' recipes; {@link Recipe#values} marks the values that
 * differ. Images are cropped, not resized, because resizing would remove traces of synthesis, and
 * are augmented by random crop and flip alone. The learning rate warms up for one epoch and then
 * decays along a cosine.
 *
 * @param side of the input in pixels
 * @param optimizer replaces the paper's, if present
 * @param rate the highest learning rate
 * @param batch images per step
 * @param samples training images of all epochs together
 * @param images to simulate per generator and label, if there are no images
 * @param first the weights that training starts from
 */
record SmallData(
    int side,
    Optional<Optimizer> optimizer,
    double rate,
    int batch,
    int samples,
    int images,
    First first) {

  /** The weights that training starts from. */
  private enum First {
    /** Those of {@link Blueprint#initialWeights(long)}. */
    RANDOM,
    /** The initial weights of ResNet-50, whose residual branches start at zero. */
    RESNET_50,
    /**
     * Random, but the patches' filters see high frequencies alone and stay as they are. Forensic
     * networks often start so: otherwise brightness dominates every layer norm, and the traces of
     * synthesis are lost. MoCo v3 (Chen et al. 2021) freezes these filters, too.
     */
    FINE_FILTERS
  }

  private static final String FILTERS = "patch_embed.proj.weight";
  private static final double GAIN = 8;
  private static final Optional<Optimizer> PAPERS = Optional.empty();
  private static final Optional<Optimizer> SGD =
      Optional.of(new Optimizer.Sgd(0.9, 0, true, Decay.ofMatrices(1e-4)));

  private static final SmallData RESNET_50 =
      new SmallData(64, PAPERS, 0.01, 32, 4_800, 100, First.RANDOM);

  private static final Map<String, SmallData> OTHERS =
      ImmutableMap.of(
          Detectors.deitSmall().name(),
          new SmallData(64, PAPERS, 5e-4, 32, 6_400, 100, First.FINE_FILTERS),
          Detectors.swinTiny().name(), // its windows need the paper's side
          new SmallData(224, PAPERS, 5e-4, 8, 1_600, 50, First.FINE_FILTERS),
          Detectors.cnnSpot().name(),
          new SmallData(64, SGD, 0.01, 32, 4_800, 100, First.RESNET_50),
          Detectors.spec().name(),
          new SmallData(64, SGD, 0.01, 32, 3_200, 100, First.RANDOM),
          Detectors.f3Net().name(),
          new SmallData(64, PAPERS, 5e-4, 32, 4_800, 50, First.RANDOM),
          Detectors.gramNet().name(),
          new SmallData(64, PAPERS, 5e-4, 32, 4_800, 100, First.RANDOM));

  /** Returns a detector's settings. */
  static SmallData of(Blueprint blueprint) {
    return OTHERS.getOrDefault(blueprint.name(), RESNET_50);
  }

  /** Returns the detector with the small input. */
  Blueprint input(Blueprint blueprint) {
    InputContract input = blueprint.input();
    return blueprint.input(
        new InputContract(new Resize.None(), side, input.channels(), input.mean(), input.std()));
  }

  /**
   * Returns the recipe for this many training images. If they are fewer than two batches, the last
   * batch is used even if it is not full.
   *
   * @param blueprint which detector
   * @param epochs positive
   * @param available training images, positive
   */
  Recipe recipe(Blueprint blueprint, int epochs, int available) {
    Recipe paper = Recipe.paper(blueprint);
    Loss loss = paper.loss().splits() == 1 ? paper.loss() : new Loss.CrossEntropy(0.1);
    Schedule.Warmup warmup = new Schedule.Warmup(1, rate / 10, false);
    Recipe recipe =
        paper
            .optimizer(optimizer.orElse(paper.optimizer()))
            .schedule(new Schedule.Cosine(rate, rate / 500, epochs, warmup, Schedule.Every.STEP))
            .epochs(epochs)
            .batchSize(
                Math.min(
                    batch,
                    available / 2 * 2)) // even, because F3Net's batches are half nature, half AI
            .loss(loss, ImageRecipe.cropAndFlip())
            .drop(Drop.NONE)
            .withoutAverage()
            .start(Start.SCRATCH);
    return available < 2 * batch ? recipe.dropLast(false) : recipe;
  }

  /**
   * Returns the weights to start from; empty if they are the network's usual random ones.
   *
   * @param blueprint which detector, with the small input
   * @param seed of the random values
   */
  static Optional<Weights> start(Blueprint blueprint, long seed) {
    return switch (of(blueprint).first) {
      case RANDOM -> Optional.empty();
      case RESNET_50 ->
          Optional.of(blueprint.startFrom(seed, Detectors.resnet50().initialWeights(seed)));
      case FINE_FILTERS -> Optional.of(fine(blueprint.initialWeights(seed)));
    };
  }

  /** Returns patterns of the keys whose values training does not change. */
  static List<String> frozen(Blueprint blueprint) {
    return of(blueprint).first == First.FINE_FILTERS
        ? List.of("patch_embed\\.proj\\..*")
        : List.of();
  }

  /** Replaces the filters by random mixtures of the finer half of the cosines. */
  private static Weights fine(Weights weights) {
    WeightArray filters = weights.get(FILTERS); // [width, 3, side, side]
    int side = filters.shape().get(3);
    float[] random = filters.toFloats();
    float[] values = new float[random.length];
    for (int i = 0; i < random.length; i++) {
      int v = i / side % side;
      int u = i % side;
      for (int j = 0; u + v >= side / 2 && j < side * side; j++) {
        double cosine = Dct.entry(side, v, j / side) * Dct.entry(side, u, j % side);
        values[i / (side * side) * side * side + j] += (float) (GAIN * random[i] * cosine);
      }
    }
    return weights.overlaid(Weights.of(Map.of(FILTERS, WeightArray.of(filters.shape(), values))));
  }

  /** Returns how many epochs of {@code available} images make about {@code samples} images. */
  static int epochs(int samples, int available) {
    return Math.max(1, samples / available);
  }

  /** Returns a folder of simulated images, large enough for the input; writes it if missing. */
  Path simulated(Path out, long seed, Terminal terminal) {
    return SimulatedFolder.of(out, seed, Math.max(side, 80), images, terminal);
  }
}
