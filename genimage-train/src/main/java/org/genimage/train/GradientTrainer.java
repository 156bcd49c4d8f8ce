package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.internal.Counted;
import org.genimage.data.internal.PeakMemory;
import org.genimage.models.Blueprint;
import org.genimage.models.Devices;
import org.genimage.models.Trainer;
import org.genimage.models.internal.KeyFit;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.Weights;
import org.genimage.train.memory.MemoryCheck;
import org.genimage.train.memory.MemoryLimit;
import org.genimage.train.memory.PlannedStep;
import org.genimage.train.memory.StepRoom;
import org.genimage.train.recipe.Recipe;

/**
 * Trains a detector by gradient descent, by a {@link Recipe}. Immutable: each method that changes a
 * setting returns another trainer, and one trainer can train many blueprints.
 *
 * <p>With validation images, {@code fit} returns the weights of the best epoch (highest accuracy;
 * the earlier one of equals), otherwise those of the last epoch.
 *
 * <p>With checkpoints, training resumes from the last good one, in this JVM or another. On the same
 * kind of CPU with the same number of threads, the result has the same bits as without the stop. A
 * checkpoint is matched to its training by the texts of the recipe's parts, so custom parts need a
 * {@code toString} that is the same in every JVM, as records have.
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

  /** Returns a trainer with this recipe. */
  public static GradientTrainer with(Recipe recipe) {
    return new GradientTrainer(TrainingSettings.of(recipe));
  }

  /**
   * Returns this trainer with first weights in place of random ones, for example those that {@link
   * Blueprint#initialWeights(long, Weights, String...)} makes from a published backbone.
   */
  public GradientTrainer from(Weights initial) {
    return new GradientTrainer(settings.start(initial));
  }

  /**
   * Returns this trainer with frozen entries besides those that its recipe freezes: they have no
   * gradient and no decay. A batch norm whose running statistics are frozen normalises with them,
   * and they do not change. If only its weight and bias are frozen, it normalises with the batch's
   * statistics, and the running ones change.
   *
   * @param patterns regular expressions, each for whole state-dict keys, such as {@code
   *     "layer[12]\\..*"}; {@code fit} throws IllegalArgumentException for one that matches no key,
   *     and if nothing is left to train
   * @throws java.util.regex.PatternSyntaxException if one is no regular expression
   */
  public GradientTrainer freeze(String... patterns) {
    return new GradientTrainer(settings.frozen(new Frozen(List.of(patterns))));
  }

  /** Returns this trainer with validation images, which choose the best epoch. */
  public GradientTrainer validation(ImageDataset data) {
    return new GradientTrainer(settings.validation(data));
  }

  /**
   * Returns this trainer with early stopping: training ends after this many epochs in a row without
   * a better validation accuracy.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public GradientTrainer patience(int epochs) {
    checkArgument(epochs > 0, "patience must be positive, got %s epochs", epochs);
    return new GradientTrainer(settings.patience(epochs));
  }

  /** Returns this trainer with a folder in which it saves a checkpoint after every epoch. */
  public GradientTrainer checkpoints(Path folder) {
    return checkpoints(Checkpoints.in(folder));
  }

  /** Returns this trainer with checkpoints, from which it also resumes. */
  public GradientTrainer checkpoints(Checkpoints policy) {
    return new GradientTrainer(settings.checkpoints(policy));
  }

  /** Returns this trainer with other listeners, called in this order. */
  public GradientTrainer listener(TrainingListener... listeners) {
    return new GradientTrainer(settings.listener(new ListenerList(List.of(listeners))));
  }

  /** Returns this trainer with another policy for files that cannot be read. */
  public GradientTrainer onError(ErrorPolicy policy) {
    return new GradientTrainer(settings.errors(policy));
  }

  /**
   * Returns this trainer with or without compilation by XLA; the default is without. On the CPU it
   * is slower; a GPU needs {@code XLA_FLAGS=--xla_gpu_cuda_data_dir=...} in the environment.
   */
  public GradientTrainer xla(boolean compiled) {
    return execution(settings.execution().xla(compiled));
  }

  /**
   * Returns this trainer on these devices of the process; by default TensorFlow chooses one. Each
   * device computes its part of every batch; the parts together have the recipe's batch size. The
   * weights are on the first device and are updated by the mean gradient. Mixing and erasing are
   * drawn for the whole batch, so they do not depend on the number of devices; dropout and drop
   * path are drawn on each device. Batch norms normalise with their device's part unless they are
   * {@linkplain #synchronisedBatchNorm synchronised}; the running statistics are the mean over the
   * devices. A checkpoint can be resumed on other devices.
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
   * Returns this trainer with or without synchronised batch norms (PyTorch's {@code
   * SyncBatchNorm}). Their statistics are those of the whole batch over all devices and processes;
   * without, which is the default, those of each device's part. It costs two exchanges per layer
   * and step.
   */
  public GradientTrainer synchronisedBatchNorm(boolean synchronised) {
    return execution(settings.execution().synchronised(synchronised));
  }

  /**
   * Returns this trainer as one of several processes (workers) that train together. Every worker
   * calls {@code fit} with the same settings and data. Each computes its part of every batch, and
   * all update their weights by the mean gradient. The parts together have the recipe's batch size,
   * which must be a multiple of the number of workers; incomplete batches are left out. Batch norms
   * normalise with their worker's part unless they are {@linkplain #synchronisedBatchNorm
   * synchronised}; their running statistics are set to the mean over the workers after every epoch.
   * The first worker saves the checkpoints, in a folder that all can read; they can be resumed with
   * any number of workers.
   */
  public GradientTrainer distributed(Cluster cluster) {
    return execution(settings.execution().group(new ClusterGroup(cluster)));
  }

  /**
   * {@inheritDoc}
   *
   * @throws DatasetException if the data lack a class or are fewer than a batch
   * @throws IllegalArgumentException if a pattern of frozen keys matches none, all are frozen, or
   *     the blueprint takes whole images
   * @throws IllegalStateException if a step needs more memory than this machine or its control
   *     group has, as far as that can be measured; nothing was trained then
   * @throws TrainingDivergedException if the loss or a weight is no longer finite
   * @throws org.genimage.data.image.UnreadableImageException if a file cannot be read and the error
   *     policy is to fail
   * @throws org.genimage.models.weights.WeightsException if checkpoints cannot be written, the disk
   *     has no space for them, another training writes into the folder, or the checkpoint there
   *     belongs to another training or is damaged
   * @throws java.util.concurrent.CancellationException if this thread is interrupted or the JVM is
   *     terminated (Ctrl-C, SIGTERM); a checkpoint is saved first, and the interrupt flag stays set
   */
  @Override
  public Weights fit(Blueprint blueprint, ImageDataset data) {
    try (Prepared training = prepared(blueprint, data, false)) {
      return training.toEnd();
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

  /**
   * Returns what {@link #fit} will take: it prepares the training and measures the second of two
   * steps, of black images. Nothing is trained and no file is written. A first epoch may take
   * longer, because its images are not in the system's cache yet. If the folder of checkpoints has
   * one, the plan is of what is left.
   *
   * @throws DatasetException if the data lack a class or are fewer than a batch
   * @throws IllegalArgumentException as {@link #fit} does
   * @throws IllegalStateException if a step does not fit into memory, or several processes train
   * @throws org.genimage.models.weights.WeightsException if the checkpoint belongs to another
   *     training or is damaged
   */
  public Plan plan(Blueprint blueprint, ImageDataset data) {
    checkAlone();
    check(blueprint, data);
    int batches = TrainingRun.loader(settings, blueprint, data).batches();
    try (TrainingGraph graph = fitting(blueprint)) {
      TrainingState done = done(blueprint, data, graph);
      return Plan.of(settings.recipe(), data.size(), batches, done, graph.parts(), measured(graph));
    }
  }

  /**
   * Prepares a training up to its first step, and measures what it will take as {@link #plan} does.
   * So the training need not be prepared twice. If the trainer has checkpoints, their folder is
   * made, and no other training can use it until this one is closed.
   *
   * @throws IllegalStateException if a step does not fit into memory, or several processes train
   * @throws RuntimeException as {@link #fit} does
   */
  public Prepared prepare(Blueprint blueprint, ImageDataset data) {
    checkAlone();
    return prepared(blueprint, data, true);
  }

  private void checkAlone() {
    int processes = settings.execution().group().size();
    checkState(
        processes == 1,
        "expected a plan of one process, found %s; make it without the cluster",
        processes);
  }

  private Prepared prepared(Blueprint blueprint, ImageDataset data, boolean measured) {
    check(blueprint, data);
    CheckpointFolder folder = CheckpointFolder.open(settings);
    try {
      TrainingGraph graph = fitting(blueprint);
      try {
        folder.requireSpace(graph, settings.validation().isPresent());
        StepCost cost = measured ? measured(graph) : StepCost.UNKNOWN;
        TrainingRun run = new TrainingRun(settings, blueprint, data, graph);
        run.begin();
        // What the graph was built from is no longer needed. Without this the heap keeps its place
        // for hours, beside what each step takes outside of it.
        System.gc();
        return new Prepared(folder, graph, run, run.plan(data.size(), cost));
      } catch (RuntimeException | Error e) {
        graph.close();
        throw e;
      }
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  /** What a step takes. */
  record StepCost(Duration time, OptionalLong memory) {

    private static final StepCost UNKNOWN = new StepCost(Duration.ZERO, OptionalLong.empty());
  }

  private StepCost measured(TrainingGraph graph) {
    Recipe recipe = settings.recipe();
    int together = (recipe.batchSize() + graph.parts() - 1) / graph.parts();
    graph.zero();
    long[] nanos = new long[1];
    OptionalLong memory =
        PeakMemory.during(
            () -> {
              graph.rehearse(together, recipe.images().splits());
              long begin = System.nanoTime();
              graph.rehearse(together, recipe.images().splits());
              nanos[0] = System.nanoTime() - begin;
            });
    return new StepCost(Duration.ofNanos(graph.parts() * nanos[0]), memory);
  }

  /** Returns where training would begin. */
  private TrainingState done(Blueprint blueprint, ImageDataset data, TrainingGraph graph) {
    return settings
        .checkpoints()
        .flatMap(
            policy ->
                Checkpoint.progress(
                    policy.folder(),
                    RunIdentity.of(
                        settings, blueprint, graph.entries(), Provenance.describe(data))))
        .orElseGet(TrainingState::start);
  }

  /** Returns a graph whose step has so many parts that it fits into memory. */
  private TrainingGraph fitting(Blueprint blueprint) {
    TrainingGraph graph = graph(blueprint, settings.recipe());
    int parts;
    try {
      parts = fittingParts(blueprint, graph);
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
    if (parts == settings.recipe().parts()) {
      return graph;
    }
    graph.close();
    return graph(blueprint, settings.recipe().parts(parts));
  }

  private TrainingGraph graph(Blueprint blueprint, Recipe recipe) {
    return new TrainingGraph(blueprint, recipe, settings.frozen(), settings.execution());
  }

  /** The other workers of a cluster would have to run the same steps, so none measures. */
  private int fittingParts(Blueprint blueprint, TrainingGraph graph) {
    Recipe recipe = settings.recipe();
    if (usesGpu()) {
      return recipe.parts();
    }
    PlannedStep planned = planned(blueprint, graph);
    MemoryLimit limit = MemoryLimit.current();
    StepRoom.make(planned, limit);
    MemoryCheck check = new MemoryCheck(planned, limit);
    if (settings.execution().group().size() > 1 || !check.isNeeded()) {
      return recipe.parts();
    }
    graph.zero();
    return check.parts(samples -> graph.rehearse(samples, recipe.images().splits()));
  }

  private PlannedStep planned(Blueprint blueprint, TrainingGraph graph) {
    Recipe recipe = settings.recipe();
    List<Parameter> entries = graph.entries();
    return new PlannedStep(
        blueprint.name(),
        recipe.batchSize(),
        recipe.parts(),
        Math.max(1, settings.execution().devices().size()),
        recipe.images().splits() * graph.roughBytesPerImage(),
        recipe.images().splits() * graph.largestBytesPerImage(),
        entries.stream().mapToLong(entry -> (long) Float.BYTES * entry.size()).sum(),
        settings.sameInParts(entries));
  }

  private static boolean usesGpu() {
    return !Devices.visible().gpus().isEmpty();
  }

  private GradientTrainer execution(Execution how) {
    return new GradientTrainer(settings.execution(how));
  }

  private void check(Blueprint blueprint, ImageDataset data) {
    checkClasses(data);
    checkArgument(
        blueprint.input().resize().crops(),
        "training needs images of one size, %s takes whole images; train it with an input contract"
            + " that crops",
        blueprint.name());
    checkArgument(
        settings.patience().isEmpty() || settings.validation().isPresent(),
        "patience needs validation images, got none; set them with validation");
    List<Parameter> entries = blueprint.entries();
    settings.frozen().check(entries);
    settings
        .start()
        .ifPresent(
            start ->
                KeyFit.of(entries, start)
                    .verify(blueprint.name(), "start from weights made for it"));
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
          ("training needs images of both classes and at least one batch of %s, found %s nature"
                  + " and %s ai; add images or make the batch smaller")
              .formatted(
                  settings.recipe().batchSize(),
                  counts.getOrDefault(Label.NATURE, 0),
                  counts.getOrDefault(Label.AI, 0)));
    }
  }

  /** A training that stands before its first step: {@link #prepare}. It holds native memory. */
  public static final class Prepared implements AutoCloseable {

    private final CheckpointFolder folder;
    private final TrainingGraph graph;
    private final TrainingRun run;
    private final Plan plan;

    private Prepared(CheckpointFolder folder, TrainingGraph graph, TrainingRun run, Plan plan) {
      this.folder = folder;
      this.graph = graph;
      this.run = run;
      this.plan = plan;
    }

    /** Returns what is left to do, and how long it will take. */
    public Plan plan() {
      return plan;
    }

    /**
     * Trains to the end, as {@link GradientTrainer#fit(Blueprint, ImageDataset)} does. To be called
     * once.
     *
     * @throws RuntimeException as {@code fit} does
     */
    public Weights toEnd() {
      return run.toEnd();
    }

    /** Gives the native memory and the folder of checkpoints back. */
    @Override
    public void close() {
      graph.close();
      folder.close();
    }
  }

  /**
   * What a training will take, measured before it begins: {@link #plan}.
   *
   * @param images of one epoch, before those that a recipe balances or draws again
   * @param epochs passes over them that are left
   * @param done passes that a checkpoint has, from which training resumes; 0 without one
   * @param steps that are left
   * @param batchSize images of a step
   * @param parts in which a step is computed, one after the other
   * @param step the time of one step, without the loading of its images, which runs meanwhile
   * @param memory the most bytes that this process held during a step; empty where the system does
   *     not tell
   */
  public record Plan(
      int images,
      int epochs,
      int done,
      long steps,
      int batchSize,
      int parts,
      Duration step,
      OptionalLong memory) {

    private static final double BYTES = 1e9;

    /** Returns the plan of what is left after a state. */
    static Plan of(
        Recipe recipe, int images, int batches, TrainingState state, int parts, StepCost cost) {
      int left = recipe.epochs() - state.epoch();
      return new Plan(
          images,
          left,
          state.epoch(),
          (long) left * batches - state.part().steps(),
          recipe.batchSize(),
          parts,
          cost.time(),
          cost.memory());
    }

    /** Returns the time of the steps that are left. */
    public Duration time() {
      return step.multipliedBy(steps);
    }

    /** Returns how many images are trained in a second. */
    public double imagesPerSecond() {
      return batchSize * 1e9 / Math.max(1, step.toNanos());
    }

    /** Returns the plan in one sentence, in plain words. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s of %s%s, %s of %s%s: about %s at %.1f images/s%s",
          Counted.of(epochs, "epoch"),
          Counted.of(images, "image"),
          done > 0 ? (epochs == 1 ? " is" : " are") + " left of " + (epochs + done) : "",
          Counted.of(steps, "step"),
          Counted.of(batchSize, "image"),
          parts > 1 ? " in " + parts + " parts" : "",
          words(time()),
          imagesPerSecond(),
          memory.isPresent()
              ? String.format(Locale.ROOT, ", %.1f GB of memory", memory.getAsLong() / BYTES)
              : "");
    }

    private static String words(Duration time) {
      double minutes = time.toMillis() / 60_000.0;
      if (minutes < 1) {
        return Counted.of(Math.max(1, Math.round(60 * minutes)), "second");
      }
      return minutes >= 60
          ? String.format(Locale.ROOT, "%.1f hours", minutes / 60)
          : String.format(Locale.ROOT, "%.1f minutes", minutes);
    }
  }
}
