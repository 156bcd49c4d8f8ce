package org.genimage.data.archive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.genimage.data.internal.FileNames;

/** The archives that are found while a dataset is opened. Each is opened once. */
public final class Archives {

  private static final Pattern VOLUME =
      Pattern.compile("(.+)\\.(?:z(\\d{2,4})|zip(?:\\.(\\d{2,4}))?)", Pattern.CASE_INSENSITIVE);
  private static final Pattern INSERTED = Pattern.compile("(.+)-\\d{1,3}");

  private final ReadingLimits limits;
  private final Map<Path, List<Directory>> byFolder = new ConcurrentHashMap<>();
  private final List<String> problems = new CopyOnWriteArrayList<>();

  /** Creates an empty collection. */
  public Archives(ReadingLimits limits) {
    this.limits = limits;
  }

  /**
   * Which volume of which archive a file is.
   *
   * @param archive the name without the extension
   * @param number from 1; the {@code .zip} is the last
   */
  public record Volume(String archive, int number) {

    static final int LAST = Integer.MAX_VALUE;

    /**
     * Parses a file name; empty if it is not a volume's. Google Drive inserts {@code -001} and the
     * like into names. If the rest is the name of a published archive, the insertion is removed.
     *
     * @param published the published archives, without {@code .zip}, in lower case
     */
    public static Optional<Volume> of(String file, Set<String> published) {
      Matcher name = VOLUME.matcher(file);
      if (!name.matches() || file.startsWith(".")) {
        return Optional.empty();
      }
      String archive = name.group(1);
      Matcher inserted = INSERTED.matcher(archive);
      if (inserted.matches() && published.contains(inserted.group(1).toLowerCase(Locale.ROOT))) {
        archive = inserted.group(1);
      }
      String number = name.group(2) != null ? name.group(2) : name.group(3);
      return Optional.of(new Volume(archive, number == null ? LAST : Integer.parseInt(number)));
    }

    /** Returns the published name of this volume. */
    public String file() {
      return number == LAST
          ? archive + ".zip"
          : String.format(Locale.ROOT, "%s.z%02d", archive, number);
    }
  }

  /** Returns the archives in a folder, as folders. */
  List<Directory> in(Path folder) {
    return byFolder.computeIfAbsent(folder.toAbsolutePath().normalize(), f -> openAll(folder));
  }

  /** Returns why archives could not be opened, one sentence each. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  private List<Directory> openAll(Path folder) {
    List<Directory> roots = new ArrayList<>();
    volumes(folder)
        .forEach(
            (name, files) -> {
              try {
                Archive archive = Archive.open(name, Volumes.of(complete(name, files)), limits);
                roots.add(new ArchiveDirectory(archive, folder, ""));
                if (archive.repeated() > 0) {
                  problems.add(
                      "archive %s: %s images have the name of a later one, which is used instead"
                          .formatted(FileNames.below(folder, name), archive.repeated()));
                }
              } catch (IOException e) {
                problems.add(
                    "archive %s: %s".formatted(FileNames.below(folder, name), e.getMessage()));
              }
            });
    return roots;
  }

  private Map<String, Map<Integer, Path>> volumes(Path folder) {
    Map<String, Map<Integer, Path>> volumes = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        Optional<Volume> volume = Volume.of(FileNames.of(file), limits.published());
        if (volume.isPresent() && Files.isRegularFile(file)) {
          volumes
              .computeIfAbsent(volume.get().archive(), archive -> new TreeMap<>())
              .putIfAbsent(volume.get().number(), file);
        }
      }
      return volumes;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: cannot be listed (%s); check the permissions".formatted(folder, e.getMessage()), e);
    }
  }

  private static List<Path> complete(String name, Map<Integer, Path> files) throws IOException {
    List<Path> volumes = new ArrayList<>();
    for (Map.Entry<Integer, Path> file : files.entrySet()) {
      int expected = volumes.size() + 1;
      if (file.getKey() != expected && file.getKey() != Volume.LAST) {
        String missing = new Volume(name, expected).file();
        throw new IOException(
            "no volume %s; get it"
                .formatted(FileNames.below(file.getValue().toAbsolutePath().getParent(), missing)));
      }
      volumes.add(file.getValue());
    }
    return volumes;
  }
}
