package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.WholeFiles;

/**
 * A dataset whose images are decoded and prepared already: one file of 8-bit pixels, mapped into
 * memory, for training that reads each image many times. Names, labels, generators and order are
 * the original's; an image's checksum is compared whenever it is read. Pixels stay on disk and in
 * the system's cache; the heap holds the names alone, of each what differs from the one before.
 *
 * <pre>{@code
 * Transform small = Transforms.resizeShorterSide(256, Filter.BILINEAR);
 * PackedImages.write(file, data, small, "shorter side 256, bilinear", Progress.NONE);
 * ImageDataset packed = PackedImages.open(file);
 * }</pre>
 *
 * <p>A random crop of a prepared image is not the same crop of the original: pack what the recipe
 * does to every image alike, or say in print that you did more.
 */
public final class PackedImages implements ImageDataset {

  private final PackedFile file;

  private PackedImages(PackedFile file) {
    this.file = file;
  }

  /**
   * Decodes and prepares all images, on as many threads as there are processors, and writes them.
   * The file appears when it is complete; one that is there is replaced then.
   *
   * @param preparation what is done to each image; draws no random numbers. No result may have more
   *     than 357,913,941 pixels
   * @param description the preparation in words, which {@link #selection()} will tell
   * @param progress hears of every image, on the calling thread
   * @throws IllegalArgumentException if the dataset is empty or a result too large
   * @throws UnreadableImageException if an image cannot be read; a {@link Quarantine} leaves it out
   * @throws UncheckedIOException if the file cannot be written; nothing is left of it then
   * @throws CancellationException if this thread is interrupted; it stays so
   */
  public static void write(
      Path file, ImageDataset data, Transform preparation, String description, Progress progress) {
    checkArgument(data.size() > 0, "nothing to pack: the dataset is empty");
    try {
      PackedFile.write(file, data, preparation, description, progress);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: packed images cannot be written (%s); make room or choose another file"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
  }

  /**
   * Opens a file of packed images. It stays mapped as long as the dataset or a sample of it lives.
   *
   * @throws DatasetException if it is none, is damaged, incomplete or of another version: pack the
   *     images again
   * @throws UncheckedIOException if it cannot be read
   */
  public static PackedImages open(Path file) {
    try {
      return new PackedImages(PackedFile.open(file));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: expected packed images, found none that can be read (%s); check the path"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  @Override
  public int size() {
    return file.size();
  }

  @Override
  public Sample sample(int index) {
    checkElementIndex(index, file.size(), "sample");
    return new Sample(
        file.name(index),
        new ByteSource() {
          @Override
          public InputStream openStream() throws IOException {
            return ByteSource.wrap(read()).openStream();
          }

          @Override
          public byte[] read() throws IOException {
            return file.image(index);
          }
        },
        file.label(index),
        file.generator(index));
  }

  @Override
  public String selection() {
    return file.selection();
  }
}
