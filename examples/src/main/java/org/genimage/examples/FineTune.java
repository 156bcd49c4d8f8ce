package org.genimage.examples;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Sample;
import org.genimage.eval.Bootstrap;
import org.genimage.eval.Comparison;
import org.genimage.eval.Evaluation;
import org.genimage.eval.Scores;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.pretrained.Pretrained;
import org.genimage.models.weights.Weights;
import org.genimage.train.GradientTrainer;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;

/**
 * Trains published weights further on images of one's own: a folder of photographs and a folder of
 * generated images. A fifth of the images is held out, and says whether it helped.
 */
final class FineTune {

  private FineTune() {}

  /** Takes the two folders and the file for the new weights; downloads the published ones once. */
  public static void main(String[] args) {
    List<Path> paths = Usage.paths(args, "PHOTOGRAPHS", "GENERATED", "WEIGHTS");
    Pretrained published = Pretrained.recommended();
    ImageDataset images = images(paths.get(0), paths.get(1));
    Recipe recipe = recipe(published.blueprint());
    Weights weights = published.weights();
    Weights tuned = tune(published.blueprint(), weights, recipe, images);
    tuned.write(paths.get(2));
    System.out.println(
        CompareTwoDetectors.describe(compare(published.blueprint(), tuned, weights, images)));
  }

  /** Returns the images of both folders and of all folders in them. */
  static ImageDataset images(Path photographs, Path generated) {
    return ImageDataset.ofFolders(photographs, generated, Generator.named("my generator"));
  }

  /** Few passes with a low learning rate: the weights are good already. */
  static Recipe recipe(Blueprint detector) {
    return Recipe.paper(detector).epochs(3).batchSize(16).schedule(new Schedule.Constant(1e-5));
  }

  /** Returns the weights after training on the images that are not held out. */
  static Weights tune(Blueprint detector, Weights published, Recipe recipe, ImageDataset images) {
    ImageDataset training = images.filter(Predicate.not(FineTune::isHeldOut));
    return GradientTrainer.with(recipe).from(published).fit(detector, training);
  }

  /** Returns the paired comparison of two weights, first less second, on the images held out. */
  static Comparison compare(
      Blueprint detector, Weights first, Weights second, ImageDataset images) {
    ImageDataset test = images.filter(FineTune::isHeldOut);
    return Comparison.of(
        score(detector, first, test), score(detector, second, test), Bootstrap.seeded(42));
  }

  /** The name decides, so an image stays on its side when others are added. */
  static boolean isHeldOut(Sample image) {
    String name = Path.of(image.name()).getFileName().toString();
    return Math.floorMod(name.hashCode(), 5) == 0;
  }

  private static Scores score(Blueprint detector, Weights weights, ImageDataset images) {
    try (Detector loaded = detector.load(weights)) {
      return Evaluation.of(loaded, images).run().scores();
    }
  }
}
