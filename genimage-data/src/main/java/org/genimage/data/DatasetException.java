package org.genimage.data;

/** A dataset that is incomplete or malformed. The message says what was expected and found. */
public final class DatasetException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what was expected, what was found and what to do, with the folder's name
   */
  public DatasetException(String message) {
    super(message);
  }
}
