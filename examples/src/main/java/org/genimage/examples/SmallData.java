package org.genimage.examples;

import java.nio.file.Path;
import java.util.Optional;
import org.genimage.models.Blueprint;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.nn.Drop;
import org.genimage.train.Decay;
import org.genimage.train.ImageRecipe;
import org.genimage.train.Loss;
import org.genimage.train.Optimizer;
import org.genimage.train.Recipe;
import org.genimage.train.Schedule;
import org.genimage.train.Start;

/**
 * The small-data recipes: what trains each of the seven on some thousand images within minutes on
 * two cores. They are not the paper's, and {@link Recipe#values} marks what differs. Images keep
 * their pixels, so the traces of synthesis reach the network, and are varied by window and flip
 * alone; the rate warms up for an epoch and falls along a cosine.
 *
 * @param side of the input in pixels
 * @param optimizer in place of the paper's, if another
 * @param rate the highest learning rate
 * @param samples images to train on, all epochs together
 * @param images to render per generator and label where there are none
 */
record SmallData(int side, Optional<Optimizer> optimizer, double rate, int samples, int images) {

  private static final int BATCH = 32;

  /** Returns a detector's settings. */
  static SmallData of(Blueprint blueprint) {
    Optimizer sgd = new Optimizer.Sgd(0.9, 0, true, Decay.ofMatrices(1e-4));
    return switch (blueprint.name()) {
      case "DeiT-S" -> new SmallData(64, Optional.empty(), 5e-4, 12_800, 200);
      case "Swin-T" -> new SmallData(224, Optional.empty(), 5e-4, 1_600, 100); // windows want 224
      case "CNNSpot", "GramNet" -> new SmallData(64, Optional.of(sgd), 0.01, 9_600, 100);
      case "Spec" -> new SmallData(64, Optional.of(sgd), 0.01, 9_600, 100);
      case "F3Net" -> new SmallData(64, Optional.empty(), 5e-4, 6_400, 100);
      default -> new SmallData(64, Optional.empty(), 0.01, 9_600, 100);
    };
  }

  /** Returns the detector with the small input. */
  Blueprint input(Blueprint blueprint) {
    InputContract input = blueprint.input();
    return blueprint.input(
        new InputContract(new Resize.None(), side, input.channels(), input.mean(), input.std()));
  }

  /**
   * Returns the recipe for this many training images.
   *
   * @param blueprint which detector
   * @param epochs positive
   * @param available training images, positive
   */
  Recipe recipe(Blueprint blueprint, int epochs, int available) {
    Recipe paper = Recipe.paper(blueprint);
    Loss loss = paper.loss().splits() == 1 ? paper.loss() : new Loss.CrossEntropy(0.1);
    Schedule.Warmup warmup = new Schedule.Warmup(1, rate / 10, false);
    return paper
        .optimizer(optimizer.orElse(paper.optimizer()))
        .schedule(new Schedule.Cosine(rate, rate / 500, epochs, warmup, Schedule.Every.STEP))
        .epochs(epochs)
        .batchSize(Math.min(BATCH, available))
        .loss(loss, ImageRecipe.cropAndFlip())
        .drop(Drop.NONE)
        .withoutAverage()
        .start(Start.SCRATCH);
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
