package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.genimage.data.Batch;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;
import org.genimage.data.image.ImageBatch;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Precision;
import org.genimage.models.internal.KernelChoice;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Drop;
import org.genimage.models.nn.Layers;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Average;
import org.genimage.train.recipe.Decay;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Mixing;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.TrainingProgress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;

/** Several devices of one process, and of two, train as one does; the CPU stands for all. */
class DevicesTest {

  private static final float ROUNDING = 1e-5f;

  private static final Blueprint PLAIN =
      new Blueprint(
          "plain",
          (scope, images) -> {
            var x = Layers.biasedConv(scope.at("conv1"), images, 8, Conv.kernel(3).stride(2));
            return GradientTrainerTest.linear(scope, Layers.relu(scope, x));
          },
          InputContract.crop(8),
          Head.NATURE_AI);

  /** No momentum and no decay: a step is the gradient. */
  private static final Recipe RECIPE =
      GradientTrainerTest.RECIPE.optimizer(new Optimizer.Sgd(0, 0, false, Decay.NONE));

  private static final Execution TWO = Execution.PLAIN.devices(List.of("CPU:0", "CPU:1"));

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 8})
  void train_onTwoDevices_equalsOne(int samples) {
    Batch batch = batch(GradientTrainerTest.stripes(samples, 8), 1);

    assertClose(
        train(PLAIN, RECIPE, TWO, batch), train(PLAIN, RECIPE, Execution.PLAIN, batch), ROUNDING);
  }

  @Test
  void train_mixedErasedAndSplit_equalsOneDevice() {
    Recipe mixed = RECIPE.images(RECIPE.images().erasing(0.9).mixing(Mixing.of()));
    Recipe split =
        RECIPE.loss(new Loss.JsdCrossEntropy(2, 12, 0.1), GradientTrainerTest.augmented(2));
    ImageDataset data = GradientTrainerTest.stripes(6, 8);

    assertClose(
        train(PLAIN, mixed, TWO, batch(data, 1)),
        train(PLAIN, mixed, Execution.PLAIN, batch(data, 1)),
        ROUNDING);
    assertClose(
        train(PLAIN, split, TWO, batch(data, 2)),
        train(PLAIN, split, Execution.PLAIN, batch(data, 2)),
        ROUNDING);
  }

  @Test
  void train_inPartsScaledAveragedAndFrozen_equalsOneDevice() {
    Recipe recipe = RECIPE.parts(2).average(new Average(0.5, true)).precision(Precision.FLOAT16);
    Batch batch = batch(GradientTrainerTest.stripes(8, 8), 1);
    Frozen frozen = new Frozen(List.of("conv1\\.bias"));

    Trained two = train(PLAIN, recipe, frozen, TWO, List.of(batch, batch));

    assertClose(
        two, train(PLAIN, recipe, frozen, Execution.PLAIN, List.of(batch, batch)), ROUNDING);
    assertThat(two.numbers().get("conv1.bias"))
        .isEqualTo(PLAIN.initialWeights(recipe.seed()).get("conv1.bias").toFloats());
    assertThat(two.numbers().get("average.conv1.weight"))
        .isNotEqualTo(two.numbers().get("conv1.weight"));
  }

  /** As in PyTorch's DistributedDataParallel; a step without momentum is linear in the parts. */
  @Test
  void train_batchNorm_normalisesEachPartByItself() {
    Batch batch = batch(GradientTrainerTest.stripes(8, 8), 1);
    List<Trained> halves =
        BatchParts.of(batch, 2).stream()
            .map(half -> train(GradientTrainerTest.TINY, RECIPE, Execution.PLAIN, half))
            .toList();

    Trained two = train(GradientTrainerTest.TINY, RECIPE, TWO, batch);

    assertClose(two, mean(halves), ROUNDING);
    Trained whole = train(GradientTrainerTest.TINY, RECIPE, Execution.PLAIN, batch);
    assertThat(two.losses().get(0)).isNotCloseTo(whole.losses().get(0), within(1e-4));
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 8})
  void train_synchronisedBatchNorm_normalisesTheWholeBatch(int samples) {
    Batch batch = batch(GradientTrainerTest.stripes(samples, 8), 1);
    List<Batch> steps = List.of(batch, batch, batch);
    Frozen none = Frozen.NONE;

    assertClose(
        train(GradientTrainerTest.TINY, RECIPE, none, TWO.synchronised(true), steps),
        train(GradientTrainerTest.TINY, RECIPE, none, Execution.PLAIN, steps),
        ROUNDING);
  }

  @Test
  void train_twoProcessesOfTwoDevices_normaliseTheWholeBatchIfSynchronised() throws Exception {
    Batch batch = batch(GradientTrainerTest.stripes(8, 8), 1);
    Trained whole = train(GradientTrainerTest.TINY, RECIPE, Execution.PLAIN, batch);

    for (Trained worker :
        workers(
            BatchParts.of(batch, 2), TWO.synchronised(true), GradientTrainerTest.TINY, RECIPE)) {
      assertClose(worker, whole, ROUNDING);
    }
  }

  /** timm's {@code --dist-bn reduce}. */
  @Test
  void shareStatistics_givesEveryProcessTheMeanOfStatistics() throws Exception {
    List<Batch> halves = BatchParts.of(batch(GradientTrainerTest.stripes(8, 8), 1), 2);
    List<Trained> alone =
        halves.stream()
            .map(half -> train(GradientTrainerTest.TINY, RECIPE, Execution.PLAIN, half))
            .toList();
    for (String key : List.of("bn1.running_mean", "bn1.running_var")) {
      assertThat(alone.get(0).numbers().get(key)).isNotEqualTo(alone.get(1).numbers().get(key));
    }

    for (Trained worker : workers(halves, Execution.PLAIN, GradientTrainerTest.TINY, RECIPE)) {
      assertClose(worker, mean(alone), ROUNDING);
    }
  }

  @Test
  void train_deitOnTwoDevices_equalsOne() {
    assertSameLosses(FewBlocks.deit());
  }

  @Test
  void train_swinOnTwoDevices_equalsOne() {
    assertSameLosses(FewBlocks.swin());
  }

  /** What XLA compiles for training in bfloat16 runs on every device of every process. */
  @Test
  void train_inBfloat16_twoProcessesOfTwoDevices_haveTheLossOfOne() throws Exception {
    assumeTrue(KernelChoice.trainsBfloat16(), "kernels for bfloat16");
    Blueprint blueprint = FewBlocks.deit();
    Recipe recipe = undropped(blueprint).precision(Precision.BFLOAT16);
    Batch batch = batch(GradientTrainerTest.stripes(4, blueprint.input().side()), 1);
    Trained whole = train(blueprint, recipe, Execution.PLAIN, batch);

    for (Trained worker : workers(BatchParts.of(batch, 2), TWO, blueprint, recipe)) {
      double loss = whole.losses().get(0);
      assertThat(worker.losses().get(0)).isCloseTo(loss, within(0.01 * loss));
    }
  }

  private static Recipe undropped(Blueprint blueprint) {
    return Recipe.paper(blueprint)
        .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
        .drop(Drop.NONE)
        .withoutAverage();
  }

  private static void assertSameLosses(Blueprint blueprint) {
    Recipe recipe = undropped(blueprint);
    Batch batch = batch(GradientTrainerTest.stripes(2, blueprint.input().side()), 1);
    Frozen none = Frozen.NONE;

    Trained two = train(blueprint, recipe, none, TWO, List.of(batch, batch));
    Trained one = train(blueprint, recipe, none, Execution.PLAIN, List.of(batch, batch));

    for (int i = 0; i < 2; i++) {
      double loss = one.losses().get(i);
      assertThat(two.losses().get(i)).isCloseTo(loss, within(ROUNDING * loss));
    }
  }

  @Test
  void fit_stopped_goesOnWithOtherDevices(@TempDir Path folder) {
    ImageDataset data = GradientTrainerTest.stripes(8, 9);
    GradientTrainer trainer = GradientTrainer.with(GradientTrainerTest.RECIPE.epochs(4));
    Weights straight = trainer.fit(PLAIN, data);
    TrainingListener stopping =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            if (report.step() == 3) {
              throw new IllegalStateException("stopped");
            }
          }
        };
    GradientTrainer two =
        trainer
            .devices("CPU:0", "CPU:1")
            .checkpoints(Checkpoints.in(folder).everySteps(1))
            .listener(stopping);
    assertThatThrownBy(() -> two.fit(PLAIN, data)).hasMessage("stopped");
    List<EpochReport> rest = new ArrayList<>();

    Weights resumed =
        trainer
            .devices("CPU:0", "CPU:1", "CPU:2")
            .checkpoints(folder)
            .listener(GradientTrainerTest.collecting(rest))
            .fit(PLAIN, data);

    assertThat(rest).extracting(EpochReport::epoch).containsExactly(1, 2, 3);
    for (String key : straight.keys()) {
      assertThat(resumed.get(key).toFloats())
          .as(key)
          .containsExactly(straight.get(key).toFloats(), within(ROUNDING));
    }
  }

  @Test
  void fit_randomLayers_drawOtherNumbersOnEachDevice() {
    Blueprint dropping =
        new Blueprint(
            "dropping",
            (scope, images) ->
                GradientTrainerTest.linear(
                    scope, Layers.dropout(scope.at("drop"), images, scope.drop().units())),
            InputContract.crop(8),
            Head.NATURE_AI);
    Sample sample = GradientTrainerTest.stripes(2, 8).samples().get(1);
    Batch same = batch(ImageDataset.of(List.of(sample, sample)), 1);
    Recipe recipe = RECIPE.drop(new Drop(0.5, 0));

    double two = train(dropping, recipe, TWO, same).losses().get(0);

    assertThat(train(dropping, recipe, TWO, same).losses()).containsExactly(two);
    double half =
        train(dropping, recipe, Execution.PLAIN, BatchParts.of(same, 2).get(0)).losses().get(0);
    assertThat(two).isNotCloseTo(half, within(1e-4));
  }

  @Test
  void devices_thatAreNone_areRefused() {
    GradientTrainer trainer = GradientTrainer.with(RECIPE);
    ImageDataset data = GradientTrainerTest.stripes(8, 8);

    assertThatThrownBy(() -> trainer.devices("gpu"))
        .hasMessage("a device is CPU:n or GPU:n, or GPU:* alone, got gpu");
    assertThatThrownBy(() -> trainer.devices("CPU:0", "CPU:0"))
        .hasMessage("each device can be named once, got [CPU:0, CPU:0]");
    assertThatThrownBy(() -> trainer.devices("CPU:0", "GPU:0"))
        .hasMessage("devices must be of one kind, got [CPU:0, GPU:0]");
    assertThatThrownBy(() -> trainer.devices())
        .hasMessage("training needs at least one device, got none");
    assertThatThrownBy(() -> trainer.devices("GPU:99").fit(PLAIN, data))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching("expected the devices \\[GPU:99\\], TensorFlow sees \\[CPU:0.*\\]");
    assertThatThrownBy(
            () -> trainer.devices("CPU:0", "CPU:1", "CPU:2", "CPU:3", "CPU:4").fit(PLAIN, data))
        .hasMessage("a batch of 4 is too small for 5 devices in each of 1 processes");
  }

  @Test
  void fit_networkThatFails_leavesNoGraph() {
    List<Graph> graphs = new ArrayList<>();
    Blueprint failing =
        new Blueprint(
            "failing",
            (scope, images) -> {
              graphs.add((Graph) scope.tf().scope().env());
              throw new StackOverflowError("deep");
            },
            InputContract.crop(8),
            Head.NATURE_AI);

    assertThatThrownBy(
            () -> train(failing, RECIPE, TWO, batch(GradientTrainerTest.stripes(2, 8), 1)))
        .isInstanceOf(StackOverflowError.class);
    assertThatThrownBy(() -> graphs.get(0).operations()).isInstanceOf(IllegalStateException.class);
  }

  /**
   * What steps did.
   *
   * @param numbers the model's and the optimizer's afterwards
   */
  private record Trained(List<Double> losses, Map<String, float[]> numbers) {}

  private static Trained train(
      Blueprint blueprint, Recipe recipe, Execution execution, Batch batch) {
    return train(blueprint, recipe, Frozen.NONE, execution, List.of(batch));
  }

  private static Trained train(
      Blueprint blueprint, Recipe recipe, Frozen frozen, Execution execution, List<Batch> steps) {
    try (TrainingGraph graph = new TrainingGraph(blueprint, recipe, frozen, execution)) {
      Weights start = blueprint.initialWeights(recipe.seed());
      graph.start(entry -> start.get(entry.key()).source());
      List<Double> losses = new ArrayList<>();
      for (int i = 0; i < steps.size(); i++) {
        TrainingProgress progress = new TrainingProgress(0, i, steps.size(), List.of());
        losses.add(graph.train(steps.get(i), progress, rate(recipe), 65536).loss());
      }
      graph.shareStatistics();
      return new Trained(losses, StepMemoryTest.numbers(graph));
    }
  }

  /**
   * Adam makes a whole step of a rounding, so steps as long as gradient descent's would show it.
   */
  private static double rate(Recipe recipe) {
    return recipe.optimizer() instanceof Optimizer.Sgd ? 0.05 : 5e-4;
  }

  /** Two processes as two threads, each on its batch. */
  private static List<Trained> workers(
      List<Batch> batches, Execution execution, Blueprint blueprint, Recipe recipe)
      throws Exception {
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < batches.size(); i++) {
      addresses.add("localhost:" + freePort());
    }
    ExecutorService threads = Executors.newFixedThreadPool(batches.size());
    try {
      List<Future<Trained>> running =
          IntStream.range(0, batches.size())
              .mapToObj(
                  i ->
                      threads.submit(
                          () ->
                              train(
                                  blueprint,
                                  recipe,
                                  execution.group(new ClusterGroup(Cluster.of(addresses, i))),
                                  batches.get(i))))
              .toList();
      List<Trained> trained = new ArrayList<>();
      for (Future<Trained> worker : running) {
        trained.add(worker.get());
      }
      return trained;
    } finally {
      threads.shutdownNow();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Trained mean(List<Trained> parts) {
    Map<String, float[]> numbers = new TreeMap<>();
    for (String key : parts.get(0).numbers().keySet()) {
      float[] mean = new float[parts.get(0).numbers().get(key).length];
      for (int i = 0; i < mean.length; i++) {
        for (Trained part : parts) {
          mean[i] += part.numbers().get(key)[i] / parts.size();
        }
      }
      numbers.put(key, mean);
    }
    double loss = parts.stream().mapToDouble(part -> part.losses().get(0)).average().orElseThrow();
    return new Trained(List.of(loss), numbers);
  }

  private static void assertClose(Trained found, Trained expected, float tolerance) {
    assertThat(found.losses()).hasSameSizeAs(expected.losses());
    for (int i = 0; i < expected.losses().size(); i++) {
      double loss = expected.losses().get(i);
      assertThat(found.losses().get(i)).isCloseTo(loss, within(tolerance * loss));
    }
    assertThat(found.numbers().keySet()).isEqualTo(expected.numbers().keySet());
    expected
        .numbers()
        .forEach(
            (key, values) ->
                assertThat(found.numbers().get(key))
                    .as(key)
                    .containsExactly(values, within(tolerance)));
  }

  /** The samples in order, all splits of one alike. */
  private static Batch batch(ImageDataset data, int splits) {
    List<Integer> positions = IntStream.range(0, data.size()).boxed().toList();
    return new Batch(
        ImageBatch.of(
            IntStream.range(0, splits)
                .boxed()
                .flatMap(split -> data.samples().stream().map(Sample::image))
                .toList()),
        data.samples(),
        positions,
        splits);
  }
}
