package app;

import java.nio.file.Path;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.train.GradientTrainer;
import org.genimage.train.Recipe;

/** README's first lines in a program of their own. */
public final class App {

  private App() {}

  /**
   * Trains and scores.
   *
   * @param arguments the benchmark's folder and an image
   */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    Path photo = Path.of(arguments[1]);

    ImageDataset data = GenImage.open(folder).train();
    Blueprint resnet50 = Detectors.resnet50(); // resnet50.train(data) takes all 210 epochs
    Recipe recipe = Recipe.paper(resnet50).epochs(1).batchSize(4);
    try (Detector detector = resnet50.train(GradientTrainer.with(recipe), data)) {
      System.out.println(detector.score(photo)); // from 0, nature, to 1, AI
    }
  }
}
