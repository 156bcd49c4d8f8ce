package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.genimage.data.Sampling;
import org.genimage.models.Blueprint;
import org.genimage.models.Precision;
import org.genimage.models.nn.Drop;

/**
 * A paper's hyper-parameters as a value; every one is a wither away. It prints itself, each value
 * with its {@link Origin}, and goes into the trained weights' provenance.
 *
 * @param optimizer the rule by which weights follow gradients
 * @param schedule the learning rate over time
 * @param epochs passes over the data
 * @param batchSize samples a step; each makes as many inputs as the image recipe has splits
 * @param parts how many passes a step is made of, each with a part of the batch, where a whole one
 *     does not fit into memory; gradients add up, batch norms see the parts
 * @param loss what training makes small
 * @param images how training images vary
 * @param sampling which images an epoch takes
 * @param dropLast whether an epoch leaves out an incomplete last batch
 * @param drop what the network loses at random
 * @param average of the weights, if one is kept
 * @param start what the first weights are
 * @param precision the numbers that a step calculates with
 * @param seed of first weights, order and augmentation
 * @param published the values of the paper's recipe that this one comes from; empty if from none
 */
public record Recipe(
    Optimizer optimizer,
    Schedule schedule,
    int epochs,
    int batchSize,
    int parts,
    Loss loss,
    ImageRecipe images,
    Sampling sampling,
    boolean dropLast,
    Drop drop,
    Optional<Average> average,
    Start start,
    Precision precision,
    long seed,
    List<RecipeValue> published) {

  /**
   * Checks the components and copies the list.
   *
   * @throws IllegalArgumentException if they contradict each other
   */
  public Recipe {
    checkArgument(epochs > 0, "number of epochs must be positive, got %s", epochs);
    checkArgument(batchSize > 0, "batch size must be positive, got %s", batchSize);
    checkArgument(
        parts > 0 && parts <= batchSize,
        "a step needs from 1 part to one per sample, got %s for a batch size of %s",
        parts,
        batchSize);
    checkArgument(
        loss.splits() == images.splits(),
        "loss and image recipe must have the same number of splits, got %s and %s",
        loss.splits(),
        images.splits());
    checkArgument(
        sampling != Sampling.BALANCED || batchSize % 2 == 0,
        "balanced batches need an even batch size, got %s",
        batchSize);
    published = List.copyOf(published);
  }

  /**
   * Returns a recipe of one's own: every sample once an epoch without an incomplete last batch, one
   * part, nothing dropped or averaged, random first weights, 32 bits, seed 42.
   *
   * @throws IllegalArgumentException if the values contradict each other
   */
  public static Recipe of(
      Optimizer optimizer,
      Schedule schedule,
      int epochs,
      int batchSize,
      Loss loss,
      ImageRecipe images) {
    return new Recipe(
        optimizer,
        schedule,
        epochs,
        batchSize,
        1,
        loss,
        images,
        Sampling.EACH_ONCE,
        true,
        Drop.NONE,
        Optional.empty(),
        Start.SCRATCH,
        Precision.FLOAT32,
        42,
        List.of());
  }

  /**
   * Returns the recipe that the paper trains this detector by: what its supplement says wins, the
   * official repository's defaults fill the gaps, and {@link #values} tells them apart. Of the
   * repositories' mixed precision (fp16) nothing is taken over: a step calculates in 32 bits.
   *
   * @param readings of what is open, in place of the default ones
   * @throws IllegalArgumentException if the paper does not train this detector, or a reading is not
   *     about it
   */
  public static Recipe paper(Blueprint blueprint, Reading... readings) {
    return PaperRecipes.of(blueprint, List.of(readings));
  }

  /** Returns every value with its name and origin, in order. */
  public List<RecipeValue> values() {
    List<RecipeValue> values = new ArrayList<>();
    for (RecordComponent component : Recipe.class.getRecordComponents()) {
      if (!component.getName().equals("published")) {
        Object value = RecipeValue.value(this, component);
        boolean choice = component.getType().isInterface();
        for (RecipeValue found : RecipeValue.of(component.getName(), value, choice)) {
          values.add(found.from(origin(found)));
        }
      }
    }
    return values;
  }

  /** A value is the paper's as long as it is what the paper's recipe has there. */
  private Origin origin(RecipeValue found) {
    return published.stream()
        .filter(value -> value.name().equals(found.name()) && value.value().equals(found.value()))
        .map(RecipeValue::origin)
        .findFirst()
        .orElse(Origin.CALLER);
  }

  /** Returns every value with its origin, on one line. */
  @Override
  public String toString() {
    return values().stream()
        .map(RecipeValue::toString)
        .collect(Collectors.joining(", ", "Recipe[", "]"));
  }

  /** Returns the same recipe with another optimizer. */
  public Recipe optimizer(Optimizer rule) {
    return new Recipe(
        rule, schedule, epochs, batchSize, parts, loss, images, sampling, dropLast, drop, average,
        start, precision, seed, published);
  }

  /** Returns the same recipe with another schedule. */
  public Recipe schedule(Schedule rates) {
    return new Recipe(
        optimizer, rates, epochs, batchSize, parts, loss, images, sampling, dropLast, drop, average,
        start, precision, seed, published);
  }

  /** Returns the same recipe with another number of epochs; the schedule stays. */
  public Recipe epochs(int passes) {
    return new Recipe(
        optimizer, schedule, passes, batchSize, parts, loss, images, sampling, dropLast, drop,
        average, start, precision, seed, published);
  }

  /** Returns the same recipe with another number of samples a step. */
  public Recipe batchSize(int samples) {
    return new Recipe(
        optimizer, schedule, epochs, samples, parts, loss, images, sampling, dropLast, drop,
        average, start, precision, seed, published);
  }

  /** Returns the same recipe with steps made of another number of passes. */
  public Recipe parts(int passes) {
    return new Recipe(
        optimizer, schedule, epochs, batchSize, passes, loss, images, sampling, dropLast, drop,
        average, start, precision, seed, published);
  }

  /** Returns the same recipe with another loss and the images that it needs. */
  public Recipe loss(Loss goal, ImageRecipe variation) {
    return new Recipe(
        optimizer, schedule, epochs, batchSize, parts, goal, variation, sampling, dropLast, drop,
        average, start, precision, seed, published);
  }

  /** Returns the same recipe with another variation of the images. */
  public Recipe images(ImageRecipe variation) {
    return loss(loss, variation);
  }

  /** Returns the same recipe with other images in an epoch. */
  public Recipe sampling(Sampling law) {
    return new Recipe(
        optimizer, schedule, epochs, batchSize, parts, loss, images, law, dropLast, drop, average,
        start, precision, seed, published);
  }

  /** Returns the same recipe with an incomplete last batch left out, or not. */
  public Recipe dropLast(boolean left) {
    return new Recipe(
        optimizer, schedule, epochs, batchSize, parts, loss, images, sampling, left, drop, average,
        start, precision, seed, published);
  }

  /** Returns the same recipe with another loss at random. */
  public Recipe drop(Drop shares) {
    return new Recipe(
        optimizer, schedule, epochs, batchSize, parts, loss, images, sampling, dropLast, shares,
        average, start, precision, seed, published);
  }

  /** Returns the same recipe that keeps an average of the weights. */
  public Recipe average(Average kept) {
    return new Recipe(
        optimizer,
        schedule,
        epochs,
        batchSize,
        parts,
        loss,
        images,
        sampling,
        dropLast,
        drop,
        Optional.of(kept),
        start,
        precision,
        seed,
        published);
  }

  /** Returns the same recipe without an average of the weights. */
  public Recipe withoutAverage() {
    return new Recipe(
        optimizer,
        schedule,
        epochs,
        batchSize,
        parts,
        loss,
        images,
        sampling,
        dropLast,
        drop,
        Optional.empty(),
        start,
        precision,
        seed,
        published);
  }

  /** Returns the same recipe with other first weights. */
  public Recipe start(Start first) {
    return new Recipe(
        optimizer, schedule, epochs, batchSize, parts, loss, images, sampling, dropLast, drop,
        average, first, precision, seed, published);
  }

  /** Returns the same recipe with other numbers to calculate with. */
  public Recipe precision(Precision numbers) {
    return new Recipe(
        optimizer, schedule, epochs, batchSize, parts, loss, images, sampling, dropLast, drop,
        average, start, numbers, seed, published);
  }

  /** Returns the same recipe with another seed. */
  public Recipe seed(long number) {
    return new Recipe(
        optimizer, schedule, epochs, batchSize, parts, loss, images, sampling, dropLast, drop,
        average, start, precision, number, published);
  }

  /** Returns the same recipe as one that comes from these values. */
  Recipe published(List<RecipeValue> values) {
    return new Recipe(
        optimizer, schedule, epochs, batchSize, parts, loss, images, sampling, dropLast, drop,
        average, start, precision, seed, values);
  }
}
