package org.genimage.app.serve;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How a {@link ScoringServer} is reached, and what it allows.
 *
 * @param host the address to listen on, such as {@code 127.0.0.1}
 * @param port the port, or 0 for a free one
 * @param token what clients must send as {@code Authorization: Bearer TOKEN}; empty: nothing
 * @param behindProxy whether the last entry of {@code X-Forwarded-For} names the client. Only where
 *     every request comes through a proxy that writes it
 * @param limits how much it takes in
 * @param times how long it waits
 */
public record ServiceSettings(
    String host,
    int port,
    Optional<String> token,
    boolean behindProxy,
    ServiceLimits limits,
    ServiceTimes times) {

  /** Only programs on this machine, at port 8080, without a token. */
  public static final ServiceSettings DEFAULT =
      new ServiceSettings(
          "127.0.0.1", 8080, Optional.empty(), false, ServiceLimits.DEFAULT, ServiceTimes.DEFAULT);

  /** What a token may consist of (RFC 6750). */
  private static final String TOKEN = "[A-Za-z0-9\\-._~+/]{16,512}=*";

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the port is no port, or the token is short or has other
   *     characters than RFC 6750 allows
   */
  public ServiceSettings {
    checkArgument(!host.isBlank(), "address to listen on must not be blank");
    checkArgument(port >= 0 && port <= 65_535, "port must be from 0 to 65535, got %s", port);
    checkArgument(
        token.isEmpty() || token.get().matches(TOKEN),
        "a token must have 16 to 512 letters, digits or -._~+/ and may end with =; make one with"
            + " \"openssl rand -hex 32\"");
    requireNonNull(limits, "limits");
    requireNonNull(times, "times");
  }

  /** Returns these settings with another address. */
  public ServiceSettings at(String host, int port) {
    return new ServiceSettings(host, port, token, behindProxy, limits, times);
  }

  /** Returns these settings with a token. */
  public ServiceSettings token(String token) {
    return new ServiceSettings(host, port, Optional.of(token), behindProxy, limits, times);
  }

  /** Returns these settings for a service that is reached through a proxy alone, or not. */
  public ServiceSettings behindProxy(boolean behindProxy) {
    return new ServiceSettings(host, port, token, behindProxy, limits, times);
  }

  /** Returns these settings with other limits. */
  public ServiceSettings limits(ServiceLimits limits) {
    return new ServiceSettings(host, port, token, behindProxy, limits, times);
  }

  /** Returns these settings with other times. */
  public ServiceSettings times(ServiceTimes times) {
    return new ServiceSettings(host, port, token, behindProxy, limits, times);
  }

  /** Returns the settings without the token. */
  @Override
  public String toString() {
    return "ServiceSettings[%s:%s, %s, %s, %s]"
        .formatted(host, port, token.isPresent() ? "with a token" : "no token", limits, times);
  }
}
