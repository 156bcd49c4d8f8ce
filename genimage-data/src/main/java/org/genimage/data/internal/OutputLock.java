package org.genimage.data.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps two writers from one output, in one process or in several. The lock is on an empty file
 * beside the output, called {@code .NAME.lock}: POSIX systems drop a lock as soon as its process
 * closes any other descriptor of the locked file, so the output itself can be read meanwhile. The
 * system releases the lock of a killed process. The empty file stays, because removing it would let
 * two processes lock two files of one name.
 */
public final class OutputLock implements Closeable {

  private static final Set<Path> HELD = new HashSet<>();

  private final Path held;
  private final FileChannel channel;

  private OutputLock(Path held, FileChannel channel) {
    this.held = held;
    this.channel = channel;
  }

  /**
   * Locks an output. Its folder must exist; the output need not.
   *
   * @param output a file or folder
   * @return the lock; empty if another writer has it
   * @throws IOException if the lock cannot be written beside the output
   */
  public static Optional<OutputLock> of(Path output) throws IOException {
    Path place = place(output);
    synchronized (HELD) {
      if (!HELD.add(place)) {
        return Optional.empty();
      }
    }
    Optional<OutputLock> lock = Optional.empty();
    try {
      lock = lock(place);
    } finally {
      if (lock.isEmpty()) {
        release(place);
      }
    }
    return lock;
  }

  /**
   * Locks an output, and creates its folder if it is missing.
   *
   * @throws WholeFiles.FileInUseException if another writer has it
   * @throws IOException if the lock cannot be written beside the output
   */
  public static OutputLock alone(Path output) throws IOException {
    Files.createDirectories(output.toAbsolutePath().getParent());
    Optional<OutputLock> lock = of(output);
    if (lock.isEmpty()) {
      throw new WholeFiles.FileInUseException(output);
    }
    return lock.get();
  }

  private static Path place(Path output) throws IOException {
    Path target = output.toAbsolutePath();
    Path real =
        Files.exists(target)
            ? target.toRealPath()
            : target.getParent().toRealPath().resolve(target.getFileName());
    return real.resolveSibling("." + real.getFileName() + ".lock");
  }

  private static Optional<OutputLock> lock(Path place) throws IOException {
    FileChannel channel =
        FileChannel.open(place, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false; // this class was loaded twice in one process
    } catch (UnsupportedOperationException e) {
      locked = true; // a file system in memory, which no other process sees
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    return locked ? Optional.of(new OutputLock(place, channel)) : Optional.empty();
  }

  private static void release(Path place) {
    synchronized (HELD) {
      HELD.remove(place);
    }
  }

  /** Releases the lock. Calling it again does nothing. */
  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } finally {
      release(held);
    }
  }
}
