package org.genimage.models.pretrained;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;

/**
 * What a server answered.
 *
 * @param status of HTTP
 * @param address that answered, after redirects
 * @param headers its headers
 * @param statement what the first server says of the file
 * @param body the content
 */
record Answer(int status, URI address, HttpHeaders headers, Statement statement, Body body)
    implements AutoCloseable {

  Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  @Override
  public void close() {
    body.close();
  }
}
