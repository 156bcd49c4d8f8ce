package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.internal.WholeFiles;

/**
 * A dataset of decoded and prepared images in one file of 8-bit pixels, for training that reads
 * each image many times. Names, labels, generators and order are those of the original dataset. The
 * file is mapped into memory: pixels stay on disk and in the system's cache, and the heap holds
 * only the names, compressed. Each time an image is read, its checksum is verified.
 *
 * <pre>{@code
 * Transform small = Transforms.resizeShorterSide(256, Filter.BILINEAR);
 * PackedImages.write(file, data, small, "shorter side 256, bilinear", Progress.NONE);
 * ImageDataset packed = PackedImages.open(file);
 * }</pre>
 *
 * <p>A random crop of a prepared image differs from the same crop of the original. So pack only
 * steps that the recipe applies to every image in the same way, or report the difference.
 */
public final class PackedImages implements ImageDataset {

  private final PackedFile file;

  private PackedImages(PackedFile file) {
    this.file = file;
  }

  /**
   * Decodes and prepares all images, with one thread per processor, and writes them. The file
   * appears when it is complete; an earlier file is replaced then. Missing folders are created. An
   * empty file {@code .NAME.lock} beside it keeps a second writer away.
   *
   * @param preparation applied to each image; draws no random numbers. No result may have more than
   *     357,913,941 pixels
   * @param description the preparation in words, for {@link #selection()}
   * @param progress receives the number of images written, on the calling thread
   * @throws IllegalArgumentException if the dataset is empty or a result too large
   * @throws UnreadableImageException if an image cannot be read; a {@link Quarantine} leaves it out
   * @throws UncheckedIOException if the file cannot be written, or another process or thread writes
   *     it; an earlier file is then as it was
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  public static void write(
      Path file, ImageDataset data, Transform preparation, String description, Progress progress) {
    checkArgument(data.size() > 0, "nothing to pack: the dataset is empty");
    try {
      OutputLock lock = lock(file);
      try {
        PackedFile.write(file, data, preparation, description, progress);
      } finally {
        lock.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: packed images cannot be written (%s); make room or choose another file"
              .formatted(file, WholeFiles.reason(e)),
          e);
    }
  }

  private static OutputLock lock(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    return OutputLock.of(file)
        .orElseThrow(
            () ->
                new UncheckedIOException(
                    new IOException(
                        "%s: another process or thread is packing images into this file; wait for"
                                .formatted(file)
                            + " it, or choose another file")));
  }

  /**
   * Opens a file of packed images. It stays mapped until the dataset and all its samples are
   * garbage.
   *
   * @throws DatasetException if the file has another format or version, is damaged or incomplete:
   *     pack the images again
   * @throws UncheckedIOException if it cannot be read
   */
  public static PackedImages open(Path file) {
    try {
      return new PackedImages(PackedFile.open(file));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: expected packed images, found none that can be read (%s); check the path"
              .formatted(file, WholeFiles.reason(e)),
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
        file.name(index), file.image(index), file.label(index), file.generator(index));
  }

  @Override
  public String selection() {
    return file.selection();
  }

  /** Returns the number of images and how they were chosen, in a short line. */
  @Override
  public String toString() {
    return InWords.of(this);
  }
}
