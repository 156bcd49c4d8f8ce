package org.genimage.models.pretrained;

import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where files are kept and asked for: options, with environment variables where they are empty.
 *
 * @param options as the caller gave them
 * @param timing of requests
 */
record Access(DownloadOptions options, Timing timing) {

  private static final String OFFLINE = "HF_HUB_OFFLINE";
  private static final Set<String> TRUE = Set.of("1", "on", "yes", "true");

  static Access of(DownloadOptions options) {
    return new Access(options, Timing.of(options.timeout()));
  }

  /** Returns the folder that keeps the files; it need not exist. */
  Path cache() {
    return options
        .cache()
        .or(() -> variable("GENIMAGE_CACHE").map(Access::path))
        .or(() -> variable("HF_HOME").map(home -> path(home).resolve("assets").resolve("genimage")))
        .or(() -> variable("XDG_CACHE_HOME").map(home -> path(home).resolve("genimage")))
        .orElseGet(() -> home().resolve(".cache").resolve("genimage"))
        .toAbsolutePath();
  }

  private static Path path(String text) {
    return text.startsWith("~/") ? home().resolve(text.substring(2)) : Path.of(text);
  }

  private static Path home() {
    return Path.of(System.getProperty("user.home"));
  }

  /** Returns the address to ask for files of a host: its own, or a mirror's. */
  URI server(Host host) {
    return Optional.ofNullable(options.mirrors().get(host.name()))
        .or(() -> variable(host.mirror()).map(text -> Addresses.base(host.mirror(), text)))
        .orElse(host.address());
  }

  /** Returns the token that a host's server may get. */
  Optional<String> token(Host host) {
    return host.token().flatMap(variable -> options.token().or(() -> variable(variable)));
  }

  /** Returns why the network is left alone; empty if it is not. */
  Optional<String> offline() {
    if (options.offline().isPresent()) {
      return options.offline().get() ? Optional.of("the options say offline") : Optional.empty();
    }
    return variable(OFFLINE)
        .filter(text -> TRUE.contains(text.toLowerCase(Locale.ROOT)))
        .map(text -> OFFLINE + " is " + text);
  }

  Proxies proxies() {
    return Proxies.of(options.environment());
  }

  private Optional<String> variable(String name) {
    return variable(options.environment(), name);
  }

  /** Returns an environment variable; an empty one counts as none. */
  static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }
}
