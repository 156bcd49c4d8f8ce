package app;

import java.nio.file.Path;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.train.GradientTrainer;
import org.genimage.train.recipe.Recipe;

/** The program at the top of README. */
public final class App {

  private App() {}

  /** Trains on the images in the folder GenImage, saves the weights, and scores photo.jpg. */
  public static void main(String[] arguments) {
    Path file = Path.of("resnet50.safetensors");
    ImageDataset data = GenImage.open(Path.of("GenImage")).train();
    Recipe recipe = Recipe.paper(Detectors.resnet50()).epochs(1).batchSize(4);
    try (Detector trained = Detectors.resnet50().train(GradientTrainer.with(recipe), data)) {
      trained.weights().write(file);
    }
    try (Detector detector = Detectors.load(file)) {
      System.out.println(detector.score(Path.of("photo.jpg"))); // 0 means natural, 1 means AI-made
    }
  }
}
