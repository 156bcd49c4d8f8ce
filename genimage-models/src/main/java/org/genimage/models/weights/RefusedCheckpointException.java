package org.genimage.models.weights;

import java.io.IOException;
import java.util.Locale;

/** A checkpoint asks for what is not done, or contradicts itself; the message completes "but". */
final class RefusedCheckpointException extends IOException {

  private static final long serialVersionUID = 1L;

  RefusedCheckpointException(String found, Object... arguments) {
    super(String.format(Locale.ROOT, found, arguments));
  }
}
