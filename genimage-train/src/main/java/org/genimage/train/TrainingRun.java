package org.genimage.train;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.genimage.data.Batch;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.DuplicateWatch;
import org.genimage.data.ImageDataset;
import org.genimage.data.ImageSketch;
import org.genimage.data.Seed;
import org.genimage.data.internal.Interruption;
import org.genimage.models.Blueprint;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.Layout;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.VariableValues;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.genimage.train.TrainingState.EpochPart;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.TrainingProgress;

/** One call of {@code fit}: the loop over epochs and steps, from a checkpoint if there is one. */
final class TrainingRun {

  static final String LAST = "last.safetensors";
  static final String BEST = "best.safetensors";

  private static final System.Logger LOGGER = System.getLogger(TrainingRun.class.getName());

  private final TrainingSettings settings;
  private final Recipe recipe;
  private final Blueprint blueprint;
  private final TrainingGraph graph;
  private final BatchLoader loader;
  private final int batches;
  private final TrainingListener listener;
  private final ProcessGroup group;
  private final Optional<Validation> validation;
  private final DuplicateWatch duplicates = new DuplicateWatch();
  private final String trainingData;
  private final String trainingImages;
  private final Map<String, String> identity;
  private TrainingState state = TrainingState.start();
  private Optional<Weights> best = Optional.empty();
  private long samples;
  private long totalSamples;
  private double rate;
  private long saved = System.nanoTime();
  private long savedSteps;

  TrainingRun(
      TrainingSettings settings, Blueprint blueprint, ImageDataset data, TrainingGraph graph) {
    this.settings = settings;
    this.recipe = settings.recipe();
    this.blueprint = blueprint;
    this.graph = graph;
    this.group = settings.execution().group();
    this.listener = settings.reporting();
    this.loader = loader(settings, blueprint, duplicates.watch(data, "training"));
    this.validation =
        settings
            .validation()
            .map(images -> duplicates.watch(images, "validation"))
            .map(images -> new Validation(images, recipe, blueprint, settings.errors(), group));
    this.batches = loader.batches();
    this.trainingData = Provenance.describe(data);
    this.trainingImages = ImageSketch.of(data).toString();
    this.identity = RunIdentity.of(settings, blueprint, graph.entries(), trainingData);
  }

  /** Returns the loader of training batches. */
  static BatchLoader loader(TrainingSettings settings, Blueprint blueprint, ImageDataset data) {
    Recipe recipe = settings.recipe();
    return BatchLoader.of(data)
        .augmentation(recipe.images().augmentation(blueprint.input()))
        .batchSize(recipe.batchSize())
        .shuffle(Seed.of(recipe.seed()))
        .sampling(recipe.sampling())
        .dropLast(recipe.dropLast() || settings.execution().group().wholeBatches())
        .onError(settings.errors());
  }

  /** Returns what is left to do after {@link #begin}. */
  GradientTrainer.Plan plan(int images, GradientTrainer.StepCost cost) {
    return GradientTrainer.Plan.of(recipe, images, batches, state, graph.parts(), cost);
  }

  /** Trains from where {@link #begin} left the variables. */
  Weights toEnd() {
    totalSamples = samplesLeft();
    try (Shutdown shutdown = new Shutdown()) {
      listener.onBegin(state.epoch(), state.steps());
      epochs(shutdown);
    } finally {
      listener.onEnd();
    }
    return best.orElseGet(this::last);
  }

  private Weights last() {
    try (VariableValues values = graph.resultValues()) {
      return result(values, state.epoch() - 1).inMemory();
    }
  }

  private void epochs(Shutdown shutdown) {
    try {
      while (state.epoch() < recipe.epochs()
          && !stagnant()
          && !recipe.schedule().ended(progress(0))) {
        train(shutdown);
        finishEpoch();
      }
    } catch (CancellationException e) {
      saveRest();
      throw e;
    }
  }

  /** Sets the variables as they are before the first step, or as a checkpoint has them. */
  void begin() {
    group.gather();
    Optional<Checkpoint> found =
        settings.checkpoints().flatMap(policy -> Checkpoint.latest(policy.folder(), identity));
    group.agree(with(found));
    if (found.isPresent()) {
      Checkpoint checkpoint = found.get();
      checkpoint.restore(graph, settings.checkpoints().orElseThrow().folder());
      state = checkpoint.state();
      savedSteps = state.steps();
      // In the heap, since the file is renamed and replaced while training goes on.
      best = checkpoint.best().map(arrays -> described(arrays, state.ranking().get(0)).inMemory());
    } else {
      if (settings.start().isEmpty() && recipe.start().backbone().isPresent()) {
        LOGGER.log(
            Level.WARNING,
            "{0} starts from {1}; provide these weights with GradientTrainer.from",
            blueprint.name(),
            recipe.start().describe(false));
      }
      graph.start(this::initialValues);
    }
  }

  private FloatSource initialValues(Parameter entry) {
    return settings
        .start()
        .map(weights -> weights.get(entry.key()).source())
        .orElseGet(() -> blueprint.initialValues(recipe.seed(), entry));
  }

  /** Returns what must be the same in all processes. */
  private Map<String, String> with(Optional<Checkpoint> found) {
    Map<String, String> common = new TreeMap<>(identity);
    common.put(
        "checkpoint",
        found.map(read -> new TreeMap<>(read.numbers().metadata()).toString()).orElse("none"));
    return common;
  }

  private long samplesLeft() {
    long ofEpoch = (long) batches * recipe.batchSize();
    return (recipe.epochs() - state.epoch()) * ofEpoch - state.part().position();
  }

  /** Returns whether the accuracy has not improved for as many epochs as patience allows. */
  private boolean stagnant() {
    if (settings.patience().isEmpty() || state.accuracies().isEmpty()) {
      return false;
    }
    int idle = state.accuracies().size() - 1 - state.ranking().get(0);
    return idle >= settings.patience().getAsInt();
  }

  private TrainingProgress progress(int step) {
    return new TrainingProgress(state.epoch(), step, batches, state.accuracies());
  }

  private void train(Shutdown shutdown) {
    EpochClock clock = new EpochClock(state.part());
    int position = state.part().position();
    try (Batches batches = loader.epoch(state.epoch(), position, group.rank(), group.size())) {
      while (clock.waiting(batches::hasNext)) {
        Batch batch = clock.waiting(batches::next);
        TrainingProgress progress = progress(state.part().steps());
        rate = recipe.schedule().rate(progress);
        TrainingGraph.Step step = clock.stepping(() -> step(batch, progress));
        LossScale scale = state.lossScale().after(step.finite());
        if (scale.factor() < LossScale.SMALLEST) {
          throw diverged("16-bit gradients overflow at any scale, and the loss", step.loss());
        }
        int trained = batch.samples().size() * group.size();
        EpochPart reached =
            clock.after(
                batches.position(), state.part(), step.loss(), trained, batches.skipped().size());
        state = state.stepped(reached, step.loss(), scale);
        samples += trained;
        listener.onStep(
            new StepReport(state.epoch(), state.steps(), step.loss(), rate, samples, totalSamples));
        saveIfDue();
        endIfAsked(shutdown);
      }
    }
  }

  private TrainingGraph.Step step(Batch batch, TrainingProgress progress) {
    double factor = state.lossScale().factor();
    TrainingGraph.Step step = together(() -> graph.train(batch, progress, rate, factor));
    if (!Double.isFinite(step.loss())) {
      throw diverged("the loss", step.loss());
    }
    return step;
  }

  /** Saves a checkpoint inside an epoch if it is time for one. */
  private void saveIfDue() {
    Duration sinceLast = Duration.ofNanos(System.nanoTime() - saved);
    settings
        .checkpoints()
        .filter(policy -> group.first())
        .filter(policy -> policy.due(state.steps(), sinceLast))
        .ifPresent(this::save);
  }

  /** Saves the steps since the last checkpoint, before training ends too early. */
  private void saveRest() {
    settings
        .checkpoints()
        .filter(policy -> group.first() && state.steps() > savedSteps)
        .ifPresent(this::save);
  }

  /** Ends training if the JVM is about to end, or this thread was interrupted. */
  private void endIfAsked(Shutdown shutdown) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    if (shutdown.requested() || interrupted) {
      throw new CancellationException(
          "training was %s in epoch %s after step %s"
              .formatted(interrupted ? "interrupted" : "stopped", state.epoch(), state.steps()));
    }
  }

  /** Returns the result of a calculation that all processes take part in. */
  private <T> T together(Supplier<T> calculation) {
    try {
      return calculation.get();
    } catch (RuntimeException e) {
      throw group.explained(e);
    }
  }

  /** The loss is computed before the update, so it may be finite when the weights are not. */
  private WeightArray finite(Parameter entry, FloatSource source, float[] part) {
    source.read(
        entry.size(),
        part,
        (values, count, before) -> {
          for (int i = 0; i < count; i++) {
            if (!Float.isFinite(values[i])) {
              throw diverged("a value of " + entry.key(), values[i]);
            }
          }
        });
    return WeightArray.of(entry.shape(), source);
  }

  private TrainingDivergedException diverged(String what, double loss) {
    return new TrainingDivergedException(
        what, state.epoch(), state.part().steps(), rate, loss, state.losses());
  }

  private void finishEpoch() {
    int epoch = state.epoch();
    together(
        () -> {
          graph.shareStatistics();
          return true;
        });
    Optional<Double> accuracy = validation.map(images -> images.accuracy(graph, epoch));
    duplicates.finish().ifPresent(found -> LOGGER.log(Level.WARNING, found));
    EpochReport report = report(accuracy);
    state = state.epochDone(accuracy);
    try (VariableValues values = graph.resultValues()) {
      Weights reached = result(values, epoch);
      if (accuracy.isPresent() && state.ranking().get(0) == epoch) {
        best = Optional.empty(); // so that the heap never holds two
        best = Optional.of(reached.inMemory());
      }
      try {
        listener.onEpoch(report);
      } finally {
        settings
            .checkpoints()
            .filter(policy -> group.first())
            .ifPresent(policy -> Interruption.deferred(() -> saveEpoch(policy, epoch, reached)));
      }
    }
  }

  private EpochReport report(Optional<Double> accuracy) {
    EpochPart part = state.part();
    return new EpochReport(
        state.epoch(),
        recipe.epochs(),
        state.steps(),
        part.lossSum() / part.steps(),
        rate,
        part.samples(),
        part.skipped(),
        Duration.ofNanos(part.nanos()),
        Duration.ofNanos(part.waiting()),
        Duration.ofNanos(part.stepping()),
        accuracy.map(OptionalDouble::of).orElse(OptionalDouble.empty()));
  }

  private void saveEpoch(Checkpoints checkpoints, int epoch, Weights reached) {
    Path folder = checkpoints.folder();
    reached.write(folder.resolve(LAST));
    best.ifPresent(weights -> weights.write(folder.resolve(BEST)));
    List<Integer> ranking = state.ranking();
    int rank = ranking.indexOf(epoch);
    if (checkpoints.best() > 1 && rank >= 0 && rank < checkpoints.best()) {
      reached.write(epochFile(folder, epoch));
    }
    save(checkpoints);
    ranking.stream().skip(checkpoints.best()).forEach(worse -> delete(epochFile(folder, worse)));
  }

  private static Path epochFile(Path folder, int epoch) {
    return folder.resolve("epoch-" + epoch + ".safetensors");
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new WeightsException("%s: could not be deleted: %s".formatted(file, e), e);
    }
  }

  /** Saves a checkpoint, whose numbers go from the session into the file in parts. */
  private void save(Checkpoints checkpoints) {
    try (VariableValues values = graph.values();
        VariableValues slots = graph.slotValues()) {
      Weights model = weights(state.epoch(), values::source);
      Checkpoint checkpoint = Checkpoint.of(model, graph.slotEntries(), slots, best, state);
      Interruption.deferred(() -> checkpoint.write(checkpoints.folder(), identity));
    }
    saved = System.nanoTime();
    savedSteps = state.steps();
  }

  /** Returns the trained weights, which are read from these values. */
  private Weights result(VariableValues values, int epoch) {
    return weights(epoch, entry -> graph.result(values, entry));
  }

  private Weights weights(int epoch, Function<Parameter, FloatSource> values) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    float[] part = Layout.part();
    for (Parameter entry : graph.entries()) {
      arrays.put(
          entry.key(),
          switch (entry.role()) {
            case TRAINED, BUFFER -> finite(entry, values.apply(entry), part);
            case COUNTER -> settings.frozen().covers(entry) ? initial(entry) : counted();
            case FIXED, INDEX -> WeightArray.initial(entry, Seed.of(recipe.seed()));
          });
    }
    return described(arrays, epoch);
  }

  private WeightArray counted() {
    return WeightArray.counter(state.steps());
  }

  private WeightArray initial(Parameter counter) {
    return settings
        .start()
        .map(weights -> weights.arrays().get(counter.key()))
        .orElseGet(() -> WeightArray.counter(0));
  }

  private Weights described(Map<String, WeightArray> arrays, int epoch) {
    return blueprint
        .describe(Weights.of(arrays))
        .with(settings.start().<Map<String, String>>map(Weights::publication).orElse(Map.of()))
        .with(
            Map.of(
                "genimage.recipe", recipe.description(),
                "genimage.start", recipe.start().describe(settings.start().isPresent()),
                "genimage.epoch", Integer.toString(epoch),
                "genimage.training_data", trainingData,
                "genimage.training_images", trainingImages));
  }
}
