package org.genimage.app.serve;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/** The secret that clients must know, if there is one. */
final class Token {

  private static final String SCHEME = "Bearer ";

  private final Optional<byte[]> expected;

  Token(Optional<String> token) {
    this.expected = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Checks a request.
   *
   * @throws ProblemException if it lacks the token
   */
  void check(Request request) {
    if (expected.isPresent() && !MessageDigest.isEqual(sent(request), expected.get())) {
      throw new ProblemException(Problem.unauthorised());
    }
  }

  private static byte[] sent(Request request) {
    String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    boolean isToken = header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    return (isToken ? header.substring(SCHEME.length()).strip() : "")
        .getBytes(StandardCharsets.UTF_8);
  }
}
