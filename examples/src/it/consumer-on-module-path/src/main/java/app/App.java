package app;

import java.nio.file.Path;
import org.genimage.data.GenImage;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;

/** Trains by the paper's recipe. */
public final class App {

  private App() {}

  /** Returns the detector, trained on the benchmark in a folder. */
  public static Detector train(Path folder) {
    return Detectors.resnet50().train(GenImage.open(folder).train());
  }
}
