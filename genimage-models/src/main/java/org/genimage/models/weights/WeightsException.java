package org.genimage.models.weights;

/**
 * Weights that cannot be read, or do not fit their detector. The message says what was expected,
 * what was found and what to do.
 */
public final class WeightsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was expected, what was found and what to do, with the file's name
   */
  public WeightsException(String message) {
    super(message);
  }

  /**
   * Creates the exception for a failure below.
   *
   * @param message what was expected, what was found and what to do, with the file's name
   * @param cause the failure
   */
  public WeightsException(String message, Throwable cause) {
    super(message, cause);
  }
}
