package org.genimage.data.archive;

import com.google.common.collect.ImmutableList;
import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The volumes of one archive as one sequence of bytes. Each reading opens its own channels: a
 * shared channel would be closed by the first interrupted thread, and would need an owner.
 */
final class Volumes {

  private final ImmutableList<Path> files;
  private final long[] starts; // and the end of the last

  private Volumes(ImmutableList<Path> files, long[] starts) {
    this.files = files;
    this.starts = starts;
  }

  static Volumes of(List<Path> files) throws IOException {
    long[] starts = new long[files.size() + 1];
    for (int i = 0; i < files.size(); i++) {
      starts[i + 1] = starts[i] + Files.size(files.get(i));
    }
    return new Volumes(ImmutableList.copyOf(files), starts);
  }

  int count() {
    return files.size();
  }

  long length() {
    return starts[files.size()];
  }

  /** Returns where a volume, counted from 0, starts. */
  long start(int volume) throws IOException {
    if (volume < 0 || volume >= files.size()) {
      throw new IOException(
          "refers to volume %s of %s; get it again"
              .formatted(Integer.toUnsignedLong(volume) + 1, files.size()));
    }
    return starts[volume];
  }

  /** Returns some bytes, little-endian. */
  ByteBuffer read(long position, int length) throws IOException {
    if (position < 0 || position > length() - length) {
      throw new EOFException("refers to bytes beyond the end of " + last());
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    for (int volume = volumeAt(position); bytes.hasRemaining(); volume++) {
      int end = (int) Math.min(length, starts[volume + 1] - position);
      bytes.limit(end);
      Path file = files.get(volume);
      try (SeekableByteChannel channel = Files.newByteChannel(file)) {
        channel.position(position + bytes.position() - starts[volume]);
        while (bytes.hasRemaining()) {
          if (channel.read(bytes) < 0) {
            throw new EOFException(file + " became shorter");
          }
        }
      } catch (NoSuchFileException e) {
        throw new IOException(file + " is gone", e);
      }
      bytes.limit(length);
    }
    return bytes.flip();
  }

  /** Returns a stream of the bytes from a position to the end. */
  InputStream stream(long position) throws IOException {
    int first = volumeAt(position);
    return ByteSource.concat(
            files.subList(first, files.size()).stream().map(MoreFiles::asByteSource).toList())
        .slice(position - starts[first], Long.MAX_VALUE)
        .openBufferedStream();
  }

  Path last() {
    return files.get(files.size() - 1);
  }

  private int volumeAt(long position) {
    int found = Arrays.binarySearch(starts, position);
    int volume = found >= 0 ? found : -found - 2;
    while (volume + 1 < files.size() && starts[volume + 1] == position) {
      volume++; // an empty volume holds nothing
    }
    return volume;
  }
}
