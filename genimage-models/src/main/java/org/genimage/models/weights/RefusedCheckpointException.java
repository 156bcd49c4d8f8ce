package org.genimage.models.weights;

import java.io.IOException;

/** A checkpoint asks for what is not done, or contradicts itself; the message completes "but". */
final class RefusedCheckpointException extends IOException {

  private static final long serialVersionUID = 1L;

  RefusedCheckpointException(String found, Object... arguments) {
    super(found.formatted(arguments));
  }
}
