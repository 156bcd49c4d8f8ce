package org.genimage.train;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.Pointer;
import org.genimage.data.ImageDataset;
import org.genimage.data.internal.NativeRuntime;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.nn.Conv;
import org.genimage.models.nn.Init;
import org.genimage.models.nn.Layers;
import org.genimage.train.memory.MemoryLimit;
import org.genimage.train.recipe.Recipe;

/** Trainings that may take little memory, in a process that has taken none before. */
final class LimitedTraining {

  static final String DIVIDED = "divided.safetensors";
  static final String WHOLE = "whole.safetensors";

  private static final long ALLOWED = 600_000_000;

  /** Its step takes a gigabyte, its weights nothing. */
  static final Blueprint WIDE =
      new Blueprint(
          "wide",
          (scope, images) -> {
            var x = Layers.biasedConv(scope.at("conv1"), images, 64, Conv.kernel(3));
            return GradientTrainerTest.linear(scope, Layers.relu(scope, x));
          },
          InputContract.crop(128),
          Head.NATURE_AI);

  static final Blueprint NORMALISED =
      new Blueprint(
          "normalised",
          (scope, images) -> {
            var x =
                Layers.convBatchNorm(
                    scope.at("conv1"), scope.at("bn1"), images, 64, Conv.kernel(3), Init.ONES);
            return GradientTrainerTest.linear(scope, Layers.relu(scope, x));
          },
          InputContract.crop(128),
          Head.NATURE_AI);

  static final Recipe LARGE = GradientTrainerTest.RECIPE.batchSize(64).epochs(1);

  private LimitedTraining() {}

  /** Prints the limit, how the first training was refused, and the second one's peak. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    ImageDataset data = GradientTrainerTest.stripes(64, 129);
    NativeRuntime.prepare();
    long limit = Pointer.physicalBytes() + ALLOWED;
    System.setProperty(MemoryLimit.PROPERTY, Long.toString(limit));
    GradientTrainer trainer = GradientTrainer.with(LARGE);
    System.out.println(limit);
    try {
      trainer.fit(NORMALISED, data);
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
    }
    trainer.fit(WIDE, data).write(folder.resolve(DIVIDED));
    System.out.println(StepMemoryTest.peak());
    System.clearProperty(MemoryLimit.PROPERTY);
    trainer.fit(WIDE, data).write(folder.resolve(WHOLE));
    System.out.println(StepMemoryTest.peak());
  }
}
