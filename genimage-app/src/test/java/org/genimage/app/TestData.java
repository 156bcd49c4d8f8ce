package org.genimage.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.genimage.data.image.Image;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.weights.Weights;

/** Small weights and images for tests. */
final class TestData {

  /** The smallest network of the catalogue. */
  static final Blueprint DETECTOR = Detectors.ferretNetSmall();

  private TestData() {}

  /** Returns untrained weights that say which detector they are of. */
  static Weights weights() {
    return DETECTOR.describe(DETECTOR.initialWeights(1));
  }

  /** Writes {@link #weights} and returns the file. */
  static Path weights(Path folder) {
    Path file = folder.resolve("weights.safetensors");
    weights().write(file);
    return file;
  }

  /** Writes an image of random pixels and returns the file. */
  static Path image(Path file, long seed) {
    byte[] pixels = new byte[64 * 48 * 3];
    new SplittableRandom(seed).nextBytes(pixels);
    return write(file, Image.of(64, 48, pixels).toPng());
  }

  static Path write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
