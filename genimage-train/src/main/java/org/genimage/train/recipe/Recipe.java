package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.genimage.data.Sampling;
import org.genimage.models.Blueprint;
import org.genimage.models.Precision;
import org.genimage.models.nn.Drop;

/**
 * All hyper-parameters of a training, as a value: each has a method that returns a changed copy.
 * {@link #description} lists every value with its {@link Origin}; the metadata of trained weights
 * contain this text.
 *
 * @param optimizer the rule that updates the weights
 * @param schedule the learning rate over time
 * @param epochs passes over the data
 * @param batchSize samples per step; each sample gives as many inputs as the image recipe has
 *     splits
 * @param parts passes per step (gradient accumulation), from 1 to the batch size; each pass takes a
 *     part of the batch, and batch norms normalise with that part
 * @param loss the function that training minimises
 * @param images the augmentation of training images
 * @param sampling which images an epoch takes
 * @param dropLast whether an epoch leaves out an incomplete last batch
 * @param drop the rates of dropout and drop path
 * @param average the moving average of the weights, if there is one
 * @param start the first weights
 * @param frozen regular expressions for whole keys of entries that keep their first values; the
 *     trainer may freeze more
 * @param precision the floating-point format of a step
 * @param seed of the first weights, the order of the images and the augmentation
 * @param published the values of the published recipe that this one was changed from; empty if
 *     there is none
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
    List<String> frozen,
    Precision precision,
    long seed,
    List<RecipeValue> published) {

  /**
   * Checks the components and copies the lists.
   *
   * @throws IllegalArgumentException if one is out of its range, or two contradict each other
   * @throws java.util.regex.PatternSyntaxException if a pattern of frozen keys is no regular
   *     expression
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
    frozen = List.copyOf(frozen);
    frozen.forEach(Pattern::compile);
    published = List.copyOf(published);
  }

  /**
   * Returns a custom recipe. Its defaults: each image once per epoch, no incomplete last batch, one
   * part, no dropout, no average, random first weights, nothing frozen, 32-bit floats, seed 42.
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
        List.of(),
        Precision.FLOAT32,
        42,
        List.of());
  }

  /**
   * Returns the published recipe of a detector. Values that the paper's supplement states come
   * first; defaults of the official repository fill the gaps; {@link #values} tells them apart. The
   * repositories' mixed precision (fp16) is not used: a step calculates with 32-bit floats.
   *
   * @param blueprint found by its name
   * @param readings of what the sources leave open, in place of the default ones
   * @throws IllegalArgumentException if the detector has no published recipe (the message lists
   *     those that have one), or a reading does not apply to it
   */
  public static Recipe paper(Blueprint blueprint, Reading... readings) {
    return PublishedRecipes.of(blueprint, List.of(readings));
  }

  /**
   * Returns every value with its name and origin, in order; frozen keys only where there are some,
   * so that checkpoints of the first version find their recipe unchanged.
   */
  public List<RecipeValue> values() {
    List<RecipeValue> values = new ArrayList<>();
    for (RecordComponent component : Recipe.class.getRecordComponents()) {
      if (isValue(component.getName())) {
        Object value = RecipeValue.value(this, component);
        boolean choice = component.getType().isInterface();
        for (RecipeValue found : RecipeValue.of(component.getName(), value, choice)) {
          values.add(found.from(origin(found)));
        }
      }
    }
    return values;
  }

  private boolean isValue(String component) {
    return component.equals("frozen") ? !frozen.isEmpty() : !component.equals("published");
  }

  /** A value keeps its published origin as long as it equals the published value. */
  private Origin origin(RecipeValue found) {
    return published.stream()
        .filter(value -> value.name().equals(found.name()) && value.value().equals(found.value()))
        .map(RecipeValue::origin)
        .findFirst()
        .orElse(Origin.CALLER);
  }

  /** Returns the values that matter most, in a short line. */
  @Override
  public String toString() {
    return "Recipe[%s, %s, %s, %s epochs, batches of %s, seed %s]"
        .formatted(name(optimizer), name(schedule), name(loss), epochs, batchSize, seed);
  }

  private static String name(Object part) {
    return part.getClass().getSimpleName();
  }

  /** Returns every value with its origin, on one long line. */
  public String description() {
    return values().stream()
        .map(RecipeValue::toString)
        .collect(Collectors.joining(", ", "Recipe[", "]"));
  }

  /** Returns this recipe with another optimizer. */
  public Recipe optimizer(Optimizer rule) {
    return changed(draft -> draft.optimizer = rule);
  }

  /** Returns this recipe with another schedule of the learning rate. */
  public Recipe schedule(Schedule rates) {
    return changed(draft -> draft.schedule = rates);
  }

  /** Returns this recipe with another number of epochs. The schedule does not change. */
  public Recipe epochs(int passes) {
    return changed(draft -> draft.epochs = passes);
  }

  /** Returns this recipe with another number of samples per step. */
  public Recipe batchSize(int samples) {
    return changed(draft -> draft.batchSize = samples);
  }

  /** Returns this recipe with another number of passes per step. */
  public Recipe parts(int passes) {
    return changed(draft -> draft.parts = passes);
  }

  /** Returns this recipe with another loss and an image recipe that fits it. */
  public Recipe loss(Loss goal, ImageRecipe variation) {
    return changed(
        draft -> {
          draft.loss = goal;
          draft.images = variation;
        });
  }

  /** Returns this recipe with other augmentation. */
  public Recipe images(ImageRecipe variation) {
    return changed(draft -> draft.images = variation);
  }

  /** Returns this recipe with another choice of the images of an epoch. */
  public Recipe sampling(Sampling law) {
    return changed(draft -> draft.sampling = law);
  }

  /** Returns this recipe with or without an incomplete last batch in each epoch. */
  public Recipe dropLast(boolean left) {
    return changed(draft -> draft.dropLast = left);
  }

  /** Returns this recipe with other rates of dropout and drop path. */
  public Recipe drop(Drop shares) {
    return changed(draft -> draft.drop = shares);
  }

  /** Returns this recipe with a moving average of the weights. */
  public Recipe average(Average kept) {
    return changed(draft -> draft.average = Optional.of(kept));
  }

  /** Returns this recipe without an average of the weights. */
  public Recipe withoutAverage() {
    return changed(draft -> draft.average = Optional.empty());
  }

  /** Returns this recipe with other first weights. */
  public Recipe start(Start first) {
    return changed(draft -> draft.start = first);
  }

  /**
   * Returns this recipe with other entries that keep their first values; of an empty list,
   * everything is trained.
   *
   * @param patterns regular expressions, each for whole state-dict keys
   * @throws java.util.regex.PatternSyntaxException if one is no regular expression
   */
  public Recipe frozen(List<String> patterns) {
    return changed(draft -> draft.frozen = patterns);
  }

  /** Returns this recipe with another precision of the calculations. */
  public Recipe precision(Precision numbers) {
    return changed(draft -> draft.precision = numbers);
  }

  /** Returns this recipe with another seed. */
  public Recipe seed(long number) {
    return changed(draft -> draft.seed = number);
  }

  /**
   * Returns this recipe as a published one. Values that are not named come from the official
   * repository.
   *
   * @param paper the names of the values that the paper states
   * @param inferred the names of the values that are deduced
   * @throws IllegalArgumentException if this recipe has no value of such a name, or a name stands
   *     in both lists
   */
  Recipe published(List<String> paper, List<String> inferred) {
    List<RecipeValue> values = values();
    RecipeValue.checkNames(values, paper);
    RecipeValue.checkNames(values, inferred);
    checkArgument(
        Collections.disjoint(paper, inferred),
        "a value has one origin, got %s as the paper's and %s as inferred",
        paper,
        inferred);
    List<RecipeValue> described =
        values.stream()
            .map(
                value ->
                    value.from(
                        paper.contains(value.name())
                            ? Origin.PAPER
                            : inferred.contains(value.name())
                                ? Origin.INFERRED
                                : Origin.REPOSITORY))
            .toList();
    return changed(draft -> draft.published = described);
  }

  private Recipe changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.recipe();
  }

  /** The components while one of them is replaced; no draft leaves a wither. */
  private static final class Draft {
    private Optimizer optimizer;
    private Schedule schedule;
    private int epochs;
    private int batchSize;
    private int parts;
    private Loss loss;
    private ImageRecipe images;
    private Sampling sampling;
    private boolean dropLast;
    private Drop drop;
    private Optional<Average> average;
    private Start start;
    private List<String> frozen;
    private Precision precision;
    private long seed;
    private List<RecipeValue> published;

    Draft(Recipe recipe) {
      optimizer = recipe.optimizer;
      schedule = recipe.schedule;
      epochs = recipe.epochs;
      batchSize = recipe.batchSize;
      parts = recipe.parts;
      loss = recipe.loss;
      images = recipe.images;
      sampling = recipe.sampling;
      dropLast = recipe.dropLast;
      drop = recipe.drop;
      average = recipe.average;
      start = recipe.start;
      frozen = recipe.frozen;
      precision = recipe.precision;
      seed = recipe.seed;
      published = recipe.published;
    }

    Recipe recipe() {
      return new Recipe(
          optimizer, schedule, epochs, batchSize, parts, loss, images, sampling, dropLast, drop,
          average, start, frozen, precision, seed, published);
    }
  }
}
