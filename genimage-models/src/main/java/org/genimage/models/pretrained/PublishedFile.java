package org.genimage.models.pretrained;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * A file that somebody published, as {@code pretrained.json} describes it.
 *
 * @param host where it lies
 * @param repository owner and name
 * @param revision a commit, or the name of a branch where the commit is not known
 * @param path inside the repository
 * @param size about how large it is, in bytes
 * @param expected what is known of its content
 * @param licence its terms
 */
record PublishedFile(
    Host host,
    String repository,
    String revision,
    String path,
    long size,
    Content expected,
    Licence licence) {

  /** Returns whether the content is known beforehand. */
  boolean isPinned() {
    return expected.isKnown();
  }

  /** Returns its own name, without folders. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Returns where it lies on a server. */
  URI address(URI server, String revision) {
    String base = server.toString();
    String relative =
        host.path()
            .replace("{repository}", repository)
            .replace("{revision}", revision)
            .replace("{file}", path);
    return URI.create(base.endsWith("/") ? base + relative : base + "/" + relative);
  }

  /** Returns where it was published. */
  URI published() {
    return address(host.address(), revision);
  }

  /** Returns a size in a unit that suits it. */
  static String shown(long bytes) {
    if (bytes < 1_000_000) {
      return bytes < 10_000 ? bytes + " bytes" : (bytes + 500) / 1000 + " kB";
    }
    return bytes < 1_000_000_000
        ? (bytes + 500_000) / 1_000_000 + " MB"
        : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }

  /**
   * What is known of a file's content; what is empty is not known.
   *
   * @param bytes its length
   * @param sha256 in hexadecimal
   * @param gitBlob the SHA-1 that git gives a file, in hexadecimal
   */
  record Content(Optional<Long> bytes, Optional<String> sha256, Optional<String> gitBlob) {

    static final Content UNKNOWN =
        new Content(Optional.empty(), Optional.empty(), Optional.empty());

    boolean isKnown() {
      return sha256.isPresent() || gitBlob.isPresent();
    }

    /** Returns this, with what another knows where this does not. */
    Content or(Content other) {
      return new Content(
          bytes.or(other::bytes), sha256.or(other::sha256), gitBlob.or(other::gitBlob));
    }
  }
}
