package org.genimage.data.image;

import java.io.IOException;
import java.io.UncheckedIOException;

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
}
