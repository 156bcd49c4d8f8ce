package org.genimage.data.image;

import com.google.common.base.Throwables;
import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.genimage.data.fuzz.Fuzzer;
import org.genimage.data.image.Decoding.Orientation;
import org.genimage.data.image.Decoding.Truncated;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files of every format are read or refused, with errors of one kind. */
@Tag("fuzz")
class ImageFuzzTest {

  /** Small, so that an input that claims much takes little time when it is read. */
  private static final Decoding SMALL = Decoding.PILLOW.maxPixels(1 << 20);

  private static final Decoding UPRIGHT =
      SMALL.orientation(Orientation.APPLIED).truncated(Truncated.PADDED);

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "webp", "gif", "bmp", "tif", "ppm"})
  void read_damagedFile_isReadOrRefused(String format) throws Exception {
    Fuzzer.of(files(format))
        .run(
            format,
            input -> {
              readOrRefuse(input, SMALL);
              readOrRefuse(input, UPRIGHT);
            });
  }

  /** Memory that runs out is the image's failure, but a small file must not let it. */
  private static void readOrRefuse(byte[] input, Decoding decoding) {
    try {
      Image.read("fuzz", ByteSource.wrap(input), decoding);
    } catch (UnreadableImageException e) {
      if (Throwables.getRootCause(e) instanceof Error error) {
        throw error;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "webp", "gif", "bmp", "tif", "ppm"})
  void header_ofDamagedFile_isRead(String format) throws Exception {
    Fuzzer.of(files(format))
        .run("header of " + format, input -> ImageHeader.read(ByteSource.wrap(input).openStream()));
  }

  private static byte[][] files(String format) throws IOException, URISyntaxException {
    Path folder = Path.of(Resources.getResource("formats/expected.json").toURI()).getParent();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> MoreFiles.getFileExtension(file).equals(format))
          .sorted()
          .map(ImageFuzzTest::bytes)
          .toArray(byte[][]::new);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
