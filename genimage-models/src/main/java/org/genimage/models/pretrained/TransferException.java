package org.genimage.models.pretrained;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A file that did not arrive as it should. The message says what was found, without subject. */
final class TransferException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Whether another attempt may succeed. */
  enum Kind {
    /** It meets the same. */
    LASTING,
    /** It may, after a pause. */
    PASSING,
    /** It may, if the server was reached before. */
    UNREACHABLE
  }

  private final Kind kind;
  private final String remedy;
  private final transient Optional<Duration> wait;

  private TransferException(
      Kind kind, String found, String remedy, Optional<Duration> wait, Throwable cause) {
    super(found, cause);
    this.kind = kind;
    this.remedy = remedy;
    this.wait = wait;
  }

  /**
   * Creates the exception.
   *
   * @param found as in "expected a file, found no connection"
   * @param remedy as in "check the network"
   */
  TransferException(Kind kind, String found, String remedy) {
    this(kind, found, remedy, Optional.empty(), null);
  }

  static TransferException lasting(String found, String remedy) {
    return new TransferException(Kind.LASTING, found, remedy);
  }

  static TransferException passing(String found, String remedy) {
    return new TransferException(Kind.PASSING, found, remedy);
  }

  /** Returns this failure with what caused it. */
  TransferException because(Throwable cause) {
    return new TransferException(kind, getMessage(), remedy, wait, cause);
  }

  /** Returns this failure with the time that the server asks to wait. */
  TransferException after(Optional<Duration> asked) {
    return new TransferException(kind, getMessage(), remedy, asked, getCause());
  }

  Kind kind() {
    return kind;
  }

  /** Returns what to do about it. */
  String remedy() {
    return remedy;
  }

  /** Returns how long the server asks to wait. */
  Optional<Duration> waitingTime() {
    return wait;
  }
}
