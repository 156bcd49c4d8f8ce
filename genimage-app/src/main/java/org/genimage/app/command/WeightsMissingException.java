package org.genimage.app.command;

/** Published weights could not be downloaded. The message says how to get them otherwise. */
public final class WeightsMissingException extends RuntimeException {

  private static final long serialVersionUID = 1;

  WeightsMissingException(String message, Throwable cause) {
    super(message, cause);
  }
}
