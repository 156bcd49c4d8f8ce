package org.genimage.data;

import com.google.common.io.ByteSource;
import com.google.common.io.MoreFiles;
import java.nio.file.Path;

/**
 * One image of a dataset before it is read: where its bytes are and what it is.
 *
 * @param name names it in messages and score files; a file's path
 * @param content the encoded image
 * @param label what it is
 * @param generator the subset that it belongs to; a natural image belongs to one, too
 */
public record Sample(String name, ByteSource content, Label label, Generator generator) {

  /** Returns the sample of a file. */
  public static Sample of(Path file, Label label, Generator generator) {
    return new Sample(file.toString(), MoreFiles.asByteSource(file), label, generator);
  }

  /**
   * Reads and decodes the image.
   *
   * @throws UnreadableImageException if the file cannot be read or decoded
   */
  public Image image() {
    return Image.read(name, content);
  }
}
