package org.genimage.app.serve;

import java.util.Optional;
import org.genimage.data.claims.Claims;

/** One image of a request, encoded. */
final class Upload {

  private static final int LONGEST_NAME = 255;

  private final Optional<String> name;
  private final byte[] content;

  /**
   * Returns an upload.
   *
   * @param name as the client wrote it: never a path
   * @param content not copied
   */
  Upload(Optional<String> name, byte[] content) {
    this.name =
        name.map(text -> text.length() > LONGEST_NAME ? text.substring(0, LONGEST_NAME) : text)
            .map(Claims::visible);
    this.content = content;
  }

  Optional<String> name() {
    return name;
  }

  byte[] content() {
    return content;
  }
}
