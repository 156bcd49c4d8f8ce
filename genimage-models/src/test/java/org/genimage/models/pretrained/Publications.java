package org.genimage.models.pretrained;

import com.google.common.hash.Hashing;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.genimage.models.pretrained.PublishedFile.Content;

/** Published files for tests, on a hub that is a server of this machine. */
final class Publications {

  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  static final String FILE = "weights.bin";

  /** Where the hub serves the file of a revision. */
  static String path(String revision) {
    return "/owner/model/resolve/" + revision + "/" + FILE;
  }

  /** Expected failures do not fill the build's log. Held, since the JDK would forget it. */
  private static final Logger SILENT = Logger.getLogger(Publications.class.getPackageName());

  static {
    SILENT.setLevel(Level.OFF);
  }

  private Publications() {}

  /** A hub that would be far away, were there no mirror. */
  static final Host HUB =
      new Host(
          URI.create("https://hub.invalid"),
          "{repository}/resolve/{revision}/{file}",
          "HF_ENDPOINT",
          Optional.of("HF_TOKEN"));

  static PublishedModel model(String revision, int about, Content expected) {
    PublishedFile file =
        new PublishedFile(
            HUB,
            "owner/model",
            revision,
            FILE,
            about,
            expected,
            new Licence(
                "The model", "MIT", "owner", URI.create("https://hub.invalid/owner/model"), ""));
    return new PublishedModel("the-model", "Tiny", Optional.empty(), List.of(file));
  }

  /** Bytes that neither are a web page nor repeat themselves. */
  static byte[] content(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    content[0] = 'w';
    return content;
  }

  static Content known(byte[] content) {
    return new Content(
        Optional.of((long) content.length), Optional.of(sha256(content)), Optional.empty());
  }

  static String sha256(byte[] content) {
    return Hashing.sha256().hashBytes(content).toString();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Downloads from a server into a folder, with no environment, and pauses little. */
  static Access access(URI server, Path cache) {
    return access(
        DownloadOptions.DEFAULT
            .environment(Map.of())
            .cache(cache)
            .mirror("hub.invalid", server)
            .timeout(Duration.ofSeconds(20)));
  }

  static Access access(DownloadOptions options) {
    return new Access(
        options, new Timing(options.timeout(), 3, Duration.ofMillis(5), Duration.ofSeconds(2)));
  }
}
