package org.genimage.data.claims;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.LimitedFiles;

/**
 * Reads what image files say of their own origin: C2PA manifests, IPTC's fields in XMP, parameters
 * of generators in PNG texts and EXIF, the camera.
 *
 * <pre>{@code
 * FileClaims claims = Claims.of(Path.of("photo.jpg"));
 * String words = claims.summary();
 * }</pre>
 *
 * <p>Nothing is verified, and no claim changes a score. Absent claims mean nothing: most services
 * strip metadata.
 */
public final class Claims {

  private Claims() {}

  /**
   * Reads the claims of a file. No pixel is decoded, but of a PNG file with alpha the first rows,
   * and no address is followed.
   *
   * @throws UnreadableImageException if the file cannot be read, is larger than a gibibyte or half
   *     of the heap, or is not a regular file. Damaged metadata are no failure, but warnings.
   * @throws CancellationException if this thread is interrupted while it reads
   */
  public static FileClaims of(Path file) {
    try {
      return of(LimitedFiles.of(file).read());
    } catch (IOException e) {
      Interruption.check(e, "reading " + file);
      throw new UnreadableImageException(
          "expected an image file, found %s: %s".formatted(e.getMessage(), file), e);
    }
  }

  /**
   * Reads the claims in the content of a file, in memory that is bounded by the content's length
   * and a few mebibytes. It fails for no content: what is damaged or not read becomes a warning.
   *
   * @param file the whole file; it is not changed
   */
  public static FileClaims of(byte[] file) {
    return ClaimsReader.read(ByteBuffer.wrap(requireNonNull(file, "file")).asReadOnlyBuffer());
  }

  /**
   * Returns a text for a terminal or a log: control characters, direction marks and other invisible
   * characters become escapes such as &#92;u202e; line breaks and tabs stay. Markup stays, too, so
   * a page must escape it.
   */
  public static String visible(String text) {
    return Texts.visible(text);
  }
}
