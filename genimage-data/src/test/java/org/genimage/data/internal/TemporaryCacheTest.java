package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "each user has temporary files of its own")
class TemporaryCacheTest {

  @TempDir private Path folder;

  private Path cache(String permissions) throws IOException {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    return Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void checkOwn_thisUsersFolder_passes() throws IOException {
    Path cache = cache("rwxrwxr-x");

    assertThatNoException().isThrownBy(() -> TemporaryCache.checkOwn(cache));
    assertThatNoException().isThrownBy(() -> TemporaryCache.check(cache));
  }

  @Test
  void checkOwn_folderThatEveryoneCanWrite_isRefused() throws IOException {
    assertRefused(cache("rwxrwxrwx"));
  }

  @Test
  void checkOwn_link_isRefused() throws IOException {
    assertRefused(Files.createSymbolicLink(folder.resolve("link"), cache("rwx------")));
  }

  @Test
  void checkOwn_anotherUsersFolder_isRefused() throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "root alone can give folders away");
    Path cache = cache("rwxr-xr-x");
    Files.setAttribute(cache, "unix:uid", 65_534);

    assertRefused(cache);
  }

  private static void assertRefused(Path cache) {
    assertThatThrownBy(() -> TemporaryCache.checkOwn(cache))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("found %s, which is a link, is another user's or".formatted(cache))
        .hasMessageEndingWith("by the Java option -Dorg.bytedeco.javacpp.cachedir=FOLDER");
  }
}
