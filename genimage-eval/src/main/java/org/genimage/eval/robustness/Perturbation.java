package org.genimage.eval.robustness;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.eval.Degradation;

/**
 * A named change of an image at one strength. The same image, suite seed, name and strength give
 * the same result everywhere: the random numbers are SplitMix64's from their SHA-256.
 *
 * @param name such as {@code jpeg}; names are not used again for something else
 * @param strength as the suite writes it, such as {@code 75} or {@code 50>85}; may be empty
 * @param group what it belongs to in reports, such as {@code compression}
 * @param authority the call that it equals, such as {@code Pillow save(JPEG, quality)}
 * @param transform what it does
 */
public record Perturbation(
    String name, String strength, String group, String authority, Transform transform) {

  /** Images with a shorter side below this are left out: what remains of them is no image. */
  public static final int LEAST_SIDE = 32;

  /** Returns whether the image is large enough. */
  public static boolean applies(Image image) {
    return Math.min(image.width(), image.height()) >= LEAST_SIDE;
  }

  /**
   * Returns the changed image.
   *
   * @param seed of the suite
   * @throws IllegalArgumentException if a side is below {@value #LEAST_SIDE} pixels
   */
  public Image apply(Image image, long seed) {
    checkArgument(
        applies(image),
        "expected an image of %s pixels at least on each side, found %sx%s; leave it out",
        LEAST_SIDE,
        image.width(),
        image.height());
    return transform.apply(image, new SplittableRandom(seed(image, seed)));
  }

  /** The first eight bytes, big-endian, of SHA-256 of seed, pixels' SHA-256, name and strength. */
  private long seed(Image image, long seed) {
    String pixels = Hashing.sha256().hashBytes(image.toArray()).toString();
    String text = String.join("|", Long.toString(seed), pixels, name, strength);
    byte[] hash = Hashing.sha256().hashString(text, StandardCharsets.UTF_8).asBytes();
    return ByteBuffer.wrap(hash).getLong();
  }

  /** Returns name and strength, such as {@code jpeg 75}. */
  public String label() {
    return strength.isEmpty() ? name : name + " " + strength;
  }

  /**
   * Returns it for an {@link org.genimage.eval.Evaluation}; images that are too small stay as they
   * are there.
   *
   * @param seed of the suite
   */
  public Degradation degradation(long seed) {
    return new Degradation(
        label(), 0, "", (image, unused) -> applies(image) ? apply(image, seed) : image);
  }

  @Override
  public String toString() {
    return label();
  }
}
