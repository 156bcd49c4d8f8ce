package org.genimage.data;

import com.google.common.collect.ImmutableSortedMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.internal.NameList;
import org.genimage.data.internal.WholeFiles;

/**
 * Images that a dataset leaves out. A file of them has one line per image: its place in the
 * published layout, such as {@code imagenet_ai_0419_biggan/train/ai/116_biggan_00081.png}, then a
 * tab and the reason. Such a list is valid for unpacked images and for archives, in every folder.
 * The lists of damaged files that GenImage's users published are read without change.
 *
 * @param reasons the reason of each image, perhaps empty, by its place in the published layout
 */
public record Quarantine(Map<String, String> reasons) {

  /** Leaves nothing out. */
  public static final Quarantine NONE = new Quarantine(Map.of());

  /** Copies the component. */
  public Quarantine {
    reasons = ImmutableSortedMap.copyOf(reasons);
  }

  /**
   * Reads a list. Empty lines and lines that start with {@code #} are ignored.
   *
   * @throws DatasetException if a line is malformed; the message gives the line number
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Quarantine read(Path file) {
    Map<String, String> reasons = new TreeMap<>();
    List<String> lines = lines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split("\t", 2);
      String[] path = parts[0].strip().split("/");
      int n = path.length;
      if (n < 4) {
        throw new DatasetException(
            "%s, line %s: expected GENERATOR/SPLIT/CLASS/FILE as in GenImage, found %s"
                .formatted(file, i + 1, parts[0]));
      }
      String split = path[n - 3].toLowerCase(Locale.ROOT);
      String label = path[n - 2].toLowerCase(Locale.ROOT);
      reasons.put(
          String.join("/", path[n - 4], split, label, path[n - 1]),
          parts.length > 1 ? parts[1] : "");
    }
    return new Quarantine(reasons);
  }

  /**
   * Writes the list, in UTF-8. Missing folders are created. An earlier list stays until the new one
   * is complete.
   *
   * @throws UncheckedIOException if the file cannot be written; an earlier list is then as it was
   */
  public void writeTo(Path file) {
    String lines =
        reasons.entrySet().stream()
            .map(
                e ->
                    (e.getValue().isEmpty()
                            ? e.getKey()
                            : String.join("\t", e.getKey(), e.getValue()))
                        + "\n")
            .collect(Collectors.joining());
    try {
      WholeFiles.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: the list cannot be written (%s); choose another file"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
  }

  /** Returns the place of an image in the published layout. */
  static String place(Generator generator, Split split, Label label, String file) {
    return String.join("/", generator.archive(), split.folder(), label.folder(), file);
  }

  /** Returns those names that are not left out. */
  List<String> without(Generator generator, Split split, Label label, List<String> names) {
    if (reasons.isEmpty()) {
      return names;
    }
    Stream<String> kept =
        names.stream().filter(name -> !reasons.containsKey(place(generator, split, label, name)));
    return NameList.of(kept.toList());
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: expected a list of images to leave out, found none that can be read (%s); check the path"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
  }
}
