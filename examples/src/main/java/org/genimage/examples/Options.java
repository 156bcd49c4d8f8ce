package org.genimage.examples;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.util.Optional;
import org.genimage.data.ErrorPolicy;
import picocli.CommandLine.Option;

/** Options that several programs have. */
final class Options {

  private Options() {}

  /** Where the images are. */
  static final class Images {

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "a folder in GenImage's layout (default: simulated images)")
    private Optional<Path> folder = Optional.empty();

    /** Returns the folder; empty if the images are to be simulated. */
    Optional<Path> folder() {
      return folder;
    }

    boolean areSimulated() {
      return folder.isEmpty();
    }
  }

  /** Where all output goes. */
  static final class Output {

    @Option(
        names = "--out",
        paramLabel = "DIR",
        description = "the folder for all output (default: ${DEFAULT-VALUE})")
    private Path folder;

    Output(String defaultFolder) {
      this.folder = Path.of(defaultFolder);
    }

    Path folder() {
      return folder;
    }

    /**
     * Checks that the folder can be written to, before any work is done.
     *
     * @throws java.io.UncheckedIOException if it cannot; the message says why
     */
    void check() {
      Outputs.checkWritable(folder);
    }

    /**
     * Checks that the folder can be written to, and that a report with its tables can be put there,
     * before any work is done.
     *
     * @throws java.io.UncheckedIOException if it cannot; the message says why
     */
    void checkReport() {
      check();
      Outputs.checkWritableFile(report());
      Outputs.checkWritable(tables());
    }

    /** Returns the file of the report. */
    Path report() {
      return resolve("report.html");
    }

    /** Returns the folder of the report's tables. */
    Path tables() {
      return resolve("tables");
    }

    /** Returns a file or folder in the output. */
    Path resolve(String name) {
      return folder.resolve(name);
    }
  }

  /** The seed of everything random. */
  static final class Seed {

    @Option(
        names = "--seed",
        paramLabel = "N",
        defaultValue = "42",
        description = "seed of all random choices (default: ${DEFAULT-VALUE})")
    private long value;

    long value() {
      return value;
    }
  }

  /** What happens to images that cannot be read. */
  static final class Unreadable {

    @Option(
        names = "--skip-unreadable",
        paramLabel = "N",
        defaultValue = "0",
        description = "skip and count up to N unreadable files (default: stop at the first)")
    private int skip;

    /**
     * Checks the number, before any work is done.
     *
     * @throws IllegalArgumentException if it is negative
     */
    void check() {
      checkArgument(skip >= 0, "--skip-unreadable must not be negative, got %s", skip);
    }

    /** Returns the most files to skip. */
    int skip() {
      return skip;
    }

    ErrorPolicy policy() {
      return ErrorPolicy.skip(skip);
    }
  }

  /**
   * Checks that a number is positive.
   *
   * @throws IllegalArgumentException if it is not; the message names the option
   */
  static void checkPositive(String option, int value) {
    checkArgument(value > 0, "%s must be positive, got %s", option, value);
  }
}
