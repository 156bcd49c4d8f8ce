package org.genimage.app.command;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.genimage.data.internal.WholeFiles;

/**
 * Writes files whole or not at all: first beside their place, forced to the disk, then moved there.
 * A program that is stopped leaves no half-written output under the final name.
 */
public final class Outputs {

  private Outputs() {}

  /**
   * Writes a file. Creates the folder that it belongs in.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path file, byte[] content) {
    try {
      WholeFiles.write(file, content);
    } catch (IOException e) {
      throw problem(file, e);
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
   * Checks that files can be written into a folder, and creates it. Programs call it before hours
   * of work whose result goes there.
   *
   * @throws UsageException if none can be written; the message says why
   */
  static void checkWritable(Path folder) {
    try {
      WholeFiles.checkWritable(folder);
    } catch (IOException e) {
      throw new UsageException(sentence(folder, e));
    }
  }

  /**
   * Checks that a file can be written, and creates its folder. Programs call it before hours of
   * work whose result goes there.
   *
   * @throws UsageException if it cannot be written; the message says why
   */
  static void checkWritableFile(Path file) {
    try {
      WholeFiles.checkWritableFile(file);
    } catch (IOException e) {
      throw new UsageException(sentence(file, e));
    }
  }

  /**
   * Checks that a place can become a folder, or is one.
   *
   * @throws UsageException if a file is there
   */
  static void checkFolder(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new UsageException(sentence(folder, new FileAlreadyExistsException(folder.toString())));
    }
  }

  /**
   * Does work that adds to a report, then writes the report. If the work fails, the report still
   * shows what was finished before.
   *
   * @param work adds to the report
   * @param report writes it
   */
  static void reporting(Runnable work, Runnable report) {
    try {
      work.run();
    } catch (RuntimeException e) {
      try {
        report.run();
      } catch (RuntimeException other) {
        e.addSuppressed(other);
      }
      throw e;
    }
    report.run();
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

  private static UncheckedIOException problem(Path place, IOException e) {
    return new UncheckedIOException(sentence(place, e), e);
  }

  private static String sentence(Path place, IOException e) {
    return "%s cannot be written (%s); choose another place".formatted(place, WholeFiles.reason(e));
  }
}
