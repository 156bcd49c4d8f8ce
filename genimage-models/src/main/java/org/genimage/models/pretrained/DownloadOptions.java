package org.genimage.models.pretrained;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.genimage.data.Progress;

/**
 * How published weights are downloaded. What is empty here is taken from environment variables, as
 * the tools of model hubs do it; docs/weights.md lists them.
 *
 * @param environment the environment variables
 * @param cache the folder that keeps the files; empty: {@code GENIMAGE_CACHE}, else {@code
 *     $HF_HOME/assets/genimage}, else {@code $XDG_CACHE_HOME/genimage}, else {@code
 *     ~/.cache/genimage}
 * @param mirrors the address to ask instead, by the host of the published address, such as {@code
 *     huggingface.co}; for hosts without one: {@code HF_ENDPOINT} and {@code
 *     GENIMAGE_GITHUB_ENDPOINT}
 * @param token a hub's access token, which is sent to the hub alone; empty: {@code HF_TOKEN}, else
 *     none. None of the files here needs one
 * @param offline whether the network is left alone; empty: {@code HF_HUB_OFFLINE}, else no
 * @param timeout the longest wait for an answer, and for its next bytes
 * @param progress receives the bytes of a file, one file after the other
 * @param licences receives the licence of each file before it is downloaded or first used; it may
 *     throw, which ends the download. A later use of the file does not show it again
 */
public record DownloadOptions(
    Map<String, String> environment,
    Optional<Path> cache,
    Map<String, URI> mirrors,
    Optional<String> token,
    Optional<Boolean> offline,
    Duration timeout,
    Progress progress,
    Consumer<Licence> licences) {

  /** Everything as this process's environment variables say; progress and licence are logged. */
  public static final DownloadOptions DEFAULT =
      new DownloadOptions(
          System.getenv(),
          Optional.empty(),
          Map.of(),
          Optional.empty(),
          Optional.empty(),
          Duration.ofSeconds(30),
          Progress.NONE,
          licence -> {});

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the timeout is not positive, or a mirror is no address
   */
  public DownloadOptions {
    environment = ImmutableMap.copyOf(environment);
    mirrors = ImmutableMap.copyOf(mirrors);
    checkArgument(
        timeout.compareTo(Duration.ZERO) > 0, "timeout must be positive, got %s", timeout);
    mirrors.forEach((host, address) -> Addresses.checkBase("mirror of " + host, address));
  }

  /** Returns these options with other environment variables. */
  public DownloadOptions environment(Map<String, String> variables) {
    return new DownloadOptions(
        variables, cache, mirrors, token, offline, timeout, progress, licences);
  }

  /** Returns these options with another folder for the files. */
  public DownloadOptions cache(Path folder) {
    return new DownloadOptions(
        environment, Optional.of(folder), mirrors, token, offline, timeout, progress, licences);
  }

  /**
   * Returns these options with another address for a host.
   *
   * @param host of the published address, such as {@code huggingface.co}
   * @param address http or https, without query; a path is kept
   */
  public DownloadOptions mirror(String host, URI address) {
    Map<String, URI> all =
        ImmutableMap.<String, URI>builder().putAll(mirrors).put(host, address).buildKeepingLast();
    return new DownloadOptions(
        environment, cache, all, token, offline, timeout, progress, licences);
  }

  /** Returns these options with a token for the hub. */
  public DownloadOptions token(String secret) {
    return new DownloadOptions(
        environment, cache, mirrors, Optional.of(secret), offline, timeout, progress, licences);
  }

  /** Returns these options with the network allowed or not, whatever the environment says. */
  public DownloadOptions offline(boolean alone) {
    return new DownloadOptions(
        environment, cache, mirrors, token, Optional.of(alone), timeout, progress, licences);
  }

  /** Returns these options with another longest wait. */
  public DownloadOptions timeout(Duration longest) {
    return new DownloadOptions(
        environment, cache, mirrors, token, offline, longest, progress, licences);
  }

  /** Returns these options with a receiver of progress, in bytes. */
  public DownloadOptions progress(Progress receiver) {
    return new DownloadOptions(
        environment, cache, mirrors, token, offline, timeout, receiver, licences);
  }

  /** Returns these options with a receiver of licences. */
  public DownloadOptions licences(Consumer<Licence> receiver) {
    return new DownloadOptions(
        environment, cache, mirrors, token, offline, timeout, progress, receiver);
  }

  /** Returns the options that hold no secret: the environment and the token are left out. */
  @Override
  public String toString() {
    return "downloads to %s, mirrors %s, %s, timeout %s"
        .formatted(
            cache.map(Path::toString).orElse("the usual cache"),
            mirrors,
            offline.map(alone -> alone ? "offline" : "online").orElse("online unless forbidden"),
            timeout);
  }
}
