package org.genimage.examples;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;

/**
 * Writes files and folders whole or not at all: first beside their place, then moved there. A
 * program that is stopped leaves no half-written output under the final name.
 */
final class Outputs {

  private static final String PART = ".part";

  private Outputs() {}

  /**
   * Writes a file. Creates the folder that it belongs in.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  static void write(Path file, byte[] content) {
    Path part = beside(file);
    try {
      Files.createDirectories(part.getParent());
      Files.write(part, content);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw problem(file, e);
    }
  }

  /**
   * Makes a folder.
   *
   * @param writer fills the folder that it is given
   * @throws UncheckedIOException if it cannot be written
   */
  static void writeFolder(Path folder, Consumer<Path> writer) {
    Path part = beside(folder);
    remove(part);
    writer.accept(part);
    try {
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw problem(folder, e);
    }
  }

  /**
   * Creates a folder and its parents, unless they exist.
   *
   * @throws UncheckedIOException if it cannot be created
   */
  static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw problem(folder, e);
    }
  }

  /**
   * Removes a folder with everything in it, if it exists.
   *
   * @throws UncheckedIOException if it cannot be removed
   */
  static void remove(Path folder) {
    try {
      if (Files.exists(folder)) {
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: an earlier run left this, and it cannot be removed (%s); remove it by hand"
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  private static Path beside(Path place) {
    return place.toAbsolutePath().resolveSibling(place.getFileName() + PART);
  }

  private static UncheckedIOException problem(Path place, IOException e) {
    return new UncheckedIOException(
        "%s cannot be written (%s); choose another place".formatted(place, e.getMessage()), e);
  }
}
