package org.genimage.models.pretrained;

import java.net.URI;
import java.util.Optional;

/**
 * A server that publishes files.
 *
 * @param address its own
 * @param path of a file below the address, with {@code {repository}}, {@code {revision}} and {@code
 *     {file}}
 * @param mirror the environment variable that names another address
 * @param token the environment variable that holds an access token, if it has such
 */
record Host(URI address, String path, String mirror, Optional<String> token) {

  /** Returns the host of its address, such as {@code huggingface.co}. */
  String name() {
    return address.getHost();
  }
}
