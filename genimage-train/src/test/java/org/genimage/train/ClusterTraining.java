package org.genimage.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.Weights;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Layers;

/** One worker of several, in a process of its own; the environment says which. */
final class ClusterTraining {

  private static final Blueprint PLAIN =
      new Blueprint(
          "plain",
          (scope, images) -> {
            var x = Layers.biasedConv(scope.at("conv"), images, 8, Conv.kernel(3).stride(2));
            return GradientTrainerTest.linear(scope, Layers.relu(scope, x));
          },
          InputContract.crop(8),
          Head.NATURE_AI);

  private ClusterTraining() {}

  /** Trains; writes a byte to standard output at every step, weights and losses at the end. */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Cluster cluster = Cluster.fromEnvironment().timeout(Duration.ofSeconds(10));
    List<String> losses = new ArrayList<>();
    TrainingListener hearing =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            losses.add(Double.toString(report.loss()));
            System.out.write('.');
            System.out.flush();
          }
        };
    try {
      fit(trainer(Integer.parseInt(args[1]))
              .distributed(cluster)
              .checkpoints(Checkpoints.in(folder).everySteps(1))
              .listener(hearing))
          .write(folder.resolve("worker-%d.safetensors".formatted(cluster.index())));
      Files.write(folder.resolve("losses-%d".formatted(cluster.index())), losses);
    } catch (IllegalStateException e) {
      Files.writeString(folder.resolve("error-%d".formatted(cluster.index())), e.getMessage());
      Runtime.getRuntime().halt(3);
    }
    Runtime.getRuntime().halt(0); // The gRPC server's threads do not end.
  }

  static GradientTrainer trainer(int epochs) {
    return GradientTrainer.with(GradientTrainerTest.RECIPE.epochs(epochs));
  }

  static Weights fit(GradientTrainer trainer) {
    return trainer.fit(PLAIN, GradientTrainerTest.stripes(16, 9));
  }
}
