package org.genimage.data.internal;

import com.google.common.base.Optional;
import com.google.common.io.ByteSource;
import com.google.common.io.ByteStreams;
import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/**
 * Reads whole files, but never waits and never fills the heap: named pipes, devices and sockets are
 * refused, and so are files that are too large.
 */
public final class LimitedFiles {

  /** The largest file that is read, in bytes, however large the heap is. */
  public static final long LARGEST = 1L << 30;

  /** Java keeps as much memory for each thread that reads from a channel. */
  private static final int LARGEST_READ = 1 << 18;

  private LimitedFiles() {}

  /** A file that is not read. The message says what was found instead, and what to do. */
  public static final class UnfitFileException extends IOException {

    private static final long serialVersionUID = 1L;

    UnfitFileException(String message) {
      super(message);
    }
  }

  /** Returns the content of a regular file; another kind of file is refused when it is opened. */
  public static ByteSource of(Path file) {
    return new RegularFile(file);
  }

  /**
   * Reads the whole content.
   *
   * @throws UnfitFileException if it is longer than a gibibyte or than half of the heap, or is not
   *     a regular file
   * @throws IOException if it cannot be read
   */
  public static byte[] read(ByteSource content) throws IOException {
    try {
      return read(content, limit());
    } catch (OutOfMemoryError e) {
      UnfitFileException unfit =
          new UnfitFileException(
              "a file that needs more memory than is left; leave it out or raise -Xmx");
      unfit.initCause(e);
      throw unfit;
    }
  }

  static byte[] read(ByteSource content, long limit) throws IOException {
    Optional<Long> size = content.sizeIfKnown();
    if (size.isPresent() && size.get() > limit) {
      throw tooLarge("a file of " + size.get() + " bytes", limit);
    }
    try (InputStream in = content.openStream()) {
      if (!size.isPresent()) {
        return read(in, limit, 0);
      }
      byte[] file = read(in, size.get().intValue());
      int next = in.read();
      return next < 0 // or the file has grown since
          ? file
          : Bytes.concat(file, new byte[] {(byte) next}, read(in, limit, file.length + 1));
    }
  }

  /**
   * Reads a stream to its end, and leaves it open.
   *
   * @throws UnfitFileException if it is longer than a gibibyte or than half of the heap
   * @throws IOException if it cannot be read
   */
  public static byte[] read(InputStream content) throws IOException {
    return read(content, limit(), 0);
  }

  /** Reads so many bytes, or to the end if it comes before. */
  private static byte[] read(InputStream in, int size) throws IOException {
    byte[] bytes = new byte[size];
    int length = 0;
    int count;
    do {
      count = in.readNBytes(bytes, length, Math.min(LARGEST_READ, size - length));
      length += count;
    } while (count > 0);
    return length == size ? bytes : Arrays.copyOf(bytes, length);
  }

  /** Reads to the end, unless it comes behind the limit with those that were read before. */
  private static byte[] read(InputStream content, long limit, int before) throws IOException {
    byte[] bytes = ByteStreams.limit(content, limit - before + 1).readAllBytes();
    if (before + bytes.length > limit) {
      throw tooLarge("a longer content", limit);
    }
    return bytes;
  }

  private static long limit() {
    return Math.min(LARGEST, Runtime.getRuntime().maxMemory() / 2);
  }

  private static UnfitFileException tooLarge(String found, long limit) {
    return new UnfitFileException(
        "%s where at most %s bytes are read with this heap; leave it out%s"
            .formatted(found, limit, limit < LARGEST ? " or raise -Xmx" : ""));
  }

  private static final class RegularFile extends ByteSource {

    private final Path file;

    private RegularFile(Path file) {
      this.file = file;
    }

    @Override
    public InputStream openStream() throws IOException {
      // Opening a named pipe waits for a writer, so this comes first.
      if (Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
        throw new UnfitFileException("a named pipe, a device or a socket; leave it out");
      }
      // Unlike the stream of Files.newInputStream, this one ends when the thread is interrupted.
      return Channels.newInputStream(Files.newByteChannel(file));
    }

    @Override
    public Optional<Long> sizeIfKnown() {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.isRegularFile() ? Optional.of(attributes.size()) : Optional.absent();
      } catch (IOException e) {
        return Optional.absent();
      }
    }

    @Override
    public long size() throws IOException {
      Optional<Long> size = sizeIfKnown();
      return size.isPresent() ? size.get() : super.size();
    }

    @Override
    public byte[] read() throws IOException {
      return LimitedFiles.read(this);
    }

    @Override
    public String toString() {
      return "LimitedFiles.of(" + file + ")";
    }
  }
}
