package org.genimage.app.leaderboard;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.genimage.app.command.UsageException;

/**
 * An argument {@code PLACE} or {@code NAME=PLACE}. What exists as a whole is a place: files may
 * have an equals sign in their names.
 *
 * @param name what stands before the equals sign
 * @param place what stands after it: a path, or a name of something published
 */
record NamedPlace(Optional<String> name, String place) {

  static NamedPlace of(String text) {
    int end = text.indexOf('=');
    return end <= 0 || exists(text)
        ? new NamedPlace(Optional.empty(), text)
        : new NamedPlace(Optional.of(text.substring(0, end)), text.substring(end + 1));
  }

  /** Windows has no file with a colon in its name, as in {@code NAME=C:\\photos}. */
  private static boolean exists(String text) {
    try {
      return Files.exists(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /**
   * Returns the place as a path.
   *
   * @param option which has this argument
   * @throws UsageException if no file can have this name
   */
  Path path(String option) {
    try {
      return Path.of(place);
    } catch (InvalidPathException e) {
      throw new UsageException(
          "%s: expected a path, found '%s', which no file can be called (%s); check it"
              .formatted(option, place, e.getReason()));
    }
  }
}
