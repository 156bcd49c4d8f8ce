package org.genimage.data;

import com.google.common.collect.ImmutableSortedMap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.archive.Archives;
import org.genimage.data.internal.TextFiles;
import org.genimage.data.internal.WholeFiles;

/**
 * The MD5 checksums of archive volumes. MD5 finds damaged downloads. It does not prove that a file
 * is genuine.
 *
 * @param md5 the checksum of each volume, 32 lower-case hexadecimal digits, by its published name
 */
public record ArchiveChecksums(Map<String, String> md5) {

  /** GenImage's list (checksum, comma, name, in quotes or not), or md5sum's (blanks, asterisk). */
  private static final Pattern LINE =
      Pattern.compile("\"?(\\p{XDigit}{32})\"?(?:,|\\s+\\*?)\"?([^\"]+?)\"?\\s*");

  /** Copies the component. */
  public ArchiveChecksums {
    md5 = ImmutableSortedMap.copyOf(md5);
  }

  /**
   * Reads a list: the one that GenImage's users published, {@code md5Checksum,originalFilename}, or
   * the output of md5sum. The first line may be a header.
   *
   * @throws DatasetException if another line is malformed, or a name has two checksums; the message
   *     gives the line number
   * @throws UncheckedIOException if the file cannot be read
   */
  public static ArchiveChecksums read(Path file) {
    Map<String, String> md5 = new TreeMap<>();
    List<String> lines;
    try {
      lines = TextFiles.lines(file);
    } catch (TextFiles.NotUtf8Exception e) {
      throw new DatasetException(
          "%s: expected a list of checksums, found a text that is %s"
              .formatted(file, e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: expected a list of checksums, found none that can be read (%s); check the path"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = LINE.matcher(lines.get(i));
      if (line.matches()) {
        String name = line.group(2).substring(line.group(2).lastIndexOf('/') + 1);
        String checksum = line.group(1).toLowerCase(Locale.ROOT);
        String other = md5.put(name, checksum);
        if (other != null && !other.equals(checksum)) {
          throw wrong(file, i, "another checksum of " + name);
        }
      } else if (i > 0 && !lines.get(i).isBlank()) {
        throw wrong(file, i, lines.get(i));
      }
    }
    return new ArchiveChecksums(md5);
  }

  /**
   * Checks the volumes in a folder and below. An archive without any volume there is not checked.
   *
   * @param progress receives the number of bytes read, at every MiB
   * @return a sentence for each volume that is missing, has another checksum or is not in the list;
   *     empty if all volumes are right
   * @throws DatasetException if the folder has no volume of the list
   * @throws UncheckedIOException if a file cannot be read
   */
  public List<String> problems(Path folder, Progress progress) {
    Map<String, Path> found = volumes(folder);
    Set<String> archives =
        found.keySet().stream().map(ArchiveChecksums::archive).collect(Collectors.toSet());
    List<String> problems = new ArrayList<>();
    md5.keySet().stream()
        .filter(name -> archives.contains(archive(name)) && !found.containsKey(name))
        .forEach(name -> problems.add("no volume %s in %s; get it".formatted(name, folder)));
    found.keySet().stream()
        .filter(name -> !md5.containsKey(name))
        .forEach(name -> problems.add("%s: no checksum in the list".formatted(found.get(name))));
    found.keySet().retainAll(md5.keySet());
    if (found.isEmpty()) {
      throw new DatasetException(
          "%s: expected volumes of %s, found none; check the path"
              .formatted(folder, md5.keySet().stream().findFirst().orElse("an empty list")));
    }
    long total = found.values().stream().mapToLong(ArchiveChecksums::size).sum();
    long done = 0;
    for (Map.Entry<String, Path> volume : found.entrySet()) {
      String actual = md5(volume.getValue(), done, total, progress);
      done += size(volume.getValue());
      String expected = md5.get(volume.getKey());
      if (!actual.equals(expected)) {
        problems.add(
            "%s: expected MD5 %s, found %s; get it again"
                .formatted(volume.getValue(), expected, actual));
      }
    }
    return problems;
  }

  private static String archive(String name) {
    return Archives.Volume.of(name, ArchiveLimits.published())
        .map(Archives.Volume::archive)
        .orElse(name);
  }

  private static Map<String, Path> volumes(Path folder) {
    Map<String, Path> volumes = new TreeMap<>();
    Set<String> published = ArchiveLimits.published();
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile).sorted()::iterator) {
        Optional<Archives.Volume> volume =
            Archives.Volume.of(file.getFileName().toString(), published);
        volume.ifPresent(v -> volumes.putIfAbsent(v.file(), file));
      }
      return volumes;
    } catch (UncheckedIOException e) { // thrown while walking
      throw unlistable(folder, e.getCause());
    } catch (IOException e) {
      throw unlistable(folder, e);
    }
  }

  private static UncheckedIOException unlistable(Path folder, IOException e) {
    return new UncheckedIOException(
        "%s: cannot be listed (%s); check the path".formatted(folder, e.getMessage()), e);
  }

  private static String md5(Path file, long before, long total, Progress progress) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      byte[] buffer = new byte[1 << 20];
      long done = before;
      int read;
      while ((read = in.read(buffer)) > 0) {
        digest.update(buffer, 0, read);
        done += read;
        progress.update(done, total);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw unreadable(file, e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every Java has MD5
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static UncheckedIOException unreadable(Path file, IOException e) {
    return new UncheckedIOException("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
  }

  private static DatasetException wrong(Path file, int line, String found) {
    return new DatasetException(
        "%s, line %s: expected a checksum and a name, found %s".formatted(file, line + 1, found));
  }
}
