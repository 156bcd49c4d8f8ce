package org.genimage.train;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
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
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.genimage.data.Batch;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.models.Blueprint;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.genimage.train.TrainingState.EpochPart;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.TrainingProgress;

/** One call of {@code fit}: the loop over epochs and steps, from a checkpoint if there is one. */
final class TrainingRun {

  private static final System.Logger LOGGER = System.getLogger(TrainingRun.class.getName());
  private static final int VALIDATION_BATCH = 64;

  private final GradientTrainer trainer;
  private final Recipe recipe;
  private final Blueprint blueprint;
  private final TrainingGraph graph;
  private final BatchLoader loader;
  private final int batches;
  private final TrainingListener listener;
  private final Optional<Cluster> cluster;
  private final Optional<Meeting> meeting;
  private final String trainingData;
  private final Map<String, String> identity;
  private TrainingState state = TrainingState.start();
  private Optional<Weights> best = Optional.empty();
  private long samples;
  private long totalSamples;
  private double rate;
  private long kept = System.nanoTime();

  TrainingRun(
      GradientTrainer trainer, Blueprint blueprint, ImageDataset data, TrainingGraph graph) {
    this.trainer = trainer;
    this.recipe = trainer.recipe;
    this.blueprint = blueprint;
    this.graph = graph;
    this.cluster = trainer.execution.cluster();
    this.meeting = cluster.map(Meeting::new);
    this.listener =
        cluster.filter(own -> !own.first()).isPresent()
            ? new TrainingListener() {}
            : trainer.listener;
    this.loader =
        BatchLoader.of(data)
            .augmentation(recipe.images().augmentation(blueprint.input()))
            .batchSize(recipe.batchSize())
            .shuffle(Seed.of(recipe.seed()))
            .sampling(recipe.sampling())
            .dropLast(recipe.dropLast() || cluster.isPresent())
            .onError(trainer.errors);
    this.batches = loader.batches();
    this.trainingData = Provenance.describe(data);
    this.identity = trainer.checkpoints.isPresent() ? identity() : Map.of();
  }

  Weights toEnd() {
    begin();
    totalSamples = samplesLeft();
    try (Shutdown shutdown = new Shutdown()) {
      listener.onBegin(state.epoch(), state.steps());
      while (state.epoch() < recipe.epochs()
          && !hopeless()
          && !recipe.schedule().ended(progress(0))) {
        train(shutdown);
        finishEpoch();
      }
    } finally {
      listener.onEnd();
    }
    return best.orElseGet(() -> weights(state.epoch() - 1));
  }

  private void begin() {
    meeting.ifPresent(Meeting::gather);
    Optional<Checkpoint> found =
        trainer.checkpoints.flatMap(policy -> Checkpoint.latest(policy.folder(), identity));
    meeting.ifPresent(all -> all.agree(with(found)));
    if (found.isPresent()) {
      Checkpoint checkpoint = found.get();
      checkpoint.restore(graph);
      state = checkpoint.state();
      best = checkpoint.best().map(arrays -> described(arrays, state.ranking().get(0)));
    } else {
      if (trainer.start.isEmpty() && recipe.start().backbone().isPresent()) {
        LOGGER.log(
            Level.WARNING,
            "{0} starts from {1}; give them with GradientTrainer.from",
            blueprint.name(),
            recipe.start().describe(false));
      }
      Weights initial = trainer.start.orElseGet(() -> blueprint.initialWeights(recipe.seed()));
      graph.start(parameter -> initial.get(parameter.key()).toFloats());
    }
  }

  /** Returns what the workers must have in common. */
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

  /** Whether validation has not improved for as long as patience lasts. */
  private boolean hopeless() {
    return trainer.patience > 0
        && !state.accuracies().isEmpty()
        && state.accuracies().size() - 1 - state.ranking().get(0) >= trainer.patience;
  }

  private TrainingProgress progress(int step) {
    return new TrainingProgress(state.epoch(), step, batches, state.accuracies());
  }

  private void train(Shutdown shutdown) {
    EpochPart before = state.part();
    long began = System.nanoTime();
    long waiting = before.waiting();
    long stepping = before.stepping();
    int workers = cluster.map(Cluster::size).orElse(1);
    try (Batches batches = open(before.position())) {
      while (true) {
        long asked = System.nanoTime();
        if (!batches.hasNext()) {
          break;
        }
        Batch batch = batches.next();
        long got = System.nanoTime();
        waiting += got - asked;
        EpochPart part = state.part();
        TrainingProgress progress = progress(part.steps());
        rate = recipe.schedule().rate(progress);
        TrainingGraph.Step step =
            together(() -> graph.train(batch, progress, rate, state.lossScale().factor()));
        double loss = step.loss();
        LossScale scale = state.lossScale().after(step.finite());
        if (!Double.isFinite(loss)) {
          throw diverged("the loss", loss);
        }
        if (scale.factor() < LossScale.SMALLEST) {
          throw diverged("16-bit gradients overflow at any scale, and the loss", loss);
        }
        long now = System.nanoTime();
        stepping += now - got;
        EpochPart reached =
            new EpochPart(
                batches.position(),
                part.steps() + 1,
                part.lossSum() + loss,
                part.samples() + batch.samples().size() * workers,
                before.skipped() + batches.skipped().size(),
                before.nanos() + now - began,
                waiting,
                stepping);
        state = state.stepped(reached, loss, scale);
        samples += batch.samples().size() * workers;
        listener.onStep(
            new StepReport(state.epoch(), state.steps(), loss, rate, samples, totalSamples));
        Duration sinceLast = Duration.ofNanos(now - kept);
        trainer
            .checkpoints
            .filter(policy -> cluster.map(Cluster::first).orElse(true))
            .filter(policy -> shutdown.requested() || policy.due(state.steps(), sinceLast))
            .ifPresent(this::keep);
        if (shutdown.requested()) {
          throw new CancellationException(
              "training was stopped in epoch %d after step %d"
                  .formatted(state.epoch(), state.steps()));
        }
      }
    }
  }

  private Batches open(int position) {
    return loader.epoch(
        state.epoch(),
        position,
        cluster.map(Cluster::index).orElse(0),
        cluster.map(Cluster::size).orElse(1));
  }

  /** Calculates what takes all workers, if there are several. */
  private <T> T together(Supplier<T> calculation) {
    try {
      return calculation.get();
    } catch (RuntimeException e) {
      throw meeting.map(all -> all.explained(e)).orElse(e);
    }
  }

  /** A step's loss is from before it, so it may be a number when the weights no longer are. */
  private WeightArray finite(Parameter entry, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw diverged("a value of " + entry.key(), value);
      }
    }
    return WeightArray.of(entry.shape(), values);
  }

  private TrainingDivergedException diverged(String what, double loss) {
    return new TrainingDivergedException(
        what, state.epoch(), state.part().steps(), rate, loss, state.losses());
  }

  private void finishEpoch() {
    int epoch = state.epoch();
    EpochPart part = state.part();
    together(
        () -> {
          graph.shareStatistics();
          return true;
        });
    Optional<Double> accuracy = trainer.validation.map(this::accuracy);
    EpochReport report =
        new EpochReport(
            epoch,
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
    state = state.epochDone(accuracy);
    Weights reached = weights(epoch);
    if (accuracy.isPresent() && state.ranking().get(0) == epoch) {
      best = Optional.of(reached);
    }
    try {
      listener.onEpoch(report);
    } finally {
      trainer.checkpoints.ifPresent(policy -> keepEpoch(policy, epoch, reached));
    }
  }

  private void keepEpoch(Checkpoints checkpoints, int epoch, Weights reached) {
    if (cluster.filter(own -> !own.first()).isPresent()) {
      return;
    }
    Path folder = checkpoints.folder();
    reached.write(folder.resolve("last.safetensors"));
    best.ifPresent(weights -> weights.write(folder.resolve("best.safetensors")));
    List<Integer> ranking = state.ranking();
    int rank = ranking.indexOf(epoch);
    if (checkpoints.best() > 1 && rank >= 0 && rank < checkpoints.best()) {
      reached.write(epochFile(folder, epoch));
    }
    if (graph.averaged()) {
      keep(checkpoints);
    } else { // The same numbers again would need the memory of another model.
      keep(checkpoints, reached);
    }
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

  private void keep(Checkpoints checkpoints) {
    keep(checkpoints, weights(state.epoch(), graph.read()));
  }

  private void keep(Checkpoints checkpoints, Weights model) {
    Checkpoint.of(graph, model, best, state).write(checkpoints.folder(), identity);
    kept = System.nanoTime();
  }

  /** Returns the part of images that the network is right about; each worker scores some. */
  private double accuracy(ImageDataset images) {
    int workers = cluster.map(Cluster::size).orElse(1);
    int worker = cluster.map(Cluster::index).orElse(0);
    List<Sample> share =
        IntStream.range(0, images.size())
            .filter(i -> i % workers == worker)
            .mapToObj(images::sample)
            .toList();
    Score own = share.isEmpty() ? new Score(0, 0) : score(ImageDataset.of(share));
    Score all =
        meeting
            .map(together -> together.sums(own.right(), own.count()))
            .map(sums -> new Score(Math.toIntExact(sums[0]), Math.toIntExact(sums[1])))
            .orElse(own);
    return all.right() / (double) all.count();
  }

  private record Score(int right, int count) {}

  private Score score(ImageDataset images) {
    int right = 0;
    int count = 0;
    BatchLoader ordered =
        BatchLoader.of(images)
            .augmentation(recipe.images().validation(blueprint.input()))
            .batchSize(VALIDATION_BATCH)
            .shuffle(Seed.of(recipe.seed()).at("validation"))
            .ordered()
            .onError(trainer.errors);
    try (Batches batches = ordered.epoch(state.epoch())) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        float[] logits = graph.logits(batch.images());
        for (int i = 0; i < batch.samples().size(); i++) {
          Label found = logits[2 * i + 1] > logits[2 * i] ? Label.AI : Label.NATURE;
          right += found == batch.samples().get(i).label() ? 1 : 0;
          count++;
        }
      }
    }
    return new Score(right, count);
  }

  private Weights weights(int epoch) {
    return weights(epoch, graph.readResult());
  }

  private Weights weights(int epoch, Map<String, float[]> values) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : graph.entries()) {
      arrays.put(
          entry.key(),
          switch (entry.role()) {
            case TRAINED, BUFFER -> finite(entry, values.get(entry.key()));
            case COUNTER -> trainer.frozen.covers(entry) ? initial(entry) : counted();
            case FIXED, INDEX -> WeightArray.initial(entry, Seed.of(recipe.seed()));
          });
    }
    return described(arrays, epoch);
  }

  private WeightArray counted() {
    return WeightArray.counter(state.steps());
  }

  private WeightArray initial(Parameter counter) {
    return trainer
        .start
        .map(weights -> weights.arrays().get(counter.key()))
        .orElseGet(() -> WeightArray.counter(0));
  }

  private Weights described(Map<String, WeightArray> arrays, int epoch) {
    return blueprint
        .describe(Weights.of(arrays))
        .with(
            Map.of(
                "genimage.recipe", recipe.toString(),
                "genimage.start", recipe.start().describe(trainer.start.isPresent()),
                "genimage.epoch", Integer.toString(epoch),
                "genimage.training_data", trainingData));
  }

  /**
   * What a checkpoint must have in common to go on. Of the network it takes the entries, since a
   * network may be a lambda, which prints itself differently in every JVM.
   */
  private Map<String, String> identity() {
    Map<String, String> identity = new TreeMap<>();
    identity.put("detector", blueprint.name());
    identity.put("input", blueprint.input().toString());
    identity.put("head", blueprint.head().toString());
    for (RecordComponent component : Recipe.class.getRecordComponents()) {
      try {
        identity.put(component.getName(), component.getAccessor().invoke(recipe).toString());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a record's accessors can be called", e);
      }
    }
    Hasher entries = Hashing.sha256().newHasher();
    for (Parameter entry : graph.entries()) {
      String text = entry.key() + entry.shape() + entry.role() + "\n";
      entries.putString(text, StandardCharsets.UTF_8);
    }
    identity.put("network", entries.hash().toString());
    identity.put("data", trainingData);
    identity.put("validation", trainer.validation.map(Provenance::describe).orElse("none"));
    identity.put("frozen", trainer.frozen.patterns().toString());
    identity.put(
        "start",
        trainer
            .start
            .map(
                weights -> {
                  Hasher hasher = Hashing.sha256().newHasher();
                  Checkpoint.put(hasher, weights);
                  return hasher.hash().toString();
                })
            .orElse("random"));
    return identity;
  }
}
