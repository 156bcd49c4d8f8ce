package org.genimage.data;

import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageFile;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.LimitedFiles;

/**
 * One image of a dataset, not yet read: where its bytes are and what it is.
 *
 * @param name identifies it in messages and score files; the path of a file
 * @param content the encoded image
 * @param label what it is
 * @param generator the subset that it belongs to; natural images belong to one, too
 * @param decoding how the image is decoded
 * @param preparation applied to the decoded image before anything else; draws no random numbers
 */
public record Sample(
    String name,
    ByteSource content,
    Label label,
    Generator generator,
    Decoding decoding,
    Transform preparation) {

  private static final Seed NO_CHANCE = Seed.of(0);

  /** Creates a sample that is decoded as by Pillow, without preparation. */
  public Sample(String name, ByteSource content, Label label, Generator generator) {
    this(name, content, label, generator, Decoding.PILLOW, Transform.IDENTITY);
  }

  /** Returns this sample with other options of decoding. */
  public Sample decoding(Decoding decoding) {
    return new Sample(name, content, label, generator, decoding, preparation);
  }

  /** Returns this sample with another preparation. */
  public Sample preparation(Transform preparation) {
    return new Sample(name, content, label, generator, decoding, preparation);
  }

  /** Returns the sample of a file. */
  public static Sample of(Path file, Label label, Generator generator) {
    return new Sample(file.toString(), LimitedFiles.of(file), label, generator);
  }

  /**
   * Reads, decodes and prepares the image.
   *
   * @throws UnreadableImageException if the file cannot be read, decoded or prepared
   */
  public Image image() {
    return ImageFile.read(name, content, decoding).apply(preparation, NO_CHANCE.random());
  }

  /**
   * Reads, prepares and transforms the image; decodes no more than that takes.
   *
   * @throws UnreadableImageException if the file cannot be read, decoded or prepared, or the
   *     transform refuses it
   */
  Image image(Transform transform, RandomGenerator random) {
    if (preparation == Transform.IDENTITY) {
      return ImageFile.read(name, content, decoding).apply(transform, random);
    }
    Image image = image();
    return named(() -> transform.apply(image, random));
  }

  /** Works on this sample's image, and makes what it cannot bear this sample's failure. */
  <T> T named(Supplier<T> work) {
    return UnreadableImageException.naming(name, work);
  }
}
