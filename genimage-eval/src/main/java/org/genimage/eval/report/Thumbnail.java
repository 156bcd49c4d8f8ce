package org.genimage.eval.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transforms;

/** Images inside the page. */
final class Thumbnail {

  private Thumbnail() {}

  /** Returns the central square of an image, no larger than this side. */
  static Image square(Image image, int largest) {
    int side = Math.min(largest, Math.min(image.width(), image.height()));
    return Transforms.resizeShorterSide(side, Filter.BICUBIC)
        .then(Transforms.centerCrop(side))
        .apply(image, new SplittableRandom(0));
  }

  /** Returns a whole image, no wider or higher than this. */
  static Image within(Image image, int largest) {
    double share = (double) largest / Math.max(image.width(), image.height());
    return share >= 1
        ? image
        : Transforms.resize(
                (int) Math.max(1, Math.round(share * image.width())),
                (int) Math.max(1, Math.round(share * image.height())),
                Filter.BICUBIC)
            .apply(image, new SplittableRandom(0));
  }

  /** Returns a PNG as a data URI. */
  static String png(Image image) {
    return uri("png", image.toPng());
  }

  /** Returns a JPEG as a data URI. */
  static String jpeg(BufferedImage picture) {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    // ImageIO's default keeps a file among the temporary ones, whose folder may be read-only.
    try (var out = new MemoryCacheImageOutputStream(jpeg)) {
      ImageIO.write(picture, "jpeg", out);
    } catch (IOException e) {
      throw new UncheckedIOException("JPEG of a contact sheet", e);
    }
    return uri("jpeg", jpeg.toByteArray());
  }

  private static String uri(String type, byte[] content) {
    return "data:image/" + type + ";base64," + Base64.getEncoder().encodeToString(content);
  }
}
