package org.genimage.data.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/** An image that could not be read or decoded. The message names the file, and what to do. */
public final class UnreadableImageException extends UncheckedIOException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was expected, what was found and what to do, with the file's name
   * @param cause the failure below
   */
  public UnreadableImageException(String message, IOException cause) {
    super(message, cause);
  }

  /**
   * Creates the exception for content that no lower layer complained about.
   *
   * @param message what was expected, what was found and what to do, with the file's name
   */
  public UnreadableImageException(String message) {
    super(message, new IOException(message));
  }

  /**
   * Works on an image. What the image cannot bear, and more memory than there is, is that image's
   * failure.
   *
   * @param name of the image; the message of such a failure begins with it
   * @param work whose failures have no name yet
   * @throws UnreadableImageException if the work fails in this way
   */
  public static <T> T naming(String name, Supplier<T> work) {
    try {
      return work.get();
    } catch (UnreadableImageException e) {
      throw new UnreadableImageException(name + ": " + e.getMessage(), e.getCause());
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw new UnreadableImageException(
          "%s: expected an image whose preparation fits into memory, found that it needs more (%s)"
                  .formatted(name, e.getMessage())
              + "; leave it out or raise -Xmx",
          new IOException(e.toString(), e));
    }
  }
}
