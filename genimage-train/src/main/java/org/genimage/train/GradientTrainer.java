package org.genimage.train;

import com.google.common.collect.EvictingQueue;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.genimage.data.Augmentation;
import org.genimage.data.Batch;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.models.Blueprint;
import org.genimage.models.Trainer;
import org.genimage.models.WeightArray;
import org.genimage.models.Weights;
import org.genimage.models.nn.Parameter;

/**
 * Trains by following gradients, as a {@link Recipe} says. Immutable: every wither returns another
 * trainer, and one trainer can fit many blueprints.
 *
 * <p>With validation images the weights of the best epoch come back (highest accuracy, the earlier
 * one of equals), else the last epoch's. With a checkpoint folder, training goes on after the last
 * complete epoch that it finds there, in this JVM or another. Parts of a recipe that are not
 * genimage's own must print themselves the same in every JVM for that, as records do.
 */
public final class GradientTrainer implements Trainer {

  private static final int VALIDATION_BATCH = 64;

  private final Recipe recipe;
  private final Optional<Weights> start;
  private final Optional<ImageDataset> validation;
  private final Optional<Path> checkpoints;
  private final TrainingListener listener;
  private final ErrorPolicy errors;

  private GradientTrainer(
      Recipe recipe,
      Optional<Weights> start,
      Optional<ImageDataset> validation,
      Optional<Path> checkpoints,
      TrainingListener listener,
      ErrorPolicy errors) {
    this.recipe = recipe;
    this.start = start;
    this.validation = validation;
    this.checkpoints = checkpoints;
    this.listener = listener;
    this.errors = errors;
  }

  /** Returns a trainer that follows this recipe. */
  public static GradientTrainer with(Recipe recipe) {
    return new GradientTrainer(
        recipe,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        new TrainingListener() {},
        ErrorPolicy.fail());
  }

  /**
   * Returns this trainer with weights to start from in place of random ones, such as {@link
   * Blueprint#initialWeights(long, Weights, String...)} makes of a published backbone.
   */
  public GradientTrainer from(Weights initial) {
    return new GradientTrainer(
        recipe, Optional.of(initial), validation, checkpoints, listener, errors);
  }

  /** Returns this trainer with images that choose the best epoch. */
  public GradientTrainer validation(ImageDataset data) {
    return new GradientTrainer(recipe, start, Optional.of(data), checkpoints, listener, errors);
  }

  /** Returns this trainer with a folder to keep a checkpoint in after every epoch. */
  public GradientTrainer checkpoints(Path folder) {
    return new GradientTrainer(recipe, start, validation, Optional.of(folder), listener, errors);
  }

  /** Returns this trainer with another listener. */
  public GradientTrainer listener(TrainingListener hears) {
    return new GradientTrainer(recipe, start, validation, checkpoints, hears, errors);
  }

  /** Returns this trainer with another answer to files that cannot be read. */
  public GradientTrainer onError(ErrorPolicy policy) {
    return new GradientTrainer(recipe, start, validation, checkpoints, listener, policy);
  }

  /**
   * {@inheritDoc}
   *
   * @throws DatasetException if the data lack a class or are fewer than a batch
   * @throws TrainingDivergedException if the loss stops being a number
   * @throws org.genimage.data.UnreadableImageException if a file cannot be read and the error
   *     policy says fail
   */
  @Override
  public Weights fit(Blueprint blueprint, ImageDataset data) {
    checkClasses(data);
    try (TrainingGraph graph = new TrainingGraph(blueprint, recipe)) {
      return new Run(blueprint, data, graph).toEnd();
    }
  }

  private void checkClasses(ImageDataset data) {
    Map<Label, Integer> counts = new TreeMap<>();
    for (Sample sample : data.samples()) {
      counts.merge(sample.label(), 1, Integer::sum);
    }
    if (counts.size() < Label.values().length || data.size() < recipe.batchSize()) {
      throw new DatasetException(
          ("training needs images of both classes and at least one batch of %d, found %d nature"
                  + " and %d ai; add images or make the batch smaller")
              .formatted(
                  recipe.batchSize(),
                  counts.getOrDefault(Label.NATURE, 0),
                  counts.getOrDefault(Label.AI, 0)));
    }
  }

  /** One call of {@code fit}. */
  private final class Run {

    private final Blueprint blueprint;
    private final ImageDataset data;
    private final TrainingGraph graph;
    private final BatchLoader loader;
    private final String fingerprint;
    private final EvictingQueue<Double> losses = EvictingQueue.create(5);
    private int firstEpoch;
    private long steps;
    private long samples;
    private double bestAccuracy = Double.NEGATIVE_INFINITY;
    private int bestEpoch = -1;
    private Optional<Weights> best = Optional.empty();

    Run(Blueprint blueprint, ImageDataset data, TrainingGraph graph) {
      this.blueprint = blueprint;
      this.data = data;
      this.graph = graph;
      this.loader =
          BatchLoader.of(data)
              .augmentation(recipe.images().augmentation(blueprint.input()))
              .batchSize(recipe.batchSize())
              .shuffle(Seed.of(recipe.seed()))
              .dropLast(true)
              .onError(errors);
      this.fingerprint = fingerprint();
    }

    Weights toEnd() {
      begin();
      for (int epoch = firstEpoch; epoch < recipe.epochs(); epoch++) {
        EpochReport report = train(epoch);
        if (validation.isPresent()) {
          double accuracy = report.validationAccuracy().orElseThrow();
          if (accuracy > bestAccuracy) {
            bestAccuracy = accuracy;
            bestEpoch = epoch;
            best = Optional.of(weights(epoch));
            checkpoints.ifPresent(folder -> best.get().write(bestFile(folder)));
          }
        }
        int done = epoch + 1;
        checkpoints.ifPresent(
            folder ->
                Checkpoint.of(graph, weights(done - 1), done, steps, bestAccuracy, bestEpoch)
                    .write(folder, fingerprint));
        listener.onEpoch(report);
      }
      return best.orElseGet(() -> weights(recipe.epochs() - 1));
    }

    private void begin() {
      if (checkpoints.filter(Checkpoint::in).isPresent()) {
        Path folder = checkpoints.get();
        Checkpoint checkpoint = Checkpoint.read(folder, fingerprint);
        checkpoint.restore(graph);
        firstEpoch = checkpoint.epochs();
        steps = checkpoint.steps();
        bestAccuracy = checkpoint.bestAccuracy();
        bestEpoch = checkpoint.bestEpoch();
        if (bestEpoch >= 0) {
          best = Optional.of(Weights.read(bestFile(folder)));
        }
      } else {
        Weights initial = start.orElseGet(() -> blueprint.initialWeights(recipe.seed()));
        graph.load(
            parameter -> initial.get(parameter.key()).toFloats(), slot -> new float[slot.size()]);
      }
    }

    private Path bestFile(Path folder) {
      return folder.resolve("best.safetensors");
    }

    private EpochReport train(int epoch) {
      long totalSamples =
          (long) (recipe.epochs() - firstEpoch) * loader.batches() * recipe.batchSize();
      long began = System.nanoTime();
      long waiting = 0;
      int trained = 0;
      int step = 0;
      double sum = 0;
      double rate = 0;
      int skipped;
      try (Batches batches = loader.epoch(epoch)) {
        while (true) {
          long asked = System.nanoTime();
          if (!batches.hasNext()) {
            break;
          }
          Batch batch = batches.next();
          waiting += System.nanoTime() - asked;
          rate = recipe.schedule().rate(epoch, step / (double) loader.batches());
          double loss = graph.train(batch, epoch, rate);
          if (!Double.isFinite(loss)) {
            throw new TrainingDivergedException(epoch, step, rate, loss, List.copyOf(losses));
          }
          losses.add(loss);
          sum += loss;
          step++;
          steps++;
          trained += batch.samples().size();
          samples += batch.samples().size();
          listener.onStep(samples, totalSamples, loss);
        }
        skipped = batches.skipped().size();
      }
      long ended = System.nanoTime();
      return new EpochReport(
          epoch,
          recipe.epochs(),
          sum / step,
          rate,
          trained,
          skipped,
          Duration.ofNanos(ended - began),
          Duration.ofNanos(waiting),
          validation.map(this::accuracy).map(OptionalDouble::of).orElse(OptionalDouble.empty()));
    }

    private double accuracy(ImageDataset images) {
      int right = 0;
      int count = 0;
      BatchLoader ordered =
          BatchLoader.of(images)
              .augmentation(Augmentation.of(blueprint.input().evaluation()))
              .batchSize(VALIDATION_BATCH)
              .onError(errors);
      try (Batches batches = ordered.epoch(0)) {
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
      return right / (double) count;
    }

    private Weights weights(int epoch) {
      Map<String, float[]> values = graph.read();
      Map<String, WeightArray> arrays = new LinkedHashMap<>();
      for (Parameter entry : graph.entries()) {
        arrays.put(
            entry.key(),
            switch (entry.role()) {
              case TRAINED, BUFFER -> WeightArray.of(entry.shape(), values.get(entry.key()));
              case COUNTER -> WeightArray.counter(steps);
              case FIXED, INDEX -> WeightArray.initial(entry, Seed.of(recipe.seed()));
            });
      }
      return blueprint
          .describe(Weights.of(arrays))
          .with(
              Map.of(
                  "genimage.recipe", recipe.toString(),
                  "genimage.epoch", Integer.toString(epoch),
                  "genimage.training_data", Provenance.describe(data)));
    }

    /**
     * Detector, recipe, data and first weights: what a checkpoint must have in common to go on. Of
     * the network it takes the entries, since a network may be a lambda, which prints itself
     * differently in every JVM.
     */
    private String fingerprint() {
      Hasher hasher = Hashing.sha256().newHasher();
      List<Object> run = new ArrayList<>();
      run.addAll(List.of(blueprint.name(), blueprint.input(), blueprint.head(), recipe));
      for (Parameter entry : graph.entries()) {
        run.addAll(List.of(entry.key(), entry.shape(), entry.role()));
      }
      run.add(Provenance.describe(data));
      run.forEach(part -> hasher.putString(part + "\n", StandardCharsets.UTF_8));
      start.ifPresent(
          weights ->
              weights
                  .arrays()
                  .forEach(
                      (key, array) -> {
                        hasher.putString(key, StandardCharsets.UTF_8);
                        for (float value : array.toFloats()) {
                          hasher.putFloat(value);
                        }
                      }));
      return blueprint.name() + " " + hasher.hash().toString().substring(0, 16);
    }
  }
}
