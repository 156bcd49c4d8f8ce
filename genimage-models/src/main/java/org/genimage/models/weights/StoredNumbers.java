package org.genimage.models.weights;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.genimage.data.internal.Interruption;
import org.genimage.models.nn.FloatSource;

/**
 * An array's numbers where its file has them. They are read whenever they are asked for, a part at
 * a time, so that no second copy of an array is in memory, and the file is closed afterwards: there
 * is nothing to close, and the file can be deleted on every system.
 *
 * @param state the file, which must not have changed when they are read
 * @param content what the array is a part of
 * @param begin the position in the content of the first byte
 * @param span the number of bytes from the first to the last one used
 * @param gathered gives the array's bytes, row-major, of those of the span; empty if they are the
 *     same
 */
record StoredNumbers(
    FileState state,
    Content content,
    long begin,
    long span,
    NumberType type,
    ByteOrder order,
    List<Integer> shape,
    Optional<UnaryOperator<byte[]>> gathered)
    implements FloatSource {

  /** A file, or a record in it. */
  interface Content {

    /** Opens it at its first byte. */
    InputStream open() throws IOException;

    /** Returns a file from a position on. */
    static Content of(Path file, long begin) {
      return () -> {
        FileChannel channel = FileChannel.open(file);
        try {
          return Channels.newInputStream(channel.position(begin));
        } catch (IOException | RuntimeException e) {
          channel.close();
          throw e;
        }
      };
    }
  }

  /** Returns the floats, which are read a part at a time while the file is open. */
  @Override
  public Reader open() {
    Parts parts = explained(() -> new Parts());
    int[] left = {count()};
    return new Reader() {
      @Override
      public void read(float[] into, int at, int count) {
        explained(
            () -> {
              parts.read(count, (bytes, done) -> type.decode(bytes, into, at + done));
              return into;
            });
        left[0] -= count;
        if (left[0] == 0) {
          state.check();
        }
      }

      @Override
      public void close() {
        explained(
            () -> {
              parts.close();
              return parts;
            });
      }
    };
  }

  /** Returns the integers, in a new array. */
  long[] longs() {
    return explained(this::readLongs);
  }

  float[] readFloats() throws IOException {
    float[] values = new float[count()];
    readParts((bytes, at) -> type.decode(bytes, values, at));
    return values;
  }

  long[] readLongs() throws IOException {
    long[] values = new long[count()];
    readParts((bytes, at) -> type.decode(bytes, values, at));
    return values;
  }

  /** Returns the SHA-256 of the bytes in the file, in hexadecimal. */
  String readHash() throws IOException {
    Hasher hasher = Hashing.sha256().newHasher();
    readParts((bytes, at) -> hasher.putBytes(bytes));
    return hasher.hash().toString();
  }

  private int count() {
    return Math.toIntExact(NumberType.count(shape));
  }

  private interface Decoder {
    void decode(ByteBuffer part, int at);
  }

  private void readParts(Decoder decoder) throws IOException {
    try (Parts parts = new Parts()) {
      parts.read(count(), decoder);
    }
  }

  /** The array's bytes, row-major, one part after the other. */
  private final class Parts implements Closeable {

    private final byte[] part;
    private final InputStream in;

    Parts() throws IOException {
      part = new byte[(int) Math.min(NumberType.PART, type.bytes(shape))];
      InputStream opened = part.length == 0 ? InputStream.nullInputStream() : content.open();
      try {
        opened.skipNBytes(part.length == 0 ? 0 : begin);
        in = gathered.isPresent() ? new ByteArrayInputStream(gathered(opened)) : opened;
      } catch (IOException | RuntimeException e) {
        opened.close();
        throw e;
      }
      if (in != opened) {
        opened.close();
      }
    }

    private byte[] gathered(InputStream opened) throws IOException {
      byte[] all = new byte[Math.toIntExact(span)];
      fill(opened, all, all.length);
      return gathered.orElseThrow().apply(all);
    }

    /** Hands on the bytes of the next numbers, with how many of these were handed on before. */
    void read(int count, Decoder decoder) throws IOException {
      int done = 0;
      while (done < count) {
        int numbers = Math.min(part.length / type.size(), count - done);
        fill(in, part, numbers * type.size());
        decoder.decode(ByteBuffer.wrap(part, 0, numbers * type.size()).order(order), done);
        done += numbers;
      }
    }

    private static void fill(InputStream in, byte[] bytes, int length) throws IOException {
      if (in.readNBytes(bytes, 0, length) < length) {
        throw new EOFException("the file became shorter while it was read");
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private <T> T explained(Reading<T> reading) {
    try {
      T read = reading.read();
      state.check();
      return read;
    } catch (IOException e) {
      Interruption.check(e, state.file() + " was being read");
      state.check();
      throw new WeightsException(
          "%s: expected to read %s bytes of it again, got %s; check the disk"
              .formatted(state.file(), span, WeightsFormat.reason(e)),
          e);
    }
  }
}
