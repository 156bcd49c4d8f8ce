package org.genimage.data.claims;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Expands Brotli (RFC 7932) up to a limit: 405 bytes may hold 256 MiB. The decoder is
 * org.brotli:dec, which is no module and so cannot be required by one; it is looked up by name, and
 * an application may exclude it.
 */
final class Brotli {

  private static final String DECODER = "org.brotli.dec.BrotliInputStream";

  private Brotli() {}

  /**
   * Expands a stream.
   *
   * @throws IOException if it is damaged, or expands to more bytes than the limit, or there is no
   *     decoder
   */
  static ByteBuffer expand(ByteBuffer compressed, int limit) throws IOException {
    if (limit == 0) {
      throw new DamagedException("it is compressed, and enough was expanded already");
    }
    try (InputStream stream = decoder(new ByteArrayInputStream(Bytes.copy(compressed)))) {
      byte[] expanded = stream.readNBytes(limit + 1);
      if (expanded.length > limit) {
        throw new DamagedException("it expands to more than %s bytes".formatted(limit));
      }
      return ByteBuffer.wrap(expanded);
    } catch (DamagedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new DamagedException("its compressed data are damaged");
    }
  }

  private static InputStream decoder(InputStream compressed) throws DamagedException {
    try {
      return (InputStream)
          Class.forName(DECODER).getConstructor(InputStream.class).newInstance(compressed);
    } catch (ClassNotFoundException e) {
      throw new DamagedException(
          "it is compressed, and expanding it needs org.brotli:dec; add the artifact, and on the"
              + " module path start java with --add-modules dec");
    } catch (ReflectiveOperationException e) {
      throw new DamagedException("its compressed data are damaged");
    }
  }
}
