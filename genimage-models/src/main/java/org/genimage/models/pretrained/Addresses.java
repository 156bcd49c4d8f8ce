package org.genimage.models.pretrained;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ascii;
import java.net.URI;
import java.util.Locale;

/** Addresses of servers: what is accepted, compared and shown. */
final class Addresses {

  private Addresses() {}

  /**
   * Checks the address of a server.
   *
   * @param name of the value, for the message
   * @throws IllegalArgumentException if files cannot be asked of it
   */
  static void checkBase(String name, URI address) {
    checkArgument(
        isHttp(address)
            && address.getHost() != null
            && address.getRawUserInfo() == null
            && address.getRawQuery() == null
            && address.getRawFragment() == null,
        "%s must be an http or https address without user, query and fragment, got %s",
        name,
        shown(address));
  }

  /**
   * Reads the address of a server.
   *
   * @throws IllegalArgumentException if it is none
   */
  static URI base(String name, String text) {
    URI address;
    try {
      address = URI.create(text.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s must be an http or https address, got %s".formatted(name, cut(text)), e);
    }
    checkBase(name, address);
    return address;
  }

  static boolean isHttp(URI address) {
    String scheme = scheme(address);
    return scheme.equals("http") || scheme.equals("https");
  }

  static String scheme(URI address) {
    return address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
  }

  /** Returns whether both are of the same scheme, host and port. */
  static boolean sameOrigin(URI one, URI other) {
    return scheme(one).equals(scheme(other))
        && one.getHost().equalsIgnoreCase(other.getHost())
        && port(one) == port(other);
  }

  /** Returns the port, also where the address leaves it out. */
  static int port(URI address) {
    if (address.getPort() >= 0) {
      return address.getPort();
    }
    return scheme(address).equals("https") ? 443 : 80;
  }

  /** Returns whether what is sent to it cannot be read on the way. */
  static boolean isPrivate(URI address) {
    return scheme(address).equals("https") || isLoopback(address.getHost());
  }

  private static boolean isLoopback(String host) {
    return host.equalsIgnoreCase("localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.\\d{1,3}){3}");
  }

  /** Returns an address without user and query, which may be secret. */
  static String shown(URI address) {
    if (address.getHost() == null) {
      return cut(address.toString());
    }
    String port = address.getPort() < 0 ? "" : ":" + address.getPort();
    return cut(
        "%s://%s%s%s".formatted(scheme(address), address.getHost(), port, address.getRawPath()));
  }

  private static String cut(String text) {
    return Ascii.truncate(text, 200, "...");
  }
}
