package org.genimage.data.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/**
 * Writes files and folders whole or not at all. The content goes to a new temporary place in the
 * same folder, is forced to the disk and then moved to its name, so a crash, a full disk or an
 * exception leaves what was there before. Temporary names are unique, so two writers never mix.
 */
public final class WholeFiles {

  private WholeFiles() {}

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
   */
  public static void write(Path file, Content content) throws IOException {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    Files.createDirectories(folder);
    Path partial = partial(target);
    try {
      try (FileChannel channel =
          FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      move(partial, target);
    } finally {
      Files.deleteIfExists(partial);
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
   * Makes a folder. It appears with all its files or not at all.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the folder is there and not empty
   * @throws IOException if it cannot be written
   */
  public static void folder(Path folder, FolderContent content) throws IOException {
    Path target = folder.toAbsolutePath();
    Files.createDirectories(target.getParent());
    Path partial = partial(target);
    Files.createDirectory(partial);
    try {
      content.writeTo(partial);
      forceAll(partial);
      if (Files.isDirectory(target)) {
        Files.delete(target);
      }
      moveFolder(partial, target);
    } finally {
      delete(partial);
    }
    force(target.getParent());
  }

  /** Writes all that is left in a buffer. */
  public static void drain(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private static Path partial(Path target) {
    return target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".partial");
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

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException problem)
              throws IOException {
            Files.delete(visited);
            return super.postVisitDirectory(visited, problem);
          }
        });
  }
}
