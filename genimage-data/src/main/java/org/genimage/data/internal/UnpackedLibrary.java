package org.genimage.data.internal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URL;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * TensorFlow's native library, unpacked from its jar. The files lie where JavaCPP would unpack them
 * and are those that it would write, so that programs with and without genimage share one copy of
 * 683 MB.
 *
 * <p>Beside the files is a stamp: a text with the name, size and CRC of each as the jar states
 * them. It is written last, when all files are forced to the disk. So at a start, only the jar's
 * table of contents, the stamp and the files' sizes are read. Without a stamp, or with another one,
 * each file is compared with its CRC and unpacked anew where it differs.
 *
 * <p>Two processes may come here at once: they take turns, by the lock that JavaCPP uses. The
 * second finds the stamp of the first.
 */
final class UnpackedLibrary {

  /** The name of the stamp. */
  static final String STAMP = "genimage-unpacked.txt";

  private static final System.Logger LOGGER = System.getLogger(UnpackedLibrary.class.getName());
  private static final String INSIDE = "!/";

  private final Path jar;
  private final String prefix;
  private final String name;

  private UnpackedLibrary(Path jar, String prefix, String name) {
    this.jar = jar;
    this.prefix = prefix;
    this.name = name;
  }

  /**
   * Returns the library as a file, unpacked now if that is necessary.
   *
   * @param library in a jar
   * @return empty if it is in no jar of its own, such as in an archive that holds jars
   * @throws IOException if it cannot be unpacked, or the jar is damaged
   */
  static Optional<Path> file(URL library) throws IOException {
    return file(library, caches(), NativeRuntime::cache);
  }

  /**
   * The same with other folders.
   *
   * @param caches where it may have been unpacked
   * @param writable where it is unpacked if it is in none of them
   */
  static Optional<Path> file(URL library, List<Path> caches, Supplier<Path> writable)
      throws IOException {
    String place = library.getPath();
    int end = place.indexOf(INSIDE);
    if (!library.getProtocol().equals("jar")
        || !place.startsWith("file:")
        || end != place.lastIndexOf(INSIDE)) {
      return Optional.empty();
    }
    Path jar = Path.of(URI.create(place.substring(0, end)));
    String entry = place.substring(end + INSIDE.length());
    int slash = entry.lastIndexOf('/') + 1;
    return Optional.of(
        new UnpackedLibrary(jar, entry.substring(0, slash), entry.substring(slash))
            .file(caches, writable));
  }

  private Path file(List<Path> caches, Supplier<Path> writable) throws IOException {
    try (ZipFile open = new ZipFile(jar.toFile())) {
      List<? extends ZipEntry> parts =
          open.stream().filter(this::isLibrary).sorted(this::compare).toList();
      String stamp = parts.stream().map(this::line).collect(Collectors.joining());
      for (Path cache : caches) {
        Path folder = folder(cache);
        if (isWhole(folder, parts, stamp)) {
          return folder.resolve(name);
        }
      }
      Path cache = writable.get();
      unpack(open, parts, stamp, cache);
      return folder(cache).resolve(name);
    }
  }

  private boolean isLibrary(ZipEntry entry) {
    String path = entry.getName();
    return path.startsWith(prefix)
        && path.indexOf('/', prefix.length()) < 0
        && path.substring(prefix.length()).matches("lib.*\\.so(\\.\\d+)*");
  }

  private int compare(ZipEntry a, ZipEntry b) {
    return a.getName().compareTo(b.getName());
  }

  private String line(ZipEntry part) {
    return "%s %s %s\n".formatted(part.getName(), part.getSize(), Long.toHexString(part.getCrc()));
  }

  /**
   * The folders in which JavaCPP unpacks, in its order. It takes the first that can be written. A
   * copy that is whole is used from a folder that can only be read, too, such as in a container.
   * Its last resort, among the temporary files, is not searched: {@link TemporaryCache}.
   */
  private static List<Path> caches() {
    return Stream.of(
            System.getProperty("org.bytedeco.javacpp.cachedir"),
            System.getProperty("org.bytedeco.javacpp.cacheDir"),
            System.getProperty("user.home") + "/.javacpp/cache/")
        .flatMap(Stream::ofNullable)
        .map(File::new)
        .filter(File::isDirectory)
        .map(folder -> folder.toPath().toAbsolutePath())
        .toList();
  }

  private Path folder(Path cache) {
    return cache.resolve(jar.getFileName()).resolve(prefix);
  }

  private boolean isWhole(Path folder, List<? extends ZipEntry> parts, String stamp) {
    try {
      if (!Files.readString(folder.resolve(STAMP)).equals(stamp)) {
        return false;
      }
      for (ZipEntry part : parts) {
        if (Files.size(file(folder, part)) != part.getSize()) {
          return false;
        }
      }
      return true;
    } catch (IOException e) { // none yet, or one that is no text
      return false;
    }
  }

  private Path file(Path folder, ZipEntry part) {
    return folder.resolve(part.getName().substring(prefix.length()));
  }

  private void unpack(ZipFile open, List<? extends ZipEntry> parts, String stamp, Path cache)
      throws IOException {
    Path folder = folder(cache);
    synchronized (Runtime.getRuntime()) { // as JavaCPP does, since a lock is the process's
      if (isWhole(folder, parts, stamp)) {
        return;
      }
      try (FileChannel channel = lockFile(cache.resolve(".lock"));
          FileLock lock = channel.lock()) {
        if (!lock.isValid() || isWhole(folder, parts, stamp)) {
          return;
        }
        Files.deleteIfExists(folder.resolve(STAMP));
        boolean said = false;
        for (ZipEntry part : parts) {
          if (!isUnpacked(file(folder, part), part)) {
            if (!said) {
              announce(parts, cache);
              said = true;
            }
            unpack(open, part, file(folder, part));
          }
        }
        WholeFiles.write(folder.resolve(STAMP), stamp);
      }
    }
  }

  private static FileChannel lockFile(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (FileSystemException e) {
      throw new IOException(
          "%s: expected a file that this user can write, found that it cannot be (%s); remove it,"
                  .formatted(file, WholeFiles.reason(e))
              + " unpack the library once as its owner, or name another folder by the Java option"
              + " -Dorg.bytedeco.javacpp.cachedir=FOLDER",
          e);
    }
  }

  private static void announce(List<? extends ZipEntry> parts, Path cache) {
    LOGGER.log(
        Level.INFO,
        "TensorFlow''s native library ({0} MB) is unpacked into {1}, once",
        parts.stream().mapToLong(ZipEntry::getSize).sum() / 1_000_000,
        cache);
  }

  /** Reads the whole file. */
  private static boolean isUnpacked(Path file, ZipEntry part) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) != part.getSize()) {
      return false;
    }
    CRC32 crc = new CRC32();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file), crc)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return crc.getValue() == part.getCrc();
  }

  private void unpack(ZipFile open, ZipEntry part, Path file) throws IOException {
    CRC32 crc = new CRC32();
    WholeFiles.write(
        file,
        channel -> {
          try (InputStream in = new CheckedInputStream(open.getInputStream(part), crc)) {
            in.transferTo(Channels.newOutputStream(channel));
          }
          if (crc.getValue() != part.getCrc()) {
            throw new IOException(
                "%s: expected %s with CRC %s, found %s; the file is damaged, download it again"
                    .formatted(
                        jar,
                        part.getName(),
                        Long.toHexString(part.getCrc()),
                        Long.toHexString(crc.getValue())));
          }
        });
    // JavaCPP unpacks again what has another time than the jar's entry.
    Files.setLastModifiedTime(file, FileTime.fromMillis(part.getTime()));
  }
}
