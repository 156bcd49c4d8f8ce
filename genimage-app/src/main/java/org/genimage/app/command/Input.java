package org.genimage.app.command;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.genimage.data.claims.Claims;
import org.genimage.data.claims.FileClaims;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageHeader;
import org.genimage.data.image.UnreadableImageException;

/** An image that somebody wants a score of. */
sealed interface Input {

  /** Returns what the user called it. */
  String name();

  /** Returns its file; empty if it is none. */
  default Optional<Path> path() {
    return Optional.empty();
  }

  /**
   * Decodes it.
   *
   * @throws UnreadableImageException if it is none
   */
  Image image();

  /** Returns what it states before its pixels; empty if it cannot be read. */
  default Optional<ImageHeader> header() {
    try (InputStream in = stream()) {
      return Optional.of(ImageHeader.read(in));
    } catch (IOException | UnreadableImageException e) {
      return Optional.empty(); // who decodes it says so
    }
  }

  /** Opens it, encoded. */
  InputStream stream() throws IOException;

  /**
   * Reads what it says of itself.
   *
   * @throws UnreadableImageException if it cannot be read
   */
  FileClaims claims();

  /** Returns the name of another program that decodes it; empty if genimage does. */
  default Optional<String> decodedBy() {
    return Optional.empty();
  }

  /** A file that another program decodes. */
  record Converted(File file, ExternalDecoder decoder) implements Input {

    @Override
    public String name() {
      return file.name();
    }

    @Override
    public Optional<Path> path() {
      return file.path();
    }

    @Override
    public InputStream stream() throws IOException {
      return file.stream();
    }

    @Override
    public Image image() {
      return decoder.decode(file.place());
    }

    @Override
    public FileClaims claims() {
      return file.claims();
    }

    @Override
    public Optional<String> decodedBy() {
      return Optional.of(decoder.name());
    }
  }

  /** A file. */
  record File(Path place) implements Input {

    @Override
    public String name() {
      return place.toString();
    }

    @Override
    public Optional<Path> path() {
      return Optional.of(place);
    }

    @Override
    public InputStream stream() throws IOException {
      return Files.newInputStream(place);
    }

    @Override
    public Image image() {
      return Image.read(place);
    }

    @Override
    public FileClaims claims() {
      return Claims.of(place);
    }
  }

  /** What came through standard input, all of it. */
  record Standard(ByteSource content) implements Input {

    private static final int LIMIT = 1 << 28; // bytes

    /**
     * Reads to the end of a stream.
     *
     * @throws UnreadableImageException if it fails or is longer than 256 MiB
     */
    static Standard of(InputStream in) {
      byte[] content;
      try {
        content = in.readNBytes(LIMIT + 1);
      } catch (IOException e) {
        throw new UnreadableImageException(
            "expected an image on standard input, found an error in reading it (%s)"
                .formatted(e.getMessage()),
            e);
      }
      if (content.length > LIMIT) {
        throw new UnreadableImageException(
            "expected an image of at most 256 MiB on standard input, found more; save it as a file");
      }
      return new Standard(ByteSource.wrap(content));
    }

    @Override
    public String name() {
      return "-";
    }

    @Override
    public InputStream stream() throws IOException {
      return content.openStream();
    }

    @Override
    public Image image() {
      return Image.read("standard input", content);
    }

    @Override
    public FileClaims claims() {
      try {
        return Claims.of(content.read());
      } catch (IOException e) {
        throw new UnreadableImageException("standard input", e);
      }
    }
  }
}
