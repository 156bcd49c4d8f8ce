package org.genimage.models.weights;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
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
    Optional<UnaryOperator<byte[]>> gathered) {

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

  /** Returns the floats, in a new array. */
  float[] floats() {
    return explained(this::readFloats);
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
    if (span == 0) {
      return;
    }
    try (InputStream in = content.open()) {
      in.skipNBytes(begin);
      if (gathered.isPresent()) {
        byte[] all = new byte[Math.toIntExact(span)];
        fill(in, all, all.length);
        decoder.decode(ByteBuffer.wrap(gathered.get().apply(all)).order(order), 0);
        return;
      }
      byte[] part = new byte[(int) Math.min(NumberType.PART, span)];
      for (long done = 0; done < span; done += part.length) {
        int length = (int) Math.min(part.length, span - done);
        fill(in, part, length);
        decoder.decode(ByteBuffer.wrap(part, 0, length).order(order), (int) (done / type.size()));
      }
    }
  }

  private static void fill(InputStream in, byte[] bytes, int length) throws IOException {
    if (in.readNBytes(bytes, 0, length) < length) {
      throw new EOFException("the file became shorter while it was read");
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
