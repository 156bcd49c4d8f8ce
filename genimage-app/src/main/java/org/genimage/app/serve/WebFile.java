package org.genimage.app.serve;

import com.google.common.collect.ImmutableMap;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A file of the page, from the jar.
 *
 * @param type its media type
 * @param content its bytes, with an array of their own
 */
record WebFile(String type, ByteBuffer content) {

  /** Returns all files by their addresses. There are no others: no address becomes a path. */
  static Map<String, WebFile> all() {
    return ImmutableMap.<String, WebFile>builder()
        .put("/", of("index.html", "text/html; charset=utf-8"))
        .put("/page.css", of("page.css", "text/css; charset=utf-8"))
        .put("/page.js", of("page.js", "text/javascript; charset=utf-8"))
        .put("/card.js", of("card.js", "text/javascript; charset=utf-8"))
        .put("/icon.svg", of("icon.svg", "image/svg+xml"))
        .put("/openapi.json", of("openapi.json", "application/json"))
        .buildOrThrow();
  }

  private static WebFile of(String name, String type) {
    try {
      byte[] content = Resources.toByteArray(Resources.getResource(WebFile.class, "page/" + name));
      return new WebFile(type, ByteBuffer.wrap(content));
    } catch (IOException e) {
      throw new UncheckedIOException("a file of the jar can be read", e);
    }
  }
}
