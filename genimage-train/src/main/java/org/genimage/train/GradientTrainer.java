package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.models.Blueprint;
import org.genimage.models.Trainer;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Recipe;

/**
 * Trains by following gradients, as a {@link Recipe} says. Immutable: every wither returns another
 * trainer, and one trainer can fit many blueprints.
 *
 * <p>With validation images the weights of the best epoch come back (highest accuracy, the earlier
 * one of equals), else the last epoch's. With checkpoints, training goes on from the last good one
 * that it finds, in this JVM or another, and on the same kind of CPU with the same number of
 * threads it ends with the same bits as training that was never stopped. Parts of a recipe that are
 * not genimage's own must print themselves the same in every JVM for that, as records do.
 */
public final class GradientTrainer implements Trainer {

  private final TrainingSettings settings;

  private GradientTrainer(TrainingSettings settings) {
    this.settings = settings;
  }

  /** Returns all settings. */
  TrainingSettings settings() {
    return settings;
  }

  /** Returns a trainer that follows this recipe. */
  public static GradientTrainer with(Recipe recipe) {
    return new GradientTrainer(TrainingSettings.of(recipe));
  }

  /**
   * Returns this trainer with weights to start from in place of random ones, such as {@link
   * Blueprint#initialWeights(long, Weights, String...)} makes of a published backbone.
   */
  public GradientTrainer from(Weights initial) {
    return new GradientTrainer(settings.start(initial));
  }

  /**
   * Returns this trainer with entries that keep the values they start with: they neither follow the
   * gradient nor decay. A batch norm whose running statistics are among them normalises with these,
   * and they do not move; one of which only weight and bias are frozen goes on normalising with the
   * batch's, and its running statistics go on.
   *
   * @param patterns regular expressions, each for whole state-dict keys, such as {@code
   *     "layer[12]\\..*"}; {@code fit} throws IllegalArgumentException for one that matches no key,
   *     and if nothing is left to train
   * @throws java.util.regex.PatternSyntaxException if one is no regular expression
   */
  public GradientTrainer freeze(String... patterns) {
    return new GradientTrainer(settings.frozen(new Frozen(List.of(patterns))));
  }

  /** Returns this trainer with images that choose the best epoch. */
  public GradientTrainer validation(ImageDataset data) {
    return new GradientTrainer(settings.validation(data));
  }

  /**
   * Returns this trainer with an early end: after this many epochs in a row in which the accuracy
   * of the validation images was not better than before.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public GradientTrainer patience(int epochs) {
    checkArgument(epochs > 0, "patience must be positive, got %s epochs", epochs);
    return new GradientTrainer(settings.patience(epochs));
  }

  /** Returns this trainer with a folder to keep a checkpoint in after every epoch. */
  public GradientTrainer checkpoints(Path folder) {
    return checkpoints(Checkpoints.in(folder));
  }

  /** Returns this trainer with checkpoints to go on from. */
  public GradientTrainer checkpoints(Checkpoints policy) {
    return new GradientTrainer(settings.checkpoints(policy));
  }

  /** Returns this trainer with others that hear how training goes, each event in this order. */
  public GradientTrainer listener(TrainingListener... listeners) {
    return new GradientTrainer(settings.listener(new ListenerList(List.of(listeners))));
  }

  /** Returns this trainer with another answer to files that cannot be read. */
  public GradientTrainer onError(ErrorPolicy policy) {
    return new GradientTrainer(settings.errors(policy));
  }

  /**
   * Returns this trainer with clusters of operations compiled by XLA, or not, which is the default.
   * On the CPU it is slower; on a GPU it wants {@code XLA_FLAGS=--xla_gpu_cuda_data_dir=...} in the
   * environment.
   */
  public GradientTrainer xla(boolean compiled) {
    return execution(settings.execution().xla(compiled));
  }

  /**
   * Returns this trainer on these devices of the process; at first TensorFlow chooses one. Each
   * computes its part of every batch, which is the recipe's in all, and the weights, kept on the
   * first device, follow the mean gradient. Mixing and erasing are drawn for the whole batch, so
   * they do not depend on the number of devices; dropout and drop path are drawn on each. Batch
   * norms normalise with their device's part unless they are {@linkplain #synchronisedBatchNorm
   * synchronised}; the running statistics follow the mean over the devices. Training goes on from a
   * checkpoint on any devices.
   *
   * @param names TensorFlow's, all of one kind, such as {@code "GPU:0", "GPU:1"}; {@code "GPU:*"}
   *     alone is every GPU that TensorFlow sees; {@code "CPU:0", "CPU:1"} divides the CPU
   * @throws IllegalArgumentException if one is no device's name or there are two kinds; {@code fit}
   *     throws IllegalStateException if TensorFlow does not see one
   */
  public GradientTrainer devices(String... names) {
    return execution(settings.execution().devices(List.of(names)));
  }

  /**
   * Returns this trainer with batch norms whose statistics are those of the whole batch, over all
   * devices and processes, or of each device's part, which is the default (PyTorch's {@code
   * SyncBatchNorm}). It costs two more exchanges a layer and step.
   */
  public GradientTrainer synchronisedBatchNorm(boolean synchronised) {
    return execution(settings.execution().synchronised(synchronised));
  }

  /**
   * Returns this trainer as one of several processes that train together. Every process calls
   * {@code fit} with the same settings and data; each computes its part of every batch, and all
   * follow the mean of their gradients. A batch is the recipe's in all, so its size must be a
   * multiple of the number of workers; incomplete batches are left out. Batch norms normalise with
   * their worker's part unless they are {@linkplain #synchronisedBatchNorm synchronised}, and their
   * running statistics become the mean over the workers after every epoch. Checkpoints are the
   * first worker's, in a folder that all can read; training goes on from them with any number of
   * workers.
   */
  public GradientTrainer distributed(Cluster cluster) {
    return execution(settings.execution().group(new ClusterGroup(cluster)));
  }

  /**
   * {@inheritDoc}
   *
   * @throws DatasetException if the data lack a class or are fewer than a batch
   * @throws IllegalArgumentException if a pattern of frozen keys matches none, or all are frozen
   * @throws TrainingDivergedException if the loss stops being a number
   * @throws org.genimage.data.image.UnreadableImageException if a file cannot be read and the error
   *     policy says fail
   * @throws org.genimage.models.weights.WeightsException if a checkpoint cannot be written, or
   *     belongs to another training
   * @throws java.util.concurrent.CancellationException if the JVM is told to end (Ctrl-C, SIGTERM);
   *     a checkpoint is kept before it does
   */
  @Override
  public Weights fit(Blueprint blueprint, ImageDataset data) {
    check(blueprint, data);
    Execution execution = settings.execution();
    try (TrainingGraph graph =
        new TrainingGraph(blueprint, settings.recipe(), settings.frozen(), execution)) {
      return new TrainingRun(settings, blueprint, data, graph).toEnd();
    }
  }

  /**
   * Trains as {@link #fit(Blueprint, ImageDataset)} does, with a checkpoint in a folder after every
   * epoch.
   *
   * @param folder is created if it does not exist; it takes the place of {@link #checkpoints}
   */
  @Override
  public Weights fit(Blueprint blueprint, ImageDataset data, Path folder) {
    return checkpoints(folder).fit(blueprint, data);
  }

  private GradientTrainer execution(Execution how) {
    return new GradientTrainer(settings.execution(how));
  }

  private void check(Blueprint blueprint, ImageDataset data) {
    checkClasses(data);
    checkArgument(
        settings.patience().isEmpty() || settings.validation().isPresent(),
        "patience needs validation images, got none; name some with validation");
    settings.frozen().check(blueprint.entries());
    int batchSize = settings.recipe().batchSize();
    int devices = settings.execution().devices().size();
    int processes = settings.execution().group().size();
    checkArgument(
        batchSize >= processes * devices,
        "a batch of %s is too small for %s devices in each of %s processes",
        batchSize,
        devices,
        processes);
  }

  private void checkClasses(ImageDataset data) {
    Map<Label, Integer> counts = new TreeMap<>();
    for (Sample sample : data.samples()) {
      counts.merge(sample.label(), 1, Integer::sum);
    }
    if (counts.size() < Label.values().length || data.size() < settings.recipe().batchSize()) {
      throw new DatasetException(
          ("training needs images of both classes and at least one batch of %d, found %d nature"
                  + " and %d ai; add images or make the batch smaller")
              .formatted(
                  settings.recipe().batchSize(),
                  counts.getOrDefault(Label.NATURE, 0),
                  counts.getOrDefault(Label.AI, 0)));
    }
  }
}
