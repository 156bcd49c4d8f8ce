package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class FileNamesTest {

  private static final Path FOLDER = Path.of("/folder");

  @Test
  void ofBytes_utf8_isDecoded() {
    assertThat(FileNames.ofBytes("見é.png".getBytes(StandardCharsets.UTF_8))).isEqualTo("見é.png");
    assertThat(FileNames.ofBytes(new byte[] {'a', (byte) 0xe9, '\\'})).isEqualTo("a\\xE9\\x5C");
    assertThat(FileNames.ofBytes("\ufffd".getBytes(StandardCharsets.UTF_8))).isEqualTo("\ufffd");
  }

  /** Different names have different texts, and each text leads back. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void ofBytes_randomNames_leadBack() {
    Random random = new Random(1);
    byte[] alphabet = "\\x4E9a%? \n".getBytes(StandardCharsets.US_ASCII);
    Set<String> texts = new HashSet<>();
    Set<Path> paths = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      byte[] name = new byte[1 + random.nextInt(7)];
      for (int j = 0; j < name.length; j++) {
        name[j] =
            random.nextInt(4) == 0
                ? (byte) (0x80 + random.nextInt(0x80))
                : alphabet[random.nextInt(alphabet.length)];
      }
      String text = FileNames.ofBytes(name);
      Path path = FileNames.resolve(FOLDER, text);
      assertThat(texts.add(text)).isEqualTo(paths.add(path));
      assertThat(FileNames.of(path)).isEqualTo(text);
      assertThat(FileNames.relative(FOLDER, path)).isEqualTo(text);
    }
  }

  @Test
  void resolve_ordinaryNames_areAsInTheJdk() throws IOException {
    assertThat(FileNames.resolve(FOLDER, "a/b c%20.png")).isEqualTo(FOLDER.resolve("a/b c%20.png"));
    assertThat(FileNames.below(FOLDER, "a/b.png")).isEqualTo(FOLDER.resolve("a/b.png").toString());
    assertThat(FileNames.below(Path.of(""), "b.png")).isEqualTo("b.png");
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path path = disk.getPath("/a", "\\x41.png");
      assertThat(FileNames.of(path)).isEqualTo("\\x5Cx41.png");
      assertThat(FileNames.resolve(disk.getPath("/a"), "\\x5Cx41.png")).isEqualTo(path);
    }
  }

  @Test
  void resolve_zeroByte_isRefused() {
    assertThatThrownBy(() -> FileNames.resolve(FOLDER, "a\0"))
        .isInstanceOf(InvalidPathException.class);
    assertThatThrownBy(() -> FileNames.resolve(FOLDER, "a\\x00\\xE9"))
        .isInstanceOf(InvalidPathException.class);
  }
}
