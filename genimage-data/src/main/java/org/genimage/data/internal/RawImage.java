package org.genimage.data.internal;

import com.google.common.base.Optional;
import com.google.common.io.ByteSource;
import com.google.common.primitives.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** An image that is stored without compression; to others its bytes are those of a PPM file. */
public abstract class RawImage extends ByteSource {

  /** Returns the width in pixels. */
  public abstract int width();

  /** Returns the height in pixels. */
  public abstract int height();

  /**
   * Returns a new array with the pixels, {@code [height, width, 3]}, row-major, 0 to 255 unsigned.
   *
   * @throws IOException if they cannot be read or are damaged
   */
  public abstract byte[] rgb() throws IOException;

  @Override
  public final byte[] read() throws IOException {
    return Bytes.concat(header(), rgb());
  }

  @Override
  public final InputStream openStream() throws IOException {
    return new ByteArrayInputStream(read());
  }

  @Override
  public final Optional<Long> sizeIfKnown() {
    return Optional.of(header().length + 3L * width() * height());
  }

  /** Returns what a PPM file has before the pixels. */
  protected final byte[] header() {
    return ("P6\n" + width() + " " + height() + "\n255\n").getBytes(StandardCharsets.US_ASCII);
  }
}
