package org.genimage.app.command;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.genimage.data.formats.FileFormat;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;

/**
 * Another program of the system that decodes HEIC and AVIF, such as libheif's {@code heif-dec}. It
 * is started without a shell, with two arguments: the file, and a PNG file to write. Which pixels
 * it writes depends on its version, so scores of them may differ between machines.
 *
 * @param program its file
 * @param time after which it is stopped
 * @param bytes of output after which it is stopped
 */
record ExternalDecoder(Path program, Duration time, long bytes) {

  private static final Duration TIME = Duration.ofMinutes(1);
  private static final long BYTES = 1L << 30;
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration END = Duration.ofSeconds(10); // of a process that was killed
  private static final int LONGEST_REASON = 200;

  /** An explanation of failure is at the end of what a program says. */
  private static final int WORDS = 4096; // bytes

  /**
   * Finds a program.
   *
   * @param name of a program, or a path to it
   * @param folders where programs are, as the environment's PATH has them
   * @throws UsageException if there is none
   */
  static ExternalDecoder find(String name, String folders) {
    Stream<String> places =
        name.contains("/") || name.contains(File.separator)
            ? Stream.of(name)
            : Stream.of(folders.split(File.pathSeparator)).map(place -> place + "/" + name);
    return places
        .flatMap(place -> Stream.of(place, place + ".exe"))
        .map(ExternalDecoder::path)
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst()
        .map(file -> new ExternalDecoder(file.toAbsolutePath(), TIME, BYTES))
        .orElseThrow(
            () ->
                new UsageException(
                    "--external-decoder: expected a program such as heif-dec, found no '%s' on the PATH;"
                            .formatted(name)
                        + " install the tools of libheif (package libheif-examples on Debian), where it"
                        + " may be called heif-convert"));
  }

  private static Path path(String place) {
    try {
      return Path.of(place);
    } catch (InvalidPathException e) {
      throw new UsageException(
          "--external-decoder: expected a program, found '%s'".formatted(place));
    }
  }

  /** Returns whether a file begins as HEIC or AVIF. One that cannot be read does not. */
  static boolean isFor(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return FileFormat.unreadable(in.readNBytes(FileFormat.LONGEST))
          .filter(Set.of("AVIF", "HEIC")::contains)
          .isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the name of the program. */
  String name() {
    return program.getFileName().toString();
  }

  /**
   * Decodes a file.
   *
   * @throws UnreadableImageException if the program fails, takes too long or writes too much
   */
  Image decode(Path file) {
    try {
      Path folder = Files.createTempDirectory("genimage-decoded");
      try {
        return decode(file, folder);
      } finally {
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw problem(file, "an error (%s)".formatted(e.getMessage()));
    }
  }

  private Image decode(Path file, Path folder) throws IOException {
    Path words = folder.resolve("words.txt");
    // An absolute path is no option, whatever the file is called.
    Process process =
        new ProcessBuilder(
                program.toString(),
                file.toAbsolutePath().toString(),
                folder.resolve("image.png").toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(words.toFile())
            .start();
    process.getOutputStream().close();
    try {
      await(process, file, folder);
    } finally {
      end(process);
    }
    if (process.exitValue() != 0) {
      throw problem(file, "exit code %s%s".formatted(process.exitValue(), reason(words)));
    }
    return Image.read(file + " by " + name(), MoreFiles.asByteSource(image(file, folder)));
  }

  /** Kills a process and those that it started, and waits until they are gone. */
  private static void end(Process process) {
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    CompletableFuture.allOf(
            all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
        .completeOnTimeout(null, END.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  private void await(Process process, Path file, Path folder) throws IOException {
    long begin = System.nanoTime();
    try {
      while (!process.waitFor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        if (System.nanoTime() - begin > time.toNanos()) {
          throw problem(file, "none after %s s".formatted(time.toSeconds()));
        }
        checkSize(file, folder);
      }
      checkSize(file, folder);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (CancellationException)
          new CancellationException(file + " was being decoded").initCause(e);
    }
  }

  private void checkSize(Path file, Path folder) throws IOException {
    long size = 0;
    for (Path written : files(folder)) {
      size += Files.isRegularFile(written) ? Files.size(written) : 0;
    }
    if (size > bytes) {
      throw problem(file, "more than %s bytes of output".formatted(bytes));
    }
  }

  /** A file with several images becomes several files, image-1.png and so on; the first counts. */
  private Path image(Path file, Path folder) throws IOException {
    return files(folder).stream()
        .filter(written -> written.getFileName().toString().endsWith(".png"))
        .findFirst()
        .orElseThrow(() -> problem(file, "no file that it wrote"));
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> written = Files.list(folder)) {
      return written.sorted().toList();
    }
  }

  private static String reason(Path words) throws IOException {
    String text;
    try (FileChannel channel = FileChannel.open(words)) {
      channel.position(Math.max(0, channel.size() - WORDS));
      byte[] end = Channels.newInputStream(channel).readNBytes(WORDS);
      text = new String(end, StandardCharsets.ISO_8859_1).strip();
    }
    String last = text.substring(text.lastIndexOf('\n') + 1);
    return last.isEmpty() ? "" : ": " + last.substring(0, Math.min(LONGEST_REASON, last.length()));
  }

  private UnreadableImageException problem(Path file, String found) {
    return new UnreadableImageException(
        "%s: expected an image from %s, found %s; convert it to PNG in another way"
            .formatted(file, name(), found));
  }
}
