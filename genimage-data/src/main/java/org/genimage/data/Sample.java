package org.genimage.data;

import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import java.nio.file.Path;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;

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
    return new Sample(file.toString(), MoreFiles.asByteSource(file), label, generator);
  }

  /**
   * Reads, decodes and prepares the image.
   *
   * @throws UnreadableImageException if the file cannot be read or decoded
   */
  public Image image() {
    return preparation.apply(Image.read(name, content, decoding), NO_CHANCE.random());
  }
}
