package app;

import java.nio.file.Path;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
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
    Blueprint resnet50 = Detectors.resnet50();
    Recipe recipe = Recipe.paper(resnet50).epochs(1).batchSize(4); // the paper: 210 and 64
    GradientTrainer.with(recipe).fit(resnet50, data).write(file); // train and save
    try (Detector detector = Detectors.load(file)) {
      System.out.println(detector.score(Path.of("photo.jpg"))); // 0 means natural, 1 means AI-made
    }
  }
}
