package org.genimage.models.pretrained;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.genimage.models.pretrained.PublishedFile.Content;

/**
 * A file's length and hashes.
 *
 * @param bytes its length
 * @param sha256 in hexadecimal
 * @param gitBlob the SHA-1 of {@code "blob LENGTH\0"} and the content, as git names files; empty if
 *     it was not asked for, since it takes as long as the other
 */
record Digests(long bytes, String sha256, Optional<String> gitBlob) {

  private static final int CHUNK = 1 << 20;

  /** Returns those of a file that are to be compared with what is expected. */
  static Digests of(Path file, Content expected) throws IOException {
    MessageDigest sha256 = digest("SHA-256");
    Optional<MessageDigest> sha1 = expected.gitBlob().map(any -> digest("SHA-1"));
    try (FileChannel channel = FileChannel.open(file)) {
      byte[] header = "blob %s\0".formatted(channel.size()).getBytes(StandardCharsets.UTF_8);
      sha1.ifPresent(digest -> digest.update(header));
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
      long bytes = 0;
      while (channel.read(buffer.clear()) >= 0) {
        bytes += buffer.flip().remaining();
        sha1.ifPresent(digest -> digest.update(buffer.duplicate()));
        sha256.update(buffer);
      }
      return new Digests(bytes, hexadecimal(sha256), sha1.map(Digests::hexadecimal));
    }
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + name, e);
    }
  }

  private static String hexadecimal(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Returns how the file differs from what is known of it, as in "expected a, found b". */
  Optional<String> differenceFrom(Content expected) {
    if (expected.bytes().isPresent() && expected.bytes().get() != bytes) {
      return Optional.of("expected %s bytes, found %s".formatted(expected.bytes().get(), bytes));
    }
    return difference("SHA-256", expected.sha256(), Optional.of(sha256))
        .or(() -> difference("git's SHA-1", expected.gitBlob(), gitBlob));
  }

  private static Optional<String> difference(
      String name, Optional<String> expected, Optional<String> found) {
    return expected.isEmpty() || expected.equals(found)
        ? Optional.empty()
        : Optional.of(
            "expected %s %s, found %s".formatted(name, expected.get(), found.orElse("none")));
  }
}
