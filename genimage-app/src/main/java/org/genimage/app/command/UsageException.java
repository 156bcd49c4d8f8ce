package org.genimage.app.command;

/** An argument is wrong, which was found before any work began. The message is for users. */
public final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** Takes one sentence: what was expected, what was found, what to do. */
  public UsageException(String message) {
    super(message);
  }
}
