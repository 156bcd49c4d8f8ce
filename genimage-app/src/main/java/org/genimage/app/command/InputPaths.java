package org.genimage.app.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** The images that arguments name: files, folders, patterns, and {@code -} for standard input. */
final class InputPaths {

  /** Ends of the names of files that count as images in a folder. */
  private static final Set<String> ENDINGS =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "ppm", "heic",
          "heif", "avif");

  private static final Pattern WILDCARD = Pattern.compile("[*?\\[{]");

  private InputPaths() {}

  /**
   * Returns the images in the order of the arguments; those of a folder or pattern in the order of
   * their names.
   *
   * @throws UsageException if an argument names none
   */
  static List<Input> of(List<String> arguments, InputStream standardInput) {
    List<Input> inputs = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.equals("-")) {
        if (inputs.stream().anyMatch(Input.Standard.class::isInstance)) {
          throw new UsageException("'-' is standard input, which can be read once; give it once");
        }
        inputs.add(Input.Standard.of(standardInput));
      } else {
        files(argument).forEach(file -> inputs.add(new Input.File(file)));
      }
    }
    return inputs;
  }

  private static List<Path> files(String argument) {
    Path path;
    try {
      path = Path.of(argument);
    } catch (InvalidPathException e) { // Windows has no file names with wildcards
      return matching(argument);
    }
    if (Files.isDirectory(path)) {
      List<Path> found = walk(path, InputPaths::isImage, argument);
      if (found.isEmpty()) {
        throw new UsageException(
            "%s: expected a folder with images (%s), found none in it; check the path"
                .formatted(argument, String.join(", ", ENDINGS.stream().sorted().toList())));
      }
      return found;
    }
    if (Files.exists(path)) {
      return List.of(path);
    }
    if (WILDCARD.matcher(argument).find()) {
      return matching(argument);
    }
    throw new UsageException(
        "%s: expected a file, a folder or a pattern, found nothing there; check the path"
            .formatted(argument));
  }

  /** Shells expand patterns themselves, but for Windows' and where the user quotes them. */
  private static List<Path> matching(String pattern) {
    String slashed = pattern.replace('\\', '/');
    int first = slashed.length();
    var wildcard = WILDCARD.matcher(slashed);
    if (wildcard.find()) {
      first = wildcard.start();
    }
    int end = slashed.lastIndexOf('/', first);
    String base = end < 0 ? "" : slashed.substring(0, end + 1);
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + slashed);
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "%s: expected a file or a pattern such as 'photos/*.jpg', found a pattern that is wrong (%s)"
              .formatted(pattern, e.getDescription()));
    }
    Path folder = Path.of(base);
    List<Path> found =
        Files.isDirectory(folder) ? walk(folder, matcher::matches, pattern) : List.of();
    if (found.isEmpty()) {
      throw new UsageException(
          "%s: expected a pattern of image files, found no file that matches; check it"
              .formatted(pattern));
    }
    return found;
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  private static List<Path> walk(Path folder, PathMatcher wanted, String argument) {
    try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return all.filter(wanted::matches).filter(Files::isRegularFile).sorted().toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new UsageException(
          "%s: expected a folder that can be read, found an error (%s); check the rights"
              .formatted(argument, e.getMessage()));
    }
  }
}
