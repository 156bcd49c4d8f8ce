package app;

import java.nio.file.Path;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.train.GradientTrainer;
import org.genimage.train.recipe.Recipe;

/** README's first lines as a program. */
public final class App {

  private App() {}

  /** Trains on the images in the folder GenImage and scores photo.jpg. */
  public static void main(String[] arguments) {
    ImageDataset data = GenImage.open(Path.of("GenImage")).train();
    Blueprint resnet50 = Detectors.resnet50(); // resnet50.train(data) takes the paper's 210 epochs
    Recipe recipe = Recipe.paper(resnet50).epochs(1).batchSize(4);
    try (Detector detector = resnet50.train(GradientTrainer.with(recipe), data)) {
      System.out.println(detector.score(Path.of("photo.jpg"))); // from 0, nature, to 1, AI
    }
  }
}
