package org.genimage.data.internal;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Answers that take a while to find out and stay the same on one machine, kept in the folder into
 * which TensorFlow's native library is unpacked. An answer counts for the processor, the
 * environment and the versions with which it was found, and no others: they are kept beside it,
 * word for word.
 */
public final class Remembered {

  private static final System.Logger LOGGER = System.getLogger(Remembered.class.getName());
  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

  private static final Pattern KIND =
      Pattern.compile(
          "(vendor_id|cpu family|model|model name|stepping|microcode|flags|Features|CPU [a-z]+)\\s*:.*");

  private final Path processor;
  private final Optional<Path> folder;

  Remembered(Path processor, Optional<Path> folder) {
    this.processor = processor;
    this.folder = folder;
  }

  /** Returns the answers of this machine. */
  public static Remembered here() {
    return new Remembered(PROCESSOR, folder());
  }

  private static Optional<Path> folder() {
    try {
      return Optional.of(NativeRuntime.cache().resolve("genimage"));
    } catch (IllegalStateException e) { // no folder can be written, or others can write it, too
      return Optional.empty();
    }
  }

  /**
   * Returns whether something holds on this machine. A yes is remembered; a no is found out anew
   * each time, because it may come from a lack of memory.
   *
   * @param question names the file in which the answer is kept
   * @param versions what the answer depends on, beside the processor and the environment
   * @param attempt finds out
   */
  public boolean holds(String question, String versions, BooleanSupplier attempt) {
    Optional<Path> file = folder.map(place -> place.resolve(question + ".txt"));
    Optional<String> circumstances =
        processor().map(found -> found + environment() + versions + "\n");
    if (file.isEmpty() || circumstances.isEmpty()) {
      return attempt.getAsBoolean();
    }
    if (isWritten(file.get(), circumstances.get())) {
      return true;
    }
    boolean answer = attempt.getAsBoolean();
    if (answer) {
      Interruption.deferred(() -> write(file.get(), circumstances.get()));
    }
    return answer;
  }

  /**
   * Returns whether Linux uses a word in what it says of the processors; elsewhere the answer is
   * no.
   */
  public static boolean processorSays(String word) {
    try {
      return text(PROCESSOR).contains(word);
    } catch (IOException e) { // another system
      return false;
    }
  }

  /** Not by a channel, which an interrupt would close: the answer is kept for the whole process. */
  private static String text(Path file) throws IOException {
    try (InputStream in = new FileInputStream(file.toFile())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static boolean isWritten(Path file, String text) {
    try {
      return text(file).equals(text);
    } catch (IOException e) { // none yet, or one that is no text
      return false;
    }
  }

  private static void write(Path file, String text) {
    try {
      WholeFiles.write(file, text);
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "{0}: cannot be written ({1})", file, e);
    }
  }

  /** What Linux says of the first processor's kind. */
  private Optional<String> processor() {
    try {
      return Optional.of(
          text(processor)
              .lines()
              .takeWhile(line -> !line.isBlank())
              .filter(line -> KIND.matcher(line).matches())
              .collect(Collectors.joining("\n", "", "\n")));
    } catch (IOException e) { // another system
      return Optional.empty();
    }
  }

  /** Only variables that choose ops; others with TF in their name are other programs' secrets. */
  private static String environment() {
    return new TreeMap<>(System.getenv())
        .entrySet().stream()
            .filter(entry -> entry.getKey().matches("(TF_ENABLE|TF_ONEDNN|ONEDNN|DNNL)_.*"))
            .map(entry -> "%s=%s\n".formatted(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining());
  }
}
