package org.genimage.models.pretrained;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Proxies as {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY} name
 * them, in upper or lower case; where they name none, Java's own system properties decide.
 */
final class Proxies extends ProxySelector {

  private final Map<String, URI> byScheme;
  private final List<String> direct;

  private Proxies(Map<String, URI> byScheme, List<String> direct) {
    this.byScheme = byScheme;
    this.direct = direct;
  }

  /**
   * Returns the proxies that environment variables name.
   *
   * @throws IllegalArgumentException if one is not the address of an HTTP proxy
   */
  static Proxies of(Map<String, String> environment) {
    Map<String, URI> byScheme = new HashMap<>();
    for (String scheme : List.of("http", "https")) {
      first(environment, scheme + "_proxy")
          .or(() -> first(environment, "all_proxy"))
          .ifPresent(text -> byScheme.put(scheme, address(scheme, text)));
    }
    List<String> direct =
        Arrays.stream(first(environment, "no_proxy").orElse("").split("[,\\s]+"))
            .filter(entry -> !entry.isEmpty())
            .map(entry -> entry.toLowerCase(Locale.ROOT))
            .toList();
    return new Proxies(Map.copyOf(byScheme), direct);
  }

  private static Optional<String> first(Map<String, String> environment, String lower) {
    return Access.variable(environment, lower)
        .or(() -> Access.variable(environment, lower.toUpperCase(Locale.ROOT)));
  }

  private static URI address(String scheme, String text) {
    String whole = text.contains("://") ? text : "http://" + text;
    Optional<URI> address = parsed(whole);
    checkArgument(
        address.isPresent()
            && Addresses.scheme(address.get()).equals("http")
            && address.get().getHost() != null,
        "the proxy for %s must be an HTTP proxy, as in http://proxy.example.com:3128, got %s;"
            + " set %s_PROXY, or ALL_PROXY",
        scheme,
        address.map(Addresses::shown).orElse("no address"),
        scheme.toUpperCase(Locale.ROOT));
    return address.get();
  }

  private static Optional<URI> parsed(String text) {
    try {
      return Optional.of(URI.create(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // it may hold a password, so the message does not show it
    }
  }

  @Override
  public List<Proxy> select(URI address) {
    URI proxy = byScheme.get(Addresses.scheme(address));
    if (proxy == null) {
      ProxySelector java = ProxySelector.getDefault();
      return java == null ? List.of(Proxy.NO_PROXY) : java.select(address);
    }
    return isDirect(address)
        ? List.of(Proxy.NO_PROXY)
        : List.of(
            new Proxy(
                Proxy.Type.HTTP,
                new InetSocketAddress(
                    proxy.getHost(), proxy.getPort() < 0 ? 80 : proxy.getPort())));
  }

  private boolean isDirect(URI address) {
    String host = address.getHost().toLowerCase(Locale.ROOT);
    return direct.stream().anyMatch(entry -> matches(entry, host, Addresses.port(address)));
  }

  /** An entry means a host and all below it; it may name a port. */
  private static boolean matches(String entry, String host, int port) {
    if (entry.equals("*")) {
      return true;
    }
    String name = entry;
    int colon = entry.lastIndexOf(':');
    if (colon > 0 && entry.indexOf(':') == colon) {
      name = entry.substring(0, colon);
      if (!entry.substring(colon + 1).equals(Integer.toString(port))) {
        return false;
      }
    }
    String domain = name.replaceFirst("^\\*?\\.", "");
    return host.equals(domain) || host.endsWith("." + domain);
  }

  /** Returns what tells a proxy user and password, if a variable holds them. */
  Optional<Authenticator> authenticator() {
    return byScheme.values().stream().anyMatch(proxy -> proxy.getRawUserInfo() != null)
        ? Optional.of(new Passwords())
        : Optional.empty();
  }

  @Override
  public void connectFailed(URI address, SocketAddress proxy, IOException problem) {
    // The request fails with the same exception.
  }

  private final class Passwords extends Authenticator {

    @Override
    protected PasswordAuthentication getPasswordAuthentication() {
      if (getRequestorType() != RequestorType.PROXY) {
        return null;
      }
      return byScheme.values().stream()
          .filter(proxy -> proxy.getRawUserInfo() != null)
          .filter(proxy -> proxy.getHost().equalsIgnoreCase(getRequestingHost()))
          .findFirst()
          .map(proxy -> proxy.getRawUserInfo().split(":", 2))
          .map(
              parts ->
                  new PasswordAuthentication(
                      decoded(parts[0]), decoded(parts.length > 1 ? parts[1] : "").toCharArray()))
          .orElse(null);
    }

    private static String decoded(String text) {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
  }
}
