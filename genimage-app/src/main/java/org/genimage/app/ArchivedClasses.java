package org.genimage.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.genimage.app.command.ExitCode;
import org.genimage.data.image.Image;
import org.genimage.models.Detectors;

/**
 * Uses the classes that the launcher keeps in its archive of loaded classes: those of the help, and
 * with an argument those of a score. It prints what the commands print.
 */
public final class ArchivedClasses {

  private static final int SIDE = 64;

  private ArchivedClasses() {}

  /**
   * Runs.
   *
   * @param arguments any: one image is scored, by a small network with random weights
   */
  public static void main(String[] arguments) throws IOException {
    System.exit(use(arguments.length > 0));
  }

  /** Returns the exit code of the first command that fails, or else 0. */
  static int use(boolean withScore) throws IOException {
    int code = run("score", "--help");
    return code == ExitCode.DONE && withScore ? score() : code;
  }

  private static int run(String... arguments) {
    return Main.commandLine(arguments).execute(arguments);
  }

  private static int score() throws IOException {
    Path folder = Files.createTempDirectory("genimage-classes");
    Path image = folder.resolve("grey.jpg");
    Path weights = folder.resolve("random.safetensors");
    try {
      Files.write(image, Image.of(SIDE, SIDE, new byte[SIDE * SIDE * 3]).toJpeg(90));
      Detectors.ferretNetSmall().initialWeights(1).write(weights);
      return run("score", image.toString(), "--weights", weights.toString());
    } finally {
      for (Path file : List.of(image, weights, folder)) {
        Files.deleteIfExists(file);
      }
    }
  }
}
