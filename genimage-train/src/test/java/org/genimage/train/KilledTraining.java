package org.genimage.train;

import java.nio.file.Path;
import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.nn.Layers;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;

/** A training in a process of its own, to be killed. */
final class KilledTraining {

  static final String WEIGHTS = "trained.safetensors";
  static final int STEPS = 192;

  private static final Blueprint DROPPING =
      new Blueprint(
          "dropping",
          (scope, images) -> {
            var x = Layers.relu(scope, GradientTrainerTest.convolution(scope, images));
            return GradientTrainerTest.linear(scope, Layers.dropout(scope.at("drop"), x, 0.3));
          },
          InputContract.crop(8),
          Head.NATURE_AI);

  private KilledTraining() {}

  /** Trains; writes a byte to standard output at every step and the weights at the end. */
  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    TrainingListener beacon =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            System.out.write('.');
            System.out.flush();
          }
        };
    fit(trainer().checkpoints(Checkpoints.in(folder).everySteps(3).best(2)).listener(beacon))
        .write(folder.resolve(WEIGHTS));
  }

  static GradientTrainer trainer() {
    Recipe recipe =
        GradientTrainerTest.RECIPE
            .loss(new Loss.JsdCrossEntropy(2, 12, 0.1), GradientTrainerTest.augmented(2))
            .epochs(STEPS / 16);
    return GradientTrainer.with(recipe).validation(GradientTrainerTest.stripes(8, 8));
  }

  static Weights fit(GradientTrainer trainer) {
    ImageDataset data = GradientTrainerTest.stripes(64, 9);
    return trainer.fit(DROPPING, data);
  }
}
