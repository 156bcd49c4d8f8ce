package org.genimage.data.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.internal.WholeFiles;

/**
 * Another Java process with the test's class path: one that wants the same output as the test, or
 * is killed while it writes. It prints {@link #BEGUN} when it has come so far, and goes on when its
 * input is closed. Closing this kills it.
 */
public final class OtherProcess implements AutoCloseable {

  /** The line that says that the process has come so far. */
  public static final String BEGUN = "begun";

  private static final long SECONDS = 60;

  private final Process process;

  private OtherProcess(Process process) {
    this.process = process;
  }

  /** Starts a program, and waits until it has begun. */
  public static OtherProcess begun(Class<?> program, Object... arguments) {
    OtherProcess other = started(program, arguments);
    try {
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(other.process.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      if (!BEGUN.equals(line)) {
        other.close();
        throw new AssertionError("the other process did not begin but said " + line);
      }
    } catch (IOException e) {
      other.close();
      throw new UncheckedIOException(e);
    }
    return other;
  }

  /** Starts a program. */
  public static OtherProcess started(Class<?> program, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    try {
      return new OtherProcess(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a process that holds the lock of an output. */
  public static OtherProcess locking(Path output) {
    return begun(Locking.class, output);
  }

  /** Starts a process that writes a file: "new", and " content" when it goes on. */
  public static OtherProcess writing(Path file) {
    return begun(Writing.class, file);
  }

  /** Starts a process that writes a file into a new folder, and then waits. */
  public static OtherProcess filling(Path folder) {
    return begun(Filling.class, folder);
  }

  /** Says from inside such a process that it has begun, and waits until it may go on. */
  public static void awaitGoingOn() throws IOException {
    System.out.println(BEGUN);
    System.out.flush();
    System.in.read();
  }

  /** Lets it go on; returns its exit value. */
  public int finish() throws IOException, InterruptedException {
    process.getOutputStream().close();
    return exitValue();
  }

  /** Waits for its end; returns its exit value. */
  public int exitValue() throws InterruptedException {
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the other process does not end");
    }
    return process.exitValue();
  }

  /** Kills it, and waits for its end. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Holds a lock. */
  static final class Locking {

    private Locking() {}

    public static void main(String[] arguments) throws IOException {
      OutputLock lock = OutputLock.of(Path.of(arguments[0])).orElseThrow();
      try (lock) {
        awaitGoingOn();
      }
    }
  }

  /** Writes a file. */
  static final class Writing {

    private Writing() {}

    public static void main(String[] arguments) throws IOException {
      WholeFiles.write(
          Path.of(arguments[0]),
          channel -> {
            channel.write(ByteBuffer.wrap("new".getBytes(StandardCharsets.UTF_8)));
            awaitGoingOn();
            channel.write(ByteBuffer.wrap(" content".getBytes(StandardCharsets.UTF_8)));
          });
    }
  }

  /** Fills a folder. */
  static final class Filling {

    private Filling() {}

    public static void main(String[] arguments) throws IOException {
      WholeFiles.folderAlone(
          Path.of(arguments[0]),
          part -> {
            Files.writeString(part.resolve("first"), "first");
            awaitGoingOn();
          });
    }
  }
}
