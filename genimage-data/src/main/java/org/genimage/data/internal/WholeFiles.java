package org.genimage.data.internal;

import com.google.common.base.Strings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Writes files and folders whole or not at all. The content goes to a new temporary place in the
 * same folder, is forced to the disk and then moved to its name. So a crash, a full disk or an
 * exception leaves what was there before. Temporary names are unique, so two writers never mix.
 * What a killed writer has left of a file is removed by a later write into the same folder, an hour
 * later at the earliest; of a folder, by the next that writes this folder, a day later.
 *
 * <p>Files that grow line by line, such as score files, are not written here: their readers accept
 * a file that ends early.
 */
public final class WholeFiles {

  private WholeFiles() {}

  /** Another process is writing the file or folder. */
  public static final class FileInUseException extends FileSystemException {

    private static final long serialVersionUID = 1L;

    FileInUseException(Path file) {
      super(file.toString(), null, "another process is writing it");
    }
  }

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {

    /** Writes everything; the channel is closed by the caller. */
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /** Fills a folder. */
  @FunctionalInterface
  public interface FolderContent {

    /** Writes every file into an empty folder. */
    void writeTo(Path folder) throws IOException;
  }

  /**
   * Writes a file, in the place of an earlier one if there is one. Missing folders are created.
   *
   * @throws IOException if it cannot be written; an earlier file is then as it was
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set, and
   *     an earlier file is as it was
   */
  public static void write(Path file, Content content) throws IOException {
    try {
      writeNew(file, content);
    } catch (IOException e) {
      Interruption.check(e, file + " was being written");
      throw e;
    }
  }

  /**
   * Writes a file as {@link #write(Path, Content)} does, unless another process is writing it. For
   * files that take long to write, in folders with few files.
   *
   * @throws FileInUseException if another process is writing it
   * @throws IOException if it cannot be written; an earlier file is then as it was
   */
  public static void writeAlone(Path file, Content content) throws IOException {
    Path target = file.toAbsolutePath();
    Files.createDirectories(target.getParent());
    if (PartialFiles.isBeingWritten(target)) {
      throw new FileInUseException(file);
    }
    write(file, content);
  }

  private static void writeNew(Path file, Content content) throws IOException {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    Files.createDirectories(folder);
    PartialFiles.removeStale(folder);
    Path partial = PartialFiles.beside(target);
    PartialFiles.begin(partial);
    try {
      try (FileChannel channel =
          FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        PartialFiles.lock(channel);
        content.writeTo(channel);
        channel.force(true);
      }
      move(partial, target);
    } finally {
      Files.deleteIfExists(partial);
      PartialFiles.end(partial);
    }
    force(folder);
  }

  /** Writes a file as {@link #write(Path, Content)} does. */
  public static void write(Path file, byte[] content) throws IOException {
    write(file, channel -> Channels.newOutputStream(channel).write(content));
  }

  /** Writes a text in UTF-8 as {@link #write(Path, Content)} does. */
  public static void write(Path file, String content) throws IOException {
    write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Renames a file inside its folder, over an earlier one if there is one.
   *
   * @throws IOException if it cannot be renamed
   */
  public static void rename(Path from, Path to) throws IOException {
    move(from, to);
    force(to.toAbsolutePath().getParent());
  }

  /**
   * Makes a folder. It appears with all its files or not at all. An empty folder that exists stays,
   * since it may be a mount point, and takes the files one after the other when all are written.
   *
   * @throws java.nio.file.DirectoryNotEmptyException if the folder exists and is not empty
   * @throws IOException if it cannot be written; the folder is then as it was
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set, and
   *     the folder is as it was
   */
  public static void folder(Path folder, FolderContent content) throws IOException {
    try {
      newFolder(folder, content);
    } catch (IOException e) {
      Interruption.check(e, folder + " was being written");
      throw e;
    }
  }

  /**
   * Makes a folder as {@link #folder} does, unless another writer is making it. What killed writers
   * have left of it is removed. An empty file {@code .NAME.lock} beside the folder stays.
   *
   * @throws FileInUseException if another process or thread is making it
   * @throws IOException as {@link #folder} does
   */
  public static void folderAlone(Path folder, FolderContent content) throws IOException {
    Files.createDirectories(folder.toAbsolutePath().getParent());
    OutputLock lock = OutputLock.of(folder).orElseThrow(() -> new FileInUseException(folder));
    try (lock) {
      removePartialsOf(folder);
      folder(folder, content);
    }
  }

  /**
   * Removes what killed writers have left of a folder, beside it or inside it if it existed.
   *
   * @param folder call this with a lock that keeps living writers out
   * @throws IOException if something cannot be removed
   */
  public static void removePartialsOf(Path folder) throws IOException {
    Path target = folder.toAbsolutePath();
    PartialFiles.remove(target.getParent(), target.getFileName().toString()::equals);
    PartialFiles.remove(target, "content"::equals);
  }

  private static void newFolder(Path folder, FolderContent content) throws IOException {
    Path target = folder.toAbsolutePath();
    boolean exists = Files.isDirectory(target);
    Path place = exists ? target.resolve("content") : target;
    PartialFiles.removeStaleOf(place);
    if (exists && !names(target).isEmpty()) {
      throw new DirectoryNotEmptyException(folder.toString());
    }
    Path parent = place.getParent();
    Files.createDirectories(parent);
    Path partial = PartialFiles.beside(place);
    Files.createDirectory(partial);
    try {
      content.writeTo(partial);
      forceAll(partial);
      if (exists) {
        moveContent(partial, target);
      } else {
        moveFolder(partial, target);
      }
    } finally {
      PartialFiles.delete(partial);
    }
    force(parent);
  }

  /**
   * Removes what killed writers have left of files and folders.
   *
   * @param folder holds them; call this with a lock that keeps living writers out
   * @param names of the files and folders that were to be written
   * @throws IOException if something cannot be removed
   */
  public static void removePartials(Path folder, Predicate<String> names) throws IOException {
    PartialFiles.remove(folder, names);
  }

  private static void moveContent(Path from, Path to) throws IOException {
    List<Path> moved = new ArrayList<>();
    try {
      for (String name : names(from)) {
        moveFolder(from.resolve(name), to.resolve(name));
        moved.add(to.resolve(name));
      }
    } catch (IOException e) {
      for (Path path : moved) {
        PartialFiles.delete(path);
      }
      throw e;
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  /**
   * Returns why a file or folder could not be read or written, in words. The JDK leaves the message
   * of some exceptions at the bare path.
   */
  public static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "access denied";
    }
    if (e instanceof FileAlreadyExistsException file) {
      return file.getFile() + " is a file, not a folder";
    }
    if (e instanceof DirectoryNotEmptyException folder) {
      return folder.getFile() + " is not empty";
    }
    if (e instanceof NoSuchFileException file) {
      return file.getFile() + " does not exist";
    }
    return e instanceof FileSystemException other && other.getReason() != null
        ? other.getReason()
        : String.valueOf(e.getMessage());
  }

  /**
   * Returns an unchecked exception.
   *
   * @param message with {@code %s} for the place and for the {@link #reason}
   */
  public static UncheckedIOException problem(String message, Path place, IOException e) {
    return new UncheckedIOException(Strings.lenientFormat(message, place, reason(e)), e);
  }

  /**
   * Checks that files can be written into a folder, by writing one and removing it. Creates the
   * folder if it is missing.
   *
   * @throws IOException if none can be written
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  public static void checkWritable(Path folder) throws IOException {
    Path probe = PartialFiles.beside(folder.toAbsolutePath().resolve("probe"));
    write(probe, "probe");
    Files.delete(probe);
  }

  /**
   * Checks that a file can be written, or written anew, as {@link #checkWritable} does of its
   * folder.
   *
   * @throws IOException if it cannot be written
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  public static void checkWritableFile(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "it is a folder");
    }
    checkWritable(file.toAbsolutePath().getParent());
  }

  /** Writes all that is left in a buffer. */
  public static void drain(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void moveFolder(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to);
    }
  }

  /** Forces a folder's entries to the disk, where the system lets a folder be opened. */
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException | UnsupportedOperationException e) {
      // Windows opens no folders, and needs no forcing: its moves are journalled.
      return;
    }
  }

  private static void forceAll(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
              channel.force(true);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException problem)
              throws IOException {
            force(visited);
            return super.postVisitDirectory(visited, problem);
          }
        });
  }
}
