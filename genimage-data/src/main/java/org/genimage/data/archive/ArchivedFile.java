package org.genimage.data.archive;

import com.google.common.base.Optional;
import com.google.common.io.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.genimage.data.internal.NaturalOrder;

/** The content of one image in an archive. Its checksum is verified at each reading. */
final class ArchivedFile extends ByteSource {

  private static final int STORED = 0;
  private static final int DEFLATED = 8;
  private static final int SMALL = 1 << 20;

  private final Archive archive;
  private final Archive.Entries entries;
  private final String image;

  ArchivedFile(Archive archive, Archive.Entries entries, String image) {
    this.archive = archive;
    this.entries = entries;
    this.image = image;
  }

  @Override
  public InputStream openStream() throws IOException {
    return new ByteArrayInputStream(read());
  }

  @Override
  public Optional<Long> sizeIfKnown() {
    return Optional.of((long) entries.unpacked(index()));
  }

  @Override
  public byte[] read() throws IOException {
    int index = index();
    int packed = entries.packed(index);
    int unpacked = entries.unpacked(index);
    ReadingLimits limits = archive.limits();
    if (Math.max(packed, unpacked) > limits.imageBytes()) {
      throw new IOException(
          "its %s bytes are more than the limit of %s for an image in an archive"
              .formatted(Math.max(packed, unpacked), limits.imageBytes()));
    }
    if (unpacked > SMALL && unpacked > limits.ratio() * packed) {
      throw new IOException(
          "its %s bytes are packed into %s, more than the limit of %s to one, as in a bomb"
              .formatted(unpacked, packed, limits.ratio()));
    }
    byte[] bytes = archive.packed(entries, index);
    byte[] content =
        switch (entries.method(index)) {
          case STORED -> bytes;
          case DEFLATED -> inflated(bytes, unpacked);
          default ->
              throw new IOException(
                  "packed by method %s, of which only 0 and 8 are read; unpack the archive"
                      .formatted(entries.method(index)));
        };
    CRC32 crc = new CRC32();
    crc.update(content);
    if (content.length != unpacked || (int) crc.getValue() != entries.crc(index)) {
      throw new IOException("its checksum in %s differs".formatted(archive.name()));
    }
    return content;
  }

  /** Searched only when needed, since most samples are asked for their label alone. */
  private int index() {
    return Collections.binarySearch(entries.names(), image, NaturalOrder.INSTANCE);
  }

  private byte[] inflated(byte[] packed, int length) throws IOException {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(packed);
      byte[] content = new byte[length];
      int done = 0;
      int count;
      while ((count = inflater.inflate(content, done, length - done)) > 0) {
        done += count;
      }
      if (done < length || inflater.inflate(new byte[1]) > 0) {
        throw new IOException("has another size than %s says".formatted(archive.name()));
      }
      return content;
    } catch (DataFormatException e) {
      throw new IOException("damaged in %s (%s)".formatted(archive.name(), e.getMessage()), e);
    } finally {
      inflater.end();
    }
  }
}
