package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.train.GradientTrainerTest.RECIPE;
import static org.genimage.train.GradientTrainerTest.TINY;
import static org.genimage.train.GradientTrainerTest.stripes;
import static org.genimage.train.LimitedTraining.LARGE;
import static org.genimage.train.LimitedTraining.NORMALISED;
import static org.genimage.train.LimitedTraining.WIDE;

import com.google.common.primitives.Floats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.ImageDataset;
import org.genimage.data.fuzz.Allocations;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Drop;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.VariableValues;
import org.genimage.models.weights.Weights;
import org.genimage.train.memory.MemoryLimit;
import org.genimage.train.recipe.Average;
import org.genimage.train.recipe.Decay;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Mixing;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.TrainingProgress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Training that needs too much memory is refused, or divided, before its first step. */
class StepMemoryTest {

  /** With batch norm and dropout. */
  private static final Blueprint DROPPING =
      new Blueprint(
          "dropping",
          (scope, images) -> {
            var x = Layers.relu(scope, GradientTrainerTest.convolution(scope, images));
            return GradientTrainerTest.linear(
                scope, Layers.dropout(scope.at("drop"), x, scope.drop().units()));
          },
          InputContract.crop(8),
          Head.NATURE_AI);

  /** Returns the peak of this process's memory in bytes; Linux only. */
  static long peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void fit_littleMemory_isRefusedOrDivided(@TempDir Path folder) throws Exception {
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LimitedTraining.class.getName(),
                folder.toString())
            .redirectError(log.toFile())
            .start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

    assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    List<String> lines = printed.lines().toList();
    long limit = Long.parseLong(lines.get(0));
    assertThat(lines.get(1))
        .matches(
            "training normalised with 64 samples per step needs about [0-9]\\.[0-9] GB of memory,"
                + " but -Dgenimage.memory.limit allows 0\\.[0-9] GB; set the recipe's parts to"
                + " [0-9]+, which needs about 0\\.[0-9] GB, or make the batch smaller");
    assertThat(Long.parseLong(lines.get(2))).isLessThan(limit);
    assertThat(Long.parseLong(lines.get(3))).isGreaterThan(limit);
    assertThat(Files.readString(log)).contains("a step of 64 samples is computed in ");
    Weights divided = Weights.read(folder.resolve(LimitedTraining.DIVIDED));
    Weights whole = Weights.read(folder.resolve(LimitedTraining.WHOLE));
    assertThat(divided.metadata()).isEqualTo(whole.metadata());
    for (String key : whole.keys()) {
      // A bias' gradient is a sum of a million 32-bit floats, which depends on their order.
      assertThat(distance(divided.get(key).toFloats(), whole.get(key).toFloats()))
          .as(key)
          .isLessThan(1e-4);
    }
  }

  /** Returns the distance of two vectors, of the second one's length. */
  private static double distance(float[] one, float[] other) {
    assertThat(one).hasSameSizeAs(other);
    double difference = 0;
    double length = 0;
    for (int i = 0; i < one.length; i++) {
      difference += Math.pow((double) one[i] - other[i], 2);
      length += Math.pow(other[i], 2);
    }
    return Math.sqrt(difference / length);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void fit_lessThanTheProcessHas_isRefused() {
    System.setProperty(MemoryLimit.PROPERTY, "10000");
    try {
      assertThatThrownBy(() -> GradientTrainer.with(RECIPE).fit(TINY, stripes(8, 8)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageMatching(
              "training tiny with 4 samples per step needs about [0-9.]+ GB of memory, but"
                  + " -Dgenimage.memory.limit allows 0.0 GB; even with parts set to 4 it needs"
                  + " about [0-9.]+ GB: use a machine with more memory");
    } finally {
      System.clearProperty(MemoryLimit.PROPERTY);
    }
  }

  @Test
  void fit_limitThatIsNoNumber_isRefused() {
    System.setProperty(MemoryLimit.PROPERTY, "8g");
    try {
      assertThatThrownBy(() -> GradientTrainer.with(RECIPE).fit(TINY, stripes(8, 8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("-Dgenimage.memory.limit must be a positive number of bytes, got 8g");
    } finally {
      System.clearProperty(MemoryLimit.PROPERTY);
    }
  }

  /** Running statistics, the optimizer's state, averages, sums of parts and random numbers. */
  @Test
  void rehearse_beforeTheFirstStep_changesNoBit() {
    Recipe plain = RECIPE.optimizer(new Optimizer.Sgd(0.9, 0, true, Decay.of(0.1)));
    Recipe rich =
        RECIPE
            .images(RECIPE.images().erasing(0.5).mixing(Mixing.of()))
            .drop(new Drop(0.3, 0))
            .average(new Average(0.8, true));

    for (Recipe recipe : List.of(plain, rich, rich.parts(2))) {
      assertThat(trained(recipe, true)).isEqualTo(trained(recipe, false));
    }
  }

  /** Returns all values after two steps, as bits. */
  private static Map<String, List<Float>> trained(Recipe recipe, boolean rehearsed) {
    TrainingSettings settings = TrainingSettings.of(recipe);
    Weights first = DROPPING.initialWeights(1);
    Map<String, List<Float>> values = new TreeMap<>();
    try (TrainingGraph graph =
        new TrainingGraph(DROPPING, recipe, settings.frozen(), settings.execution())) {
      if (rehearsed) {
        graph.zero();
        graph.rehearse(1, recipe.images().splits());
        graph.rehearse(3, recipe.images().splits());
      }
      graph.start(entry -> first.get(entry.key()).source());
      BatchLoader loader = TrainingRun.loader(settings, DROPPING, stripes(8, 9));
      try (Batches batches = loader.epoch(0)) {
        for (int step = 0; step < 2; step++) {
          TrainingProgress progress = new TrainingProgress(0, step, 2, List.of());
          double loss = graph.train(batches.next(), progress, 0.05, 1).loss();
          values.put("loss " + step, List.of((float) loss));
        }
      }
      numbers(graph).forEach((key, read) -> values.put(key, Floats.asList(read)));
    }
    return values;
  }

  /** Returns the values of the model, the optimizer and the averages by key. */
  static Map<String, float[]> numbers(TrainingGraph graph) {
    Map<String, float[]> numbers = new TreeMap<>();
    try (VariableValues model = graph.values();
        VariableValues slots = graph.slotValues()) {
      graph.entries().stream()
          .filter(entry -> entry.role().required())
          .forEach(entry -> numbers.put(entry.key(), model.source(entry).floats(entry.size())));
      graph
          .slotEntries()
          .forEach(slot -> numbers.put(slot.key(), slots.source(slot).floats(slot.size())));
    }
    return numbers;
  }

  /** Its layers have 9 MB of weights. */
  private static final Blueprint HEAVY =
      new Blueprint(
          "heavy",
          (scope, images) -> {
            var x = Layers.biasedConv(scope.at("conv1"), images, 1024, Conv.kernel(3).stride(2));
            x = Layers.biasedConv(scope.at("conv2"), Layers.relu(scope, x), 2048, Conv.kernel(1));
            return GradientTrainerTest.linear(scope, Layers.relu(scope, x));
          },
          InputContract.crop(8),
          Head.NATURE_AI);

  /** The weights and the optimizer's state go from the session into the files in parts. */
  @Test
  void fit_moreEpochsWithCheckpoints_takeAFractionOfTheWeightsFromTheHeap(@TempDir Path folder) {
    ImageDataset data = stripes(4, 8);
    long bytes = HEAVY.entries().stream().mapToLong(entry -> 4L * entry.size()).sum();
    heap(1, data, folder.resolve("classes"));

    long one = heap(1, data, folder.resolve("one"));
    long three = heap(3, data, folder.resolve("three"));

    assertThat(bytes).isGreaterThan(8_000_000);
    assertThat((three - one) / 2).isLessThan(bytes / 2);
    assertThat(one).isLessThan(2 * bytes);
  }

  private static long heap(int epochs, ImageDataset data, Path folder) {
    GradientTrainer trainer = GradientTrainer.with(RECIPE.epochs(epochs)).checkpoints(folder);
    return Allocations.ofAllThreads(() -> trainer.fit(HEAVY, data));
  }

  @Test
  void sameInParts_onlyWhereNothingIsOfAWholePart() {
    Loss custom = (tf, logits, targets) -> new Loss.CrossEntropy(0).value(tf, logits, targets);
    GradientTrainer trainer = GradientTrainer.with(LARGE);

    assertThat(same(trainer, WIDE)).isTrue();
    assertThat(same(trainer.freeze("conv1.*"), WIDE)).isTrue();
    assertThat(same(trainer.freeze("bn1.*"), NORMALISED)).isTrue();

    assertThat(same(trainer, NORMALISED)).isFalse();
    assertThat(same(trainer.freeze("bn1.weight"), NORMALISED)).isFalse();
    assertThat(same(trainer.devices("CPU:0", "CPU:1"), WIDE)).isFalse();
    for (Recipe other :
        List.of(
            LARGE.drop(new Drop(0.1, 0)),
            LARGE.drop(new Drop(0, 0.1)),
            LARGE.images(LARGE.images().mixing(Mixing.of())),
            LARGE.images(LARGE.images().erasing(0.1)),
            LARGE.loss(custom, ImageRecipe.cropAndFlip()))) {
      assertThat(same(GradientTrainer.with(other), WIDE)).as(other.description()).isFalse();
    }
  }

  private static boolean same(GradientTrainer trainer, Blueprint blueprint) {
    return trainer.settings().sameInParts(blueprint.entries());
  }
}
