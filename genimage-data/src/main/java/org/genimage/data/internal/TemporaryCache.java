package org.genimage.data.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;

/**
 * The folder into which JavaCPP unpacks libraries when the user's own cannot be written. It lies
 * among the temporary files, where everyone can make a folder of any name, so another user may have
 * put other libraries there.
 */
final class TemporaryCache {

  private TemporaryCache() {}

  /**
   * Checks that nobody else can write into a cache, if it is the one among the temporary files.
   * Whoever names a folder as the cache answers for it.
   *
   * @throws IllegalStateException if somebody else can
   */
  static void check(Path cache) throws IOException {
    String temporary = System.getProperty("java.io.tmpdir");
    Path folder = Path.of(temporary, ".javacpp-" + System.getProperty("user.name"));
    if (cache.equals(folder.resolve("cache"))) {
      checkOwn(folder);
      checkOwn(cache);
    }
  }

  /** Checks one folder; systems without POSIX permissions have temporary files for each user. */
  static void checkOwn(Path folder) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    PosixFileAttributes found =
        Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!found.isDirectory()
        || !found.owner().equals(user(folder.toAbsolutePath().getParent()))
        || found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IllegalStateException(
          "expected a folder that only this user can write to unpack TensorFlow's native library"
              + " into, found %s, which is a link, is another user's or can be written by everyone"
                  .formatted(folder)
              + "; remove it, or name another folder by the Java option"
              + " -Dorg.bytedeco.javacpp.cachedir=FOLDER");
    }
  }

  /** The owner of a new file: the user's name need not be known to the system. */
  private static UserPrincipal user(Path folder) throws IOException {
    Path probe = Files.createTempFile(folder, "genimage", "");
    try {
      return Files.getOwner(probe);
    } finally {
      Files.delete(probe);
    }
  }
}
