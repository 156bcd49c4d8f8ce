package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveChecksumsTest {

  /** RFC 1321's suite. */
  private static final String ABC = "900150983cd24fb0d6963f7d28e17f72";

  private static final String EMPTY = "d41d8cd98f00b204e9800998ecf8427e";

  @TempDir Path root;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "md5Checksum,originalFilename\n\""
            + ABC
            + "\",\"imagenet_glide.z01\"\n\""
            + ABC
            + "\",\"imagenet_glide.z01\"\n\""
            + EMPTY
            + "\",\"imagenet_glide.zip\"\n",
        ABC + "  ./imagenet_glide.z01\n" + EMPTY + " *imagenet_glide.zip\n"
      })
  void problems_rightVolumes_areNone(String list) throws IOException {
    Path file = Files.writeString(root.resolve("list.csv"), list);
    Path outer = Files.createDirectory(root.resolve("glide"));
    Files.writeString(outer.resolve("imagenet_glide-002.z01"), "abc");
    Files.createFile(outer.resolve("imagenet_glide.zip"));

    assertThat(ArchiveChecksums.read(file).problems(root, Progress.NONE)).isEmpty();
  }

  @Test
  void problems_wrongVolumes_areNamed() throws IOException {
    Path file =
        Files.writeString(
            root.resolve("list"),
            """
            %1$s  imagenet_glide.z01
            %1$s  imagenet_glide.z02
            %1$s  imagenet_midjourney.z01
            """
                .formatted(ABC));
    Files.write(root.resolve("imagenet_glide.z02"), "abd".getBytes(StandardCharsets.US_ASCII));
    Files.createFile(root.resolve("imagenet_glide.zip"));

    assertThat(ArchiveChecksums.read(file).problems(root, Progress.NONE))
        .containsExactly(
            "no volume imagenet_glide.z01 in " + root + "; get it",
            root.resolve("imagenet_glide.zip") + ": no checksum in the list",
            root.resolve("imagenet_glide.z02")
                + ": expected MD5 "
                + ABC
                + ", found 4911e516e5aa21d327512e0c8b197616; get it again");
  }

  @Test
  void read_otherContent_isRefused() throws IOException {
    Path file = Files.writeString(root.resolve("list"), "name\n" + ABC + ",a.zip\noops\n");

    assertThatThrownBy(() -> ArchiveChecksums.read(file))
        .isInstanceOf(DatasetException.class)
        .hasMessage(file + ", line 3: expected a checksum and a name, found oops");
    Files.writeString(file, ABC + ",a.zip\n" + EMPTY + ",a.zip\n");
    assertThatThrownBy(() -> ArchiveChecksums.read(file))
        .hasMessageEndingWith(
            "line 2: expected a checksum and a name, found another checksum of a.zip");
    assertThatThrownBy(
            () ->
                new ArchiveChecksums(java.util.Map.of("a.zip", ABC)).problems(root, Progress.NONE))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("expected volumes of a.zip, found none");
  }
}
