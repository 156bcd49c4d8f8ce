package org.genimage.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.FileScore;

/** Scores every image of a folder, however many there are: only a few are in memory at a time. */
final class ScoreFolder {

  private ScoreFolder() {}

  /** Takes a detector's weights and the folder, and prints one line per image: score and file. */
  public static void main(String[] args) throws IOException {
    List<Path> paths = Usage.paths(args, "WEIGHTS", "FOLDER");
    score(paths.get(0), paths.get(1), System.out::println, System.err::println);
  }

  /**
   * Scores the files of a folder and of the folders in it.
   *
   * @param lines gets a line per image
   * @param problems gets a message for each file that is no image
   */
  static void score(Path weights, Path folder, Consumer<String> lines, Consumer<String> problems)
      throws IOException {
    try (Detector detector = Detectors.load(weights);
        Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile).sorted()) {
      // The stream is lazy: images are decoded on several threads while others are scored.
      Stream<FileScore> scores =
          detector.score(files, problem -> problems.accept(problem.getMessage()));
      scores
          .map(one -> String.format(Locale.ROOT, "%.3f %s", one.score(), one.file()))
          .forEach(lines);
    }
  }
}
