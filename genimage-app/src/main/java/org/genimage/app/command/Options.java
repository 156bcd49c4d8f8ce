package org.genimage.app.command;

import com.google.common.base.Strings;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.genimage.data.DatasetException;
import org.genimage.data.ErrorPolicy;
import org.genimage.eval.ScoreFileException;
import org.genimage.eval.alignment.Alignment;
import org.genimage.models.Precision;
import org.genimage.models.internal.NearestNames;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options that several commands have. */
public final class Options {

  private Options() {}

  /** Where the images are. */
  static final class Images {

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "a folder in GenImage's layout (default: simulated images)")
    private Optional<Path> folder = Optional.empty();

    /**
     * Checks that the folder is there, before any work is done.
     *
     * @throws UsageException if it is not
     */
    void check() {
      folder.ifPresent(
          path ->
              Options.check(
                  Files.exists(path),
                  "--data: expected a folder, found nothing at %s; check the path",
                  path));
    }

    /** Returns the folder; empty if the images are to be simulated. */
    Optional<Path> folder() {
      return folder;
    }

    boolean areSimulated() {
      return folder.isEmpty();
    }
  }

  /** Where all output goes. */
  public static final class Output {

    @Option(
        names = "--out",
        paramLabel = "DIR",
        description = "the folder for all output (default: ${DEFAULT-VALUE})")
    private Path folder;

    /** Takes the folder that is used unless another one is given. */
    public Output(String defaultFolder) {
      this.folder = Path.of(defaultFolder);
    }

    /** Returns the folder. */
    public Path folder() {
      return folder;
    }

    /**
     * Checks that the folder can be written to, before any work is done.
     *
     * @throws UsageException if it cannot; the message says why
     */
    public void check() {
      Outputs.checkWritable(folder);
    }

    /**
     * Checks that the folder can be written to, and that a report with its tables can be put there,
     * before any work is done.
     *
     * @throws UsageException if it cannot; the message says why
     */
    public void checkReport() {
      check();
      Outputs.checkFile("--out", report(), Outputs.Kind.REPORT, List.of());
      Outputs.checkWritable(tables());
    }

    /** Returns the file of the report. */
    public Path report() {
      return resolve("report.html");
    }

    /** Returns the folder of the report's tables. */
    public Path tables() {
      return resolve("tables");
    }

    /** Returns a file or folder in the output. */
    public Path resolve(String name) {
      return folder.resolve(name);
    }
  }

  /** The seed of everything random. */
  public static final class Seed {

    @Option(
        names = "--seed",
        paramLabel = "N",
        defaultValue = "42",
        description =
            "start of all random choices: the same number gives the same result (default:"
                + " ${DEFAULT-VALUE})")
    private long value;

    /** Returns the seed. */
    public long value() {
      return value;
    }
  }

  /** The number format of the computation. */
  public static final class NumberFormat {

    @Option(
        names = "--precision",
        paramLabel = "NAME",
        defaultValue = "float32",
        description =
            "number format of the computation: float32, bfloat16 or float16 (default:"
                + " ${DEFAULT-VALUE})")
    private Precision precision = Precision.FLOAT32;

    /** Returns the format. */
    public Precision precision() {
      return precision;
    }
  }

  /** A weights file to write. */
  static final class WeightsFile {

    @Option(
        names = "--out",
        paramLabel = "FILE",
        required = true,
        description = "the file to write (.safetensors)")
    private Path file;

    /**
     * Checks that the file can be written and does not exist, before any work is done.
     *
     * @param inputs the weights that are read
     * @throws UsageException if it cannot; the message says why
     */
    void check(Collection<Path> inputs) {
      Outputs.checkFile("--out", file, Outputs.Kind.WEIGHTS, inputs);
    }

    Path file() {
      return file;
    }
  }

  /** The folder that a command looks into. */
  static final class Folder {

    @Parameters(
        paramLabel = "DIR",
        description = "a folder in GenImage's layout, unpacked or with its archives")
    private Path folder;

    /**
     * Checks that the folder is there, before any work is done.
     *
     * @throws UsageException if it is not
     */
    void check() {
      checkFolder("DIR", folder);
    }

    Path path() {
      return folder;
    }
  }

  /** Whether images are scored again after formats were made equal. */
  static final class Aligned {

    /** How all images are stored before they are scored again. */
    static final Alignment ALIGNMENT = Alignment.jpegOfBoth(96);

    @Option(
        names = "--no-aligned",
        description =
            "score the test images only as they are, not again all stored as JPEG 96; the second"
                + " scoring shows what a detector knows of formats alone, and takes as long as the"
                + " first")
    private boolean leftOut;

    boolean isWanted() {
      return !leftOut;
    }
  }

  /** What happens to images that cannot be read. */
  public static final class Unreadable {

    @Option(
        names = "--skip-unreadable",
        paramLabel = "N",
        defaultValue = "0",
        description =
            "skip and count up to N files that cannot be read (default: stop at the first)")
    private int skip;

    /**
     * Checks the number, before any work is done.
     *
     * @throws UsageException if it is negative
     */
    public void check() {
      Options.check(skip >= 0, "--skip-unreadable must not be negative, got %s", skip);
    }

    /** Returns the most files to skip. */
    int skip() {
      return skip;
    }

    /** Returns what to do with such files. */
    public ErrorPolicy policy() {
      return ErrorPolicy.skip(skip);
    }
  }

  /**
   * Checks an argument, before any work is done.
   *
   * @param format has %s for each of the values
   * @throws UsageException if it is not as it must be
   */
  public static void check(boolean fine, String format, Object... values) {
    if (!fine) {
      throw new UsageException(Strings.lenientFormat(format, values));
    }
  }

  /**
   * Checks that a folder is there, before any work is done.
   *
   * @param name the argument that names it
   * @throws UsageException if not
   */
  static void checkFolder(String name, Path folder) {
    check(
        Files.isDirectory(folder),
        "%s: expected a folder, found %s at %s; check the path",
        name,
        Files.exists(folder) ? "a file" : "nothing",
        folder);
  }

  /**
   * Checks that a file is there that should have weights.
   *
   * @param option that names it
   * @throws UsageException if not
   */
  public static void checkWeights(String option, Path file) {
    check(
        Files.exists(file),
        "%s: expected weights, found nothing at %s; check the path",
        option,
        file);
  }

  /**
   * Reads weights that an option names, before any work is done.
   *
   * @throws UsageException if they cannot be read, or are none of the detector
   */
  public static Weights reading(String option, Supplier<Weights> weights) {
    try {
      return weights.get();
    } catch (WeightsException e) {
      throw new UsageException("%s: %s".formatted(option, words(e)));
    }
  }

  /**
   * Opens what an argument names, before any work is done. What is refused then is a mistake of the
   * command line.
   *
   * @throws UsageException if it is not as it must be
   */
  public static <T> T opening(Supplier<T> place) {
    try {
      return place.get();
    } catch (WeightsException
        | DatasetException
        | ScoreFileException
        | UncheckedIOException
        | IllegalArgumentException e) {
      throw new UsageException(words(e));
    }
  }

  /** What the library advises, for programs, and what helps who uses the commands. */
  private static final Map<String, String> ADVICE =
      Map.of(
          "name more that starts fresh, or drop it with without",
          "give published ImageNet weights of this network",
          "load them into that detector",
          "leave out --detector",
          "load them into it",
          "name it with --detector",
          "give both files, as in load(List.of(network, head))",
          "join both files with 'genimage weights convert'",
          "download it, or give network, head and input with FolderOptions",
          "download it, or give a file of weights",
          "load the folder of the detector with FolderOptions.NONE.adapter(folder)",
          "give the folder of the detector: only the library adds adapters",
          "choose with FolderOptions.NONE.weights(name)",
          "leave one in the folder",
          "give the input with FolderOptions.NONE.input(contract)",
          "only the library can be told its input",
          "say which output means AI, as in FolderOptions.NONE.head(Head.AI_NATURE)",
          "only the library can be told which output means AI",
          "give the network with FolderOptions.NONE.network(network), or",
          "only the library can be told its network;");

  /** Returns why something is refused, with advice for the command line. */
  private static String words(RuntimeException problem) {
    String text = String.valueOf(problem.getMessage());
    for (Map.Entry<String, String> advice : ADVICE.entrySet()) {
      text = text.replace(advice.getKey(), advice.getValue());
    }
    return text;
  }

  /** Returns the end of a sentence that suggests a name like a mistyped one; empty if none is. */
  static String suggestion(String name, Collection<String> known) {
    String plain = name.toLowerCase(Locale.ROOT);
    return NearestNames.to(plain, known.stream().map(one -> one.toLowerCase(Locale.ROOT)).toList())
        .stream()
        .findFirst()
        .filter(near -> NearestNames.distance(plain, near) <= (1 + plain.length()) / 3)
        .map(near -> "; did you mean %s?".formatted(near))
        .orElse("");
  }

  /**
   * Checks that a number is positive.
   *
   * @throws UsageException if it is not; the message names the option
   */
  public static void checkPositive(String option, int value) {
    check(value > 0, "%s must be positive, got %s", option, value);
  }
}
