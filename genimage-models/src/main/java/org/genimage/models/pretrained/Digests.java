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
 * @param gitBlob the SHA-1 of {@code "blob LENGTH\0"} and the content, as git names files
 */
record Digests(long bytes, String sha256, String gitBlob) {

  private static final int CHUNK = 1 << 20;

  static Digests of(Path file) throws IOException {
    MessageDigest sha256 = digest("SHA-256");
    MessageDigest sha1 = digest("SHA-1");
    try (FileChannel channel = FileChannel.open(file)) {
      sha1.update("blob %s\0".formatted(channel.size()).getBytes(StandardCharsets.UTF_8));
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
      long bytes = 0;
      while (channel.read(buffer.clear()) >= 0) {
        bytes += buffer.flip().remaining();
        sha256.update(buffer.duplicate());
        sha1.update(buffer);
      }
      return new Digests(bytes, hexadecimal(sha256), hexadecimal(sha1));
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
    return difference("SHA-256", expected.sha256(), sha256)
        .or(() -> difference("git's SHA-1", expected.gitBlob(), gitBlob));
  }

  private static Optional<String> difference(String name, Optional<String> expected, String found) {
    return expected
        .filter(hash -> !hash.equals(found))
        .map(hash -> "expected %s %s, found %s".formatted(name, hash, found));
  }
}
