package org.genimage.app.command;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Stream;
import org.genimage.data.internal.OutputLock;
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
   * A kind of file that commands write. A file of one's own kind is replaced, never another: who
   * mistypes a name must not lose a photograph.
   */
  public enum Kind {
    /** A page of explanations. */
    EXPLANATIONS(
        "no file but a page of explanations",
        "<!DOCTYPEhtml>",
        "<title>Scoresandwheretheycomefrom"),
    /** A report. */
    REPORT("no file but a report of genimage", "<!DOCTYPEhtml>", "--paper:"),
    /** The doctor's report. */
    DOCTOR("no file but a report of 'genimage doctor'", "{\"subsets\":", ""),
    /** A list of images to leave out. */
    QUARANTINE("no file but a list of 'genimage doctor'", "#genimagequarantine,", ""),
    /** The state of the doctor's examination. */
    STATE("no file but the state of an examination", "genimageexamination", ""),
    /** The table of all runs on images of one's own. */
    REAL_TABLE("no file but a table of 'genimage real-images'", "|Detector|Test|Seed|", ""),
    /** The figures of a run on images of one's own. */
    REAL_FIGURES("no file but figures of 'genimage real-images'", "{\"detector\":", ""),
    /** The hashes of a leaderboard's images. */
    HASHES("no file but a list of 'genimage leaderboard'", "name,label,generator,sha256", ""),
    /** Weights, which are never replaced: to train them again may take days. */
    WEIGHTS("no file", "", "");

    private static final int READ = 4096; // bytes, more than the heads of pages have

    private final String words;
    private final String begin;
    private final String mark;

    Kind(String words, String begin, String mark) {
      this.words = words;
      this.begin = begin;
      this.mark = mark;
    }

    private boolean isOf(Path file) throws IOException {
      if (this == WEIGHTS) {
        return false;
      }
      try (InputStream in = Files.newInputStream(file)) {
        String text =
            new String(in.readNBytes(READ), StandardCharsets.UTF_8).replaceAll("\\s+", "");
        return text.startsWith(begin) && text.contains(mark);
      }
    }
  }

  /**
   * Checks that a file can be written and that nothing is lost by it, before any work is done: it
   * is none of those that the command reads, also under another name, and what is there is of the
   * kind that the command writes, or empty.
   *
   * @param option that names the file
   * @param inputs what the command reads; what does not exist is passed over
   * @throws UsageException if not; the message says why
   */
  public static void checkFile(String option, Path file, Kind kind, Collection<Path> inputs) {
    checkApart(option, file, inputs);
    try {
      if (Files.exists(file) && !Files.isDirectory(file)) {
        Options.check(
            Files.isRegularFile(file) && (Files.size(file) == 0 || kind.isOf(file)),
            "%s: expected %s at %s, found a file that is not replaced; choose another name, or remove"
                + " it",
            option,
            kind.words,
            file);
      }
    } catch (IOException e) {
      throw new UsageException(sentence(file, e));
    }
    checkWritableFile(file);
  }

  /**
   * Checks that weights to write take the place of no others but those of an earlier run, before
   * any work is done.
   *
   * @param own whether an earlier run left other files of its own there
   * @throws UsageException if others are there
   */
  public static void checkOwnWeights(String command, Path file, boolean own) {
    Options.check(
        own || !Files.isRegularFile(file),
        "--out: expected no weights but those of an earlier %s at %s, found others; choose another"
            + " folder, or remove them",
        command,
        file);
  }

  /**
   * Keeps other processes from writing a folder, before any work is done. An empty file {@code
   * .NAME.lock} beside it stays.
   *
   * @param option that names the folder
   * @return the lock, to be closed at the end
   * @throws UsageException if another process writes it, or no lock can be made beside it
   */
  public static OutputLock lock(String option, Path folder) {
    try {
      return OutputLock.alone(folder);
    } catch (WholeFiles.FileInUseException e) {
      throw new UsageException(
          "%s: expected a folder that no other run writes, found %s in use; wait for the end of the"
                  .formatted(option, folder)
              + " other run, or choose another folder");
    } catch (IOException e) {
      throw new UsageException(sentence(folder, e));
    }
  }

  /**
   * Checks that a file to write is none of those that the command reads, also under another name.
   *
   * @param option that names the file
   * @param inputs what does not exist is passed over
   * @throws UsageException if it is one
   */
  public static void checkApart(String option, Path file, Collection<Path> inputs) {
    for (Path input : inputs) {
      Options.check(
          !isSame(file, input),
          "%s: expected a file to write, found %s, which the command reads; choose another name",
          option,
          file);
    }
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
    } catch (IOException e) {
      throw new UsageException(sentence(one, e));
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
   * Checks that a folder can be made, or filled if it exists and is empty.
   *
   * @throws UsageException if it cannot; the message says why
   */
  static void checkNewFolder(Path folder) {
    checkFolder(folder);
    boolean exists = Files.exists(folder);
    try (Stream<Path> content = exists ? Files.list(folder) : Stream.empty()) {
      Options.check(
          content.findAny().isEmpty(),
          "%s: expected no folder or an empty one, found one with files; choose another",
          folder);
    } catch (IOException e) {
      throw new UsageException(sentence(folder, e));
    }
    try {
      WholeFiles.checkWritable(exists ? folder : folder.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UsageException(sentence(folder, e));
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
    String reason =
        e instanceof NoSuchFileException // names a file that the user does not know
            ? "no file can be made there"
            : WholeFiles.reason(e);
    return "%s cannot be written (%s); choose another place".formatted(place, reason);
  }
}
