package org.genimage.examples;

import java.nio.file.Path;
import java.util.List;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.genimage.train.GradientTrainer;
import org.genimage.train.recipe.ImageRecipe;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;

/**
 * Trains ResNet-50, saves its weights, loads them again and scores an image. The recipe is small:
 * windows of 64 x 64 pixels and two epochs. {@code Recipe.paper(Detectors.resnet50())} is the
 * paper's, which trains for 210 epochs and needs a GPU.
 */
final class TrainSaveLoad {

  private TrainSaveLoad() {}

  /** Takes a folder in GenImage's layout, the file for the weights, and an image to score. */
  public static void main(String[] args) {
    List<Path> paths = Usage.paths(args, "FOLDER", "WEIGHTS", "IMAGE");
    train(paths.get(0), paths.get(1));
    System.out.println(score(paths.get(1), paths.get(2)));
  }

  /** Trains on the folder's training images and writes the weights to a file (safetensors). */
  static void train(Path folder, Path file) {
    ImageDataset images = GenImage.open(folder).train();
    Blueprint resnet50 = Detectors.resnet50().input(InputContract.crop(64));
    Recipe recipe =
        Recipe.paper(resnet50)
            .loss(new Loss.CrossEntropy(0.1), ImageRecipe.cropAndFlip())
            .schedule(new Schedule.Constant(0.01))
            .epochs(2)
            .batchSize(8);
    try (Detector detector = resnet50.train(GradientTrainer.with(recipe), images)) {
      detector.weights().write(file);
    }
  }

  /** Returns the image's score in [0, 1], where 1 is AI. */
  static double score(Path file, Path image) {
    // The file says that it is ResNet-50 with an input of 64 x 64 pixels.
    try (Detector detector = Detectors.load(file)) {
      return detector.score(image);
    }
  }
}
