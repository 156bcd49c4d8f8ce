package org.genimage.data.internal;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The unfinished files and folders of {@link WholeFiles}: their names, and which of them a killed
 * writer has left. A living writer holds a lock on its file. Where a network hides locks, an
 * unfinished file that was just written still shows that its writer lives; so only old ones are
 * removed.
 */
final class PartialFiles {

  /** How long ago a file was written that is removed. */
  static final Duration STALE = Duration.ofHours(1);

  /** The same of a folder, on which no writer has a lock. */
  static final Duration STALE_FOLDER = Duration.ofDays(1);

  private static final Pattern NAME = Pattern.compile("\\.(.+)\\.[0-9a-f-]{36}\\.partial");

  /** The names of the files that this process is writing. */
  private static final Set<String> OWN = ConcurrentHashMap.newKeySet();

  /** Folders in which this process has just looked for old files; some have many files. */
  private static final Cache<Path, Boolean> SEARCHED =
      CacheBuilder.newBuilder().expireAfterWrite(STALE).maximumSize(1000).build();

  private PartialFiles() {}

  /** Who writes a partial file, as far as the lock on it tells. */
  private enum Writer {
    ANOTHER_PROCESS,
    NOBODY,
    UNKNOWN
  }

  /** Returns a new place beside a file or folder that is to be written. */
  static Path beside(Path target) {
    return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".partial");
  }

  /** Notes that this process begins to write a file. */
  static void begin(Path partial) {
    OWN.add(partial.getFileName().toString());
  }

  /** Notes that this process does not write the file any more. */
  static void end(Path partial) {
    OWN.remove(partial.getFileName().toString());
  }

  /** Lets other processes see that this one is alive; the lock ends with the channel. */
  static void lock(FileChannel channel) {
    try {
      channel.tryLock();
    } catch (IOException | UnsupportedOperationException e) {
      // A file system without locks: nobody is told, and names are unique all the same.
      return;
    }
  }

  /** Returns whether another process is writing a file. */
  static boolean isBeingWritten(Path target) {
    try (DirectoryStream<Path> others =
        Files.newDirectoryStream(target.getParent(), other -> isOf(target, other))) {
      for (Path other : others) {
        if (writer(other) == Writer.ANOTHER_PROCESS) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      // Whatever hinders writing is said by the write itself.
      return false;
    }
  }

  private static boolean isOf(Path target, Path other) {
    return isOf(target.getFileName().toString()::equals, other);
  }

  private static boolean isOf(Predicate<String> targets, Path other) {
    Matcher name = NAME.matcher(other.getFileName().toString());
    return name.matches() && targets.test(name.group(1));
  }

  /** A killed process leaves its file, but not the lock on it. */
  private static Writer writer(Path partial) {
    // POSIX drops this process's own lock if it closes another descriptor of the file.
    if (OWN.contains(partial.getFileName().toString())) {
      return Writer.UNKNOWN;
    }
    try (FileChannel channel =
        FileChannel.open(partial, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      return channel.tryLock() == null ? Writer.ANOTHER_PROCESS : Writer.NOBODY;
    } catch (IOException | OverlappingFileLockException | UnsupportedOperationException e) {
      return Writer.UNKNOWN;
    }
  }

  /**
   * Removes the old files in a folder that killed writers have left there, now and then. Whatever
   * cannot be removed stays.
   */
  static void removeStale(Path folder) {
    if (SEARCHED.asMap().putIfAbsent(folder, true) != null) {
      return;
    }
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(folder, path -> isOf(name -> true, path))) {
      for (Path path : found) {
        if (isStale(path)) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // They take space, and do no other harm.
      return;
    }
  }

  private static boolean isStale(Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return attributes.isRegularFile()
        && attributes.lastModifiedTime().toInstant().isBefore(Instant.now().minus(STALE))
        && writer(file) == Writer.NOBODY;
  }

  /**
   * Removes what killed writers have left of one folder beside it, if nothing was written there for
   * long. Whatever cannot be removed stays.
   */
  static void removeStaleOf(Path folder) {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(folder.getParent(), other -> isOf(folder, other))) {
      for (Path path : found) {
        if (lastWritten(path).isBefore(Instant.now().minus(STALE_FOLDER))) {
          delete(path);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // They take space, and do no other harm.
      return;
    }
  }

  private static Instant lastWritten(Path folder) throws IOException {
    Instant last = Instant.MIN;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Instant written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        last = written.isAfter(last) ? written : last;
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return last;
  }

  /** Removes all partial files and folders of these names. */
  static void remove(Path folder, Predicate<String> names) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(folder, path -> isOf(names, path))) {
      for (Path path : found) {
        delete(path);
      }
    }
  }

  /** Removes a file, or a folder with all its files. */
  static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      // The folder's name is random, so nobody else puts links where this writer deletes.
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
