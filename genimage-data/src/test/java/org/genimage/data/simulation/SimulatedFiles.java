package org.genimage.data.simulation;

import org.genimage.data.Generator;
import org.genimage.data.image.Image;

/** Files as the simulation writes them, for tests of other packages. */
public final class SimulatedFiles {

  private SimulatedFiles() {}

  /**
   * Returns a JPEG file.
   *
   * @param quality in [0, 1]
   */
  public static byte[] jpeg(Image image, float quality) {
    return EncodedImage.jpeg(image, quality);
  }

  /** Returns the file name of a generator's image of a class. */
  public static String name(Generator generator, int imageNetClass, int number) {
    return SynthesisPipeline.of(generator).fileName(imageNetClass, number);
  }
}
