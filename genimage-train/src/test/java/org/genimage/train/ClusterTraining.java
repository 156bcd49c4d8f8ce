package org.genimage.train;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Drop;
import org.genimage.models.nn.Layers;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Optimizer;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;

/** One worker of several, in a process of its own; the environment says which. */
final class ClusterTraining {

  /** No batch norm: what a part of a batch gives does not depend on the other parts. */
  private static final Blueprint PLAIN =
      new Blueprint(
          "plain",
          (scope, images) -> {
            var x = Layers.biasedConv(scope.at("conv"), images, 8, Conv.kernel(3).stride(2));
            return GradientTrainerTest.linear(scope, Layers.relu(scope, x));
          },
          InputContract.crop(8),
          Head.NATURE_AI);

  /** What the workers train, and what one process trains to compare. */
  enum Job {
    SHORT(PLAIN, validated(5), GradientTrainerTest.stripes(24, 9)),
    ENDLESS(PLAIN, validated(100_000), GradientTrainerTest.stripes(24, 9)),
    CLIPPED_IN_PARTS(
        PLAIN,
        GradientTrainer.with(
            GradientTrainerTest.RECIPE
                .optimizer(new Optimizer.Clipped(GradientTrainerTest.RECIPE.optimizer(), 0.1))
                .parts(2)
                .batchSize(8)
                .epochs(2)),
        GradientTrainerTest.stripes(12, 9)),
    HALF_FROZEN(
        GradientTrainerTest.TINY,
        GradientTrainer.with(GradientTrainerTest.RECIPE.epochs(2))
            .freeze("bn1\\.weight", "bn1\\.bias"),
        GradientTrainerTest.stripes(12, 9)),
    NORMALISED(
        GradientTrainerTest.TINY,
        GradientTrainer.with(GradientTrainerTest.RECIPE.epochs(2)),
        GradientTrainerTest.stripes(12, 9)),
    DEIT(FewBlocks.deit()),
    SWIN(FewBlocks.swin());

    final Blueprint blueprint;
    final GradientTrainer trainer;
    final ImageDataset data;

    Job(Blueprint blueprint, GradientTrainer trainer, ImageDataset data) {
      this.blueprint = blueprint;
      this.trainer = trainer;
      this.data = data;
    }

    /** Three steps of the paper's recipe for a transformer, with nothing that draws in a batch. */
    Job(Blueprint blueprint) {
      this(
          blueprint,
          GradientTrainer.with(plain(Recipe.paper(blueprint))),
          GradientTrainerTest.stripes(12, blueprint.input().side()));
    }

    /** Whether its weights take less time to write than to train. */
    boolean small() {
      return blueprint.input().side() == 8;
    }

    /** The rate follows validation: it falls with every epoch that is no better. */
    private static GradientTrainer validated(int epochs) {
      Recipe recipe =
          GradientTrainerTest.RECIPE
              .schedule(new Schedule.Plateau(0.05, 0, 1, 0.01, 0.01))
              .epochs(epochs)
              .batchSize(6);
      return GradientTrainer.with(recipe).validation(GradientTrainerTest.stripes(9, 8));
    }

    private static Recipe plain(Recipe paper) {
      return paper
          .images(paper.images().withoutMixing().erasing(0))
          .drop(Drop.NONE)
          .schedule(new Schedule.Constant(5e-5))
          .epochs(1)
          .batchSize(4);
    }
  }

  private ClusterTraining() {}

  /**
   * Trains; writes a byte to standard output at every step, weights and losses at the end.
   *
   * @param args a folder, seconds to wait for the others, what to train
   */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Cluster cluster =
        Cluster.fromEnvironment().timeout(Duration.ofSeconds(Integer.parseInt(args[1])));
    try {
      for (String name : Arrays.asList(args).subList(2, args.length)) {
        Job job = Job.valueOf(name);
        List<String> losses = new ArrayList<>();
        Weights weights =
            fit(
                job,
                job.blueprint,
                checkpoints(job, job.trainer.distributed(cluster), folder.resolve(job.name())),
                report -> {
                  losses.add(report.step() + " " + report.loss());
                  System.out.write('.');
                  System.out.flush();
                });
        if (job.small()) {
          weights.write(folder.resolve("%s-%d.safetensors".formatted(job, cluster.index())));
        }
        Hasher hasher = Hashing.sha256().newHasher();
        Checkpoint.put(hasher, weights);
        Files.writeString(
            folder.resolve("%s-%d.sha256".formatted(job, cluster.index())),
            hasher.hash() + " " + new TreeMap<>(weights.metadata()));
        Files.write(folder.resolve("%s-%d.losses".formatted(job, cluster.index())), losses);
      }
      ClusterGroup group = new ClusterGroup(cluster);
      long[] sums = group.sums(cluster.index() + 1, 10);
      Files.writeString(folder.resolve("sums-" + cluster.index()), Arrays.toString(sums));
      group.agree(Map.of("data", "the same", "seed", Integer.toString(cluster.index())));
    } catch (IllegalStateException e) {
      Files.writeString(folder.resolve("error-" + cluster.index()), e.getMessage());
      System.exit(3);
    }
  }

  private static GradientTrainer checkpoints(Job job, GradientTrainer trainer, Path folder) {
    return job.small() ? trainer.checkpoints(Checkpoints.in(folder).everySteps(1)) : trainer;
  }

  /** Trains and reports every step. */
  static Weights fit(
      Job job, Blueprint blueprint, GradientTrainer trainer, Consumer<StepReport> steps) {
    TrainingListener recording =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            steps.accept(report);
          }
        };
    return trainer.listener(recording).fit(blueprint, job.data);
  }
}
