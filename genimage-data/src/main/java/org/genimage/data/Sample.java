package org.genimage.data;

import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import java.nio.file.Path;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;

/**
 * One image of a dataset before it is read: where its bytes are and what it is.
 *
 * @param name names it in messages and score files; a file's path
 * @param content the encoded image
 * @param label what it is
 * @param generator the subset that it belongs to; a natural image belongs to one, too
 * @param decoding how the image is decoded
 * @param preparation what is done to the decoded image before anybody sees it; draws no random
 *     numbers
 */
public record Sample(
    String name,
    ByteSource content,
    Label label,
    Generator generator,
    Decoding decoding,
    Transform preparation) {

  private static final Seed NO_CHANCE = Seed.of(0);

  /** Creates a sample whose image is taken as Pillow decodes it. */
  public Sample(String name, ByteSource content, Label label, Generator generator) {
    this(name, content, label, generator, Decoding.PILLOW, Transform.IDENTITY);
  }

  /** Returns this sample decoded in another way. */
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
