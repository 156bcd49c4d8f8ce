package org.genimage.train;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.models.nn.Drop;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;

/**
 * All settings of a trainer.
 *
 * @param recipe the hyper-parameters
 * @param start the first weights; random ones if there are none
 * @param frozen the entries that keep their values
 * @param validation images that choose the best epoch
 * @param patience epochs without improvement after which training stops
 * @param checkpoints where and how often training saves its state
 * @param listener receives the progress
 * @param errors what happens to files that cannot be read
 * @param execution devices, processes and compilation
 */
record TrainingSettings(
    Recipe recipe,
    Optional<Weights> start,
    Frozen frozen,
    Optional<ImageDataset> validation,
    OptionalInt patience,
    Optional<Checkpoints> checkpoints,
    TrainingListener listener,
    ErrorPolicy errors,
    Execution execution) {

  private static final TrainingListener SILENT = new TrainingListener() {};

  /** The losses that are the mean over the samples. */
  private static final Set<Class<? extends Loss>> MEANS =
      Set.of(
          Loss.CrossEntropy.class,
          Loss.BinaryCrossEntropy.class,
          Loss.NegativeLogLikelihood.class,
          Loss.JsdCrossEntropy.class);

  /**
   * Returns the defaults: random weights, what the recipe freezes, no validation, no checkpoints,
   * one device.
   */
  static TrainingSettings of(Recipe recipe) {
    return new TrainingSettings(
        recipe,
        Optional.empty(),
        new Frozen(recipe.frozen()),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        SILENT,
        ErrorPolicy.fail(),
        Execution.PLAIN);
  }

  TrainingSettings start(Weights weights) {
    return new TrainingSettings(
        recipe,
        Optional.of(weights),
        frozen,
        validation,
        patience,
        checkpoints,
        listener,
        errors,
        execution);
  }

  /** Freezes these entries besides those that the recipe freezes. */
  TrainingSettings frozen(Frozen others) {
    Frozen entries = new Frozen(recipe.frozen()).and(others);
    return new TrainingSettings(
        recipe, start, entries, validation, patience, checkpoints, listener, errors, execution);
  }

  TrainingSettings validation(ImageDataset images) {
    return new TrainingSettings(
        recipe,
        start,
        frozen,
        Optional.of(images),
        patience,
        checkpoints,
        listener,
        errors,
        execution);
  }

  TrainingSettings patience(int epochs) {
    return new TrainingSettings(
        recipe,
        start,
        frozen,
        validation,
        OptionalInt.of(epochs),
        checkpoints,
        listener,
        errors,
        execution);
  }

  TrainingSettings checkpoints(Checkpoints policy) {
    return new TrainingSettings(
        recipe,
        start,
        frozen,
        validation,
        patience,
        Optional.of(policy),
        listener,
        errors,
        execution);
  }

  TrainingSettings listener(TrainingListener receiver) {
    return new TrainingSettings(
        recipe, start, frozen, validation, patience, checkpoints, receiver, errors, execution);
  }

  TrainingSettings errors(ErrorPolicy policy) {
    return new TrainingSettings(
        recipe, start, frozen, validation, patience, checkpoints, listener, policy, execution);
  }

  TrainingSettings execution(Execution how) {
    return new TrainingSettings(
        recipe, start, frozen, validation, patience, checkpoints, listener, errors, how);
  }

  /**
   * Returns whether more parts of a step change the result by rounding alone: no statistic and no
   * random number is of a whole part.
   *
   * @param entries the model's
   */
  boolean sameInParts(List<Parameter> entries) {
    return execution.group().size() == 1
        && execution.devices().size() <= 1
        && recipe.drop().equals(Drop.NONE)
        && recipe.images().mixing().isEmpty()
        && recipe.images().erasing() == 0
        && MEANS.contains(recipe.loss().getClass())
        && entries.stream()
            .noneMatch(entry -> entry.role() == Parameter.Role.BUFFER && !frozen.covers(entry));
  }

  /** Returns the listener of this process: in a cluster only the first worker reports. */
  TrainingListener reporting() {
    return execution.group().first() ? listener : SILENT;
  }
}
