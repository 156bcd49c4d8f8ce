package org.genimage.app.command;

/** The exit codes of all commands. */
public final class ExitCode {

  /** Everything was done. */
  public static final int DONE = 0;

  /** Some inputs failed, or the work stopped with an error. */
  public static final int FAILED = 1;

  /** The command line is wrong; nothing was begun. */
  public static final int USAGE = 2;

  /**
   * The doctor found that natural and AI images differ in format, size or quality, and that this
   * alone tells the label.
   */
  public static final int ANSWERED_BY_FORMAT = 3;

  /** The user stopped the program (Ctrl-C); the Java runtime ends with this code by itself. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
