package org.genimage.eval;

/** A score file that is malformed or belongs to another evaluation. The message says what to do. */
public final class ScoreFileException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message the file, what was expected, what was found and what to do
   */
  public ScoreFileException(String message) {
    super(message);
  }
}
