package org.genimage.examples;

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
 * The small-data recipes: what trains each of the seven on some thousand images within minutes on
 * two cores. They are not the paper's, and {@link Recipe#values} marks what differs. Images keep
 * their pixels, so the traces of synthesis reach the network, and are varied by window and flip
 * alone; the rate warms up for an epoch and falls along a cosine.
 *
 * @param side of the input in pixels
 * @param optimizer in place of the paper's, if another
 * @param rate the highest learning rate
 * @param batch images a step
 * @param samples images to train on, all epochs together
 * @param images to render per generator and label where there are none
 */
record SmallData(
    int side, Optional<Optimizer> optimizer, double rate, int batch, int samples, int images) {

  private static final String FILTERS = "patch_embed.proj.weight";
  private static final double GAIN = 8;

  /** Returns a detector's settings. */
  static SmallData of(Blueprint blueprint) {
    Optimizer sgd = new Optimizer.Sgd(0.9, 0, true, Decay.ofMatrices(1e-4));
    return switch (blueprint.name()) {
      case "DeiT-S" -> new SmallData(64, Optional.empty(), 5e-4, 32, 6_400, 100);
      case "Swin-T" -> new SmallData(224, Optional.empty(), 5e-4, 8, 1_600, 50); // windows want 224
      case "Spec" -> new SmallData(64, Optional.of(sgd), 0.01, 32, 3_200, 100);
      case "F3Net" -> new SmallData(64, Optional.empty(), 5e-4, 32, 4_800, 50);
      case "GramNet" -> new SmallData(64, Optional.empty(), 5e-4, 32, 4_800, 100);
      case "CNNSpot" -> new SmallData(64, Optional.of(sgd), 0.01, 32, 4_800, 100);
      default -> new SmallData(64, Optional.empty(), 0.01, 32, 4_800, 100);
    };
  }

  /** Returns the detector with the small input. */
  Blueprint input(Blueprint blueprint) {
    InputContract input = blueprint.input();
    return blueprint.input(
        new InputContract(new Resize.None(), side, input.channels(), input.mean(), input.std()));
  }

  /**
   * Returns the recipe for this many training images; those that hardly fill a batch are all used.
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
            .batchSize(Math.min(batch, available / 2 * 2)) // F3Net's are half nature, half AI
            .loss(loss, ImageRecipe.cropAndFlip())
            .drop(Drop.NONE)
            .withoutAverage()
            .start(Start.SCRATCH);
    return available < 2 * batch ? recipe.dropLast(false) : recipe;
  }

  /**
   * Returns the weights to start from, if not the network's own random ones. CNNSpot's are
   * ResNet-50's, whose residual branches start at nothing. DeiT-S and Swin-T see patches through
   * filters of high frequencies alone, as forensic networks often do: brightness would else drown
   * the traces in every layer norm.
   *
   * @param blueprint which detector, with the small input
   * @param seed of the random numbers
   */
  static Optional<Weights> start(Blueprint blueprint, long seed) {
    return switch (blueprint.name()) {
      case "CNNSpot" ->
          Optional.of(
              blueprint.initialWeights(seed, Detectors.resnet50().initialWeights(seed), "fc."));
      case "DeiT-S", "Swin-T" -> Optional.of(fine(blueprint.initialWeights(seed)));
      default -> Optional.empty();
    };
  }

  /** Returns what keeps its values: the patches' filters, as in MoCo v3 (Chen et al. 2021). */
  static List<String> frozen(Blueprint blueprint) {
    return switch (blueprint.name()) {
      case "DeiT-S", "Swin-T" -> List.of("patch_embed\\.proj\\..*");
      default -> List.of();
    };
  }

  /** Makes the random filters random mixtures of the finer half of the cosines. */
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

  /** Returns how many epochs of this many images the samples make. */
  static int epochs(int samples, int available) {
    return Math.max(1, samples / available);
  }

  /** Returns a folder of simulated images that the input fits into; writes it if it is missing. */
  Path simulated(Path out, long seed, Terminal terminal) {
    return SimulatedFolder.of(out, seed, Math.max(side, 80), images, terminal);
  }
}
