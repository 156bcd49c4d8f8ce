package org.genimage.data.image;

import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.genimage.data.image.WindowTransform.Window;
import org.genimage.data.internal.LimitedFiles;

/**
 * An encoded image whose pixels are decoded when a transform wants them. Where the transform begins
 * with a crop and the file is JPEG, only the part that the crop reads is decoded; the result is the
 * same as that of the whole image.
 *
 * <pre>{@code
 * ImageFile file = ImageFile.read(name, content, Decoding.PILLOW);
 * Image input = file.apply(Transforms.randomResizedCrop(224, 0.08, 1, Filter.BILINEAR), random);
 * }</pre>
 */
public final class ImageFile {

  /** Larger windows are not kept for the next image. */
  private static final int LARGEST_KEPT = 1 << 24;

  /** The pixels of the last window, for each thread. */
  private static final ThreadLocal<byte[]> KEPT = ThreadLocal.withInitial(() -> new byte[0]);

  private final Codec.Opened file;

  private ImageFile(Codec.Opened file) {
    this.file = file;
  }

  /**
   * Reads a file's bytes; its pixels will be those of {@link Image#read(Path)}.
   *
   * @throws UnreadableImageException if the file cannot be read, or its header shows that it cannot
   *     be decoded
   */
  public static ImageFile read(Path file) {
    return read(file.toString(), LimitedFiles.of(file), Decoding.PILLOW);
  }

  /**
   * Reads an encoded image's bytes.
   *
   * @param name names it in messages
   * @param content the encoded bytes
   * @throws UnreadableImageException if the content cannot be read, or its header shows that it
   *     cannot be decoded
   */
  public static ImageFile read(String name, ByteSource content, Decoding decoding) {
    return new ImageFile(Codec.open(name, content, decoding));
  }

  /**
   * Decodes the whole image.
   *
   * @throws UnreadableImageException if it cannot be decoded
   */
  public Image decode() {
    return file.image();
  }

  /**
   * Decodes what a transform reads, and transforms it.
   *
   * @param random as for {@link Transform#apply}
   * @return the same as {@code transform.apply(decode(), random)}
   * @throws UnreadableImageException if the image cannot be decoded, or the transform refuses it;
   *     the message begins with the image's name
   */
  public Image apply(Transform transform, RandomGenerator random) {
    if (transform instanceof WindowTransform windowed) {
      Optional<JpegWindows> jpeg = file.windows().get();
      if (jpeg.isPresent()) {
        return apply(windowed, jpeg.get(), random);
      }
    }
    Image image = decode();
    return UnreadableImageException.naming(file.name(), () -> transform.apply(image, random));
  }

  private Image apply(WindowTransform transform, JpegWindows jpeg, RandomGenerator random) {
    Window window =
        UnreadableImageException.naming(
            file.name(), () -> transform.window(jpeg.width(), jpeg.height(), random));
    Box read = window.box();
    Box decoded = jpeg.around(read);
    byte[] rgb = file.window(jpeg, decoded, KEPT.get());
    if (rgb.length <= LARGEST_KEPT) {
      KEPT.set(rgb);
    }
    Box place =
        new Box(read.x() - decoded.x(), read.y() - decoded.y(), read.width(), read.height());
    return UnreadableImageException.naming(
        file.name(), () -> window.work().apply(rgb, decoded.width(), place));
  }
}
