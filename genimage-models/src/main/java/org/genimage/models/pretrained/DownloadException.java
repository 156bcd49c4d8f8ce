package org.genimage.models.pretrained;

/**
 * Published weights that could not be had, or are not those that were published. The message is one
 * sentence: the file, what was found, what to do, and where to put the file by hand.
 */
public final class DownloadException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DownloadException(String message) {
    super(message);
  }

  DownloadException(String message, Throwable cause) {
    super(message, cause);
  }
}
