package org.genimage.data;

import com.google.common.collect.ImmutableSortedMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.genimage.data.internal.FileNames;
import org.genimage.data.internal.NameList;
import org.genimage.data.internal.TextFiles;
import org.genimage.data.internal.WholeFiles;

/**
 * Images that a dataset leaves out. A file of them has one line per image: its place in the
 * published layout, such as {@code imagenet_ai_0419_biggan/train/ai/116_biggan_00081.png}, then a
 * tab and the reason. Such a list is valid for unpacked images and for archives, in every folder.
 * The lists of damaged files that GenImage's users published are read without change.
 *
 * <p>A list that this class writes begins with a comment that holds the number of images and a
 * checksum, so that a list that was cut is not taken for a whole one. Control characters in names,
 * such as a line break or a tab, are written as {@code \x0A}.
 *
 * @param reasons the reason of each image, perhaps empty, by its place in the published layout
 */
public record Quarantine(Map<String, String> reasons) {

  /** Leaves nothing out. */
  public static final Quarantine NONE = new Quarantine(Map.of());

  private static final String HEADER = "# genimage quarantine, version ";
  private static final Pattern WHOLE_HEADER =
      Pattern.compile(HEADER + "1: ([0-9]+) images, CRC32C ([0-9a-f]{8})");

  /** What would end a name or a line; and what would be taken for a comment or for blanks. */
  private static final Pattern UNSAFE = Pattern.compile("[\\x00-\\x1f\\x7f]|^[# ]");

  private static final Pattern ESCAPED = Pattern.compile("\\\\x([01][0-9A-F]|7F|23|20)");

  /** Copies the component. */
  public Quarantine {
    reasons = ImmutableSortedMap.copyOf(reasons);
  }

  /**
   * Reads a list. Empty lines and lines that start with {@code #} are ignored, but the first line
   * of a list that {@link #writeTo} wrote must be right for the rest. Remove it from a list that
   * you change.
   *
   * @throws DatasetException if a line is malformed, with its number in the message; if the list is
   *     empty, cut or changed; or if it is not UTF-8
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Quarantine read(Path file) {
    Map<String, String> reasons = new TreeMap<>();
    List<String> lines = lines(file);
    checkHeader(file, lines);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split("\t", 2);
      String[] path = unescaped(parts[0].strip()).split("/");
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
          parts.length > 1 ? unescaped(parts[1]) : "");
    }
    return new Quarantine(reasons);
  }

  private static void checkHeader(Path file, List<String> lines) {
    String first = lines.isEmpty() ? "" : lines.get(0);
    boolean cut = lines.size() <= 1 && HEADER.startsWith(first);
    if (!cut && !first.startsWith(HEADER)) {
      return; // written by hand, or by version 0.1
    }
    Matcher header = WHOLE_HEADER.matcher(first);
    if (!cut && !header.matches() && !first.startsWith(HEADER + "1:")) {
      throw new DatasetException(
          "%s: expected a list of version 1, found \"%s\"; read it with a newer genimage"
              .formatted(file, first));
    }
    List<String> rest = lines.isEmpty() ? lines : lines.subList(1, lines.size());
    if (cut || !header.matches() || !header.group().equals(header(rest))) {
      throw new DatasetException(
          "%s: expected a whole list, found one that is empty, cut or changed; get it again, or"
                  .formatted(file)
              + " remove its first line if you changed it");
    }
  }

  private static String header(List<String> lines) {
    CRC32C checksum = new CRC32C();
    for (String line : lines) {
      checksum.update((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return "%s1: %s images, CRC32C %s"
        .formatted(HEADER, lines.size(), HexFormat.of().toHexDigits((int) checksum.getValue()));
  }

  private static String escaped(String text) {
    return UNSAFE
        .matcher(text)
        .replaceAll(
            c -> "\\\\x" + HexFormat.of().withUpperCase().toHexDigits((byte) c.group().charAt(0)));
  }

  private static String unescaped(String text) {
    return text.indexOf('\\') < 0
        ? text
        : ESCAPED
            .matcher(text)
            .replaceAll(
                c ->
                    Matcher.quoteReplacement(
                        Character.toString(HexFormat.fromHexDigits(c.group(1)))));
  }

  /**
   * Writes the list, in UTF-8. Missing folders are created. An earlier list stays until the new one
   * is complete.
   *
   * @throws UncheckedIOException if the file cannot be written, or another process is writing it;
   *     an earlier list is then as it was
   */
  public void writeTo(Path file) {
    List<String> lines =
        reasons.entrySet().stream()
            .map(
                e ->
                    e.getValue().isEmpty()
                        ? escaped(e.getKey())
                        : String.join("\t", escaped(e.getKey()), escaped(e.getValue())))
            .toList();
    StringBuilder text = new StringBuilder(header(lines)).append('\n');
    lines.forEach(line -> text.append(line).append('\n'));
    try {
      byte[] list = text.toString().getBytes(StandardCharsets.UTF_8);
      WholeFiles.writeAlone(file, channel -> WholeFiles.drain(channel, ByteBuffer.wrap(list)));
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
      return TextFiles.lines(file);
    } catch (TextFiles.NotUtf8Exception e) {
      throw new DatasetException(
          "%s: expected a list of images to leave out, found a text that is %s"
              .formatted(file, e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: expected a list of images to leave out, found none that can be read (%s); check the path%s"
              .formatted(file, WholeFiles.reason(e), FileNames.hint(file)),
          e);
    }
  }
}
