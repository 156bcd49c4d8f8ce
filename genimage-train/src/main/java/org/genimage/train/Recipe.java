package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.models.Blueprint;
import org.genimage.models.Precision;

/**
 * A paper's hyper-parameters as a value; every one is a wither away. It prints itself, and goes
 * into the trained weights' provenance.
 *
 * @param optimizer the rule by which weights follow gradients
 * @param schedule the learning rate over time
 * @param epochs passes over the data
 * @param batchSize samples a step; each makes as many inputs as the image recipe has splits
 * @param loss what training makes small
 * @param images how training images vary
 * @param precision the numbers that a step calculates with
 * @param seed of first weights, order and augmentation
 */
public record Recipe(
    Optimizer optimizer,
    Schedule schedule,
    int epochs,
    int batchSize,
    Loss loss,
    ImageRecipe images,
    Precision precision,
    long seed) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if they contradict each other
   */
  public Recipe {
    checkArgument(epochs > 0, "number of epochs must be positive, got %s", epochs);
    checkArgument(batchSize > 0, "batch size must be positive, got %s", batchSize);
    checkArgument(
        loss.splits() == images.splits(),
        "loss and image recipe must have the same number of splits, got %s and %s",
        loss.splits(),
        images.splits());
  }

  /**
   * Returns the recipe that the paper trains this detector by.
   *
   * <p>ResNet-50: what the paper's supplement says (SGD, learning rate 0.05, 200 epochs, batch 64,
   * cosine schedule, JSD and cross-entropy, random erasing 0.6) wins; what it leaves open are the
   * defaults of timm 0.6.12's training script, whose command the benchmark's Readme prints:
   * Nesterov momentum 0.9, weight decay 2e-5 (not on one-dimensional parameters), 3 epochs of
   * warm-up from 1e-4, the cosine's end 1e-6 and 10 epochs there (210 in all), JSD alpha 12 with 3
   * splits, label smoothing 0.1, {@code rand-m9-mstd0.5-inc1}, seed 42. Of the script's mixed
   * precision (fp16) nothing is taken over: a step calculates in 32 bits.
   *
   * @throws IllegalArgumentException if the paper does not train this detector
   */
  public static Recipe paper(Blueprint blueprint) {
    checkArgument(
        blueprint.name().equals("ResNet-50"),
        "the paper's recipes are known for ResNet-50, asked for %s; build a Recipe of your own",
        blueprint.name());
    return new Recipe(
        new Optimizer.Sgd(0.9, true, 2e-5),
        new Schedule.Cosine(0.05, 1e-6, 200, 3, 1e-4, false),
        210,
        64,
        new Loss.JsdCrossEntropy(3, 12, 0.1),
        ImageRecipe.augMix(),
        Precision.FLOAT32,
        42);
  }

  /** Returns the same recipe with another optimizer. */
  public Recipe optimizer(Optimizer rule) {
    return new Recipe(rule, schedule, epochs, batchSize, loss, images, precision, seed);
  }

  /** Returns the same recipe with another schedule. */
  public Recipe schedule(Schedule rates) {
    return new Recipe(optimizer, rates, epochs, batchSize, loss, images, precision, seed);
  }

  /** Returns the same recipe with another number of epochs; the schedule stays. */
  public Recipe epochs(int passes) {
    return new Recipe(optimizer, schedule, passes, batchSize, loss, images, precision, seed);
  }

  /** Returns the same recipe with another number of samples a step. */
  public Recipe batchSize(int samples) {
    return new Recipe(optimizer, schedule, epochs, samples, loss, images, precision, seed);
  }

  /** Returns the same recipe with another loss and the images that it needs. */
  public Recipe loss(Loss goal, ImageRecipe variation) {
    return new Recipe(optimizer, schedule, epochs, batchSize, goal, variation, precision, seed);
  }

  /** Returns the same recipe with other numbers to calculate with. */
  public Recipe precision(Precision numbers) {
    return new Recipe(optimizer, schedule, epochs, batchSize, loss, images, numbers, seed);
  }

  /** Returns the same recipe with another seed. */
  public Recipe seed(long number) {
    return new Recipe(optimizer, schedule, epochs, batchSize, loss, images, precision, number);
  }
}
