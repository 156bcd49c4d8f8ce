package org.genimage.data.claims;

import java.io.IOException;

/** Metadata that are not what their format says, or too large. The message becomes a warning. */
final class DamagedException extends IOException {

  private static final long serialVersionUID = 1L;

  DamagedException(String message) {
    super(message);
  }
}
