package org.genimage.eval.alignment;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.io.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transforms;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.FileNames;

/**
 * How the images of a test set are made alike before a detector sees them, so that it cannot tell
 * JPEG files from PNG files instead of photographs from generated images. JPEG is always Pillow's:
 * baseline, chroma at half the size (4:2:0); 4:4:4 would give other pixels.
 *
 * <p>An aligned dataset has other files: what reads them, such as {@link
 * org.genimage.data.doctor.FileRules}, sees the aligned format, quality and size. The unbiased
 * selection ({@code org.genimage.data.Unbiased}) chooses images instead, and may be aligned as
 * well.
 *
 * @param name for tables, such as {@code JPEG 96 on both}
 * @param nature how natural images are stored again
 * @param ai how AI images are stored again
 * @param side the side of the square that is cut from the middle of each image before, in pixels;
 *     empty for no crop. Smaller images are refused, since an edge would betray them; images that
 *     are not stored again otherwise become PNG files
 * @param seed of the random qualities: each depends on it and on the image's label, generator and
 *     file name
 */
public record Alignment(String name, Recoding nature, Recoding ai, OptionalInt side, long seed) {

  /** The published images as they are. */
  public static final Alignment NONE = of("as published", Recoding.NONE, Recoding.NONE);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the name is blank or the side not positive
   */
  public Alignment {
    checkArgument(!name.isBlank(), "the name of an alignment must not be blank");
    checkArgument(
        side.isEmpty() || side.getAsInt() > 0, "side of a crop must be positive, got %s", side);
  }

  private static Alignment of(String name, Recoding nature, Recoding ai) {
    return new Alignment(name, nature, ai, OptionalInt.empty(), 42);
  }

  /**
   * Returns JPEG on AI images only, as in the table of Dual Data Alignment (arXiv 2505.14359),
   * which uses 96. Natural JPEG files then were compressed as often, but not AI images of JPEG
   * files: {@link #jpegOfBoth} leaves no such trace.
   *
   * @param quality 1 to 100
   * @throws IllegalArgumentException if it is out of its range
   */
  public static Alignment jpegOfAi(int quality) {
    return of("JPEG %s on AI images".formatted(quality), Recoding.NONE, Recoding.jpeg(quality));
  }

  /**
   * Returns JPEG of one quality on all images.
   *
   * @param quality 1 to 100
   * @throws IllegalArgumentException if it is out of its range
   */
  public static Alignment jpegOfBoth(int quality) {
    Recoding jpeg = Recoding.jpeg(quality);
    return of("JPEG %s on both".formatted(quality), jpeg, jpeg);
  }

  /**
   * Returns JPEG of a random quality on all images, drawn from one uniform law for both labels.
   *
   * @param least 1 to 100
   * @param most {@code least} to 100
   * @throws IllegalArgumentException if one is out of its range
   */
  public static Alignment randomJpeg(int least, int most) {
    Recoding jpeg = Recoding.jpeg(least, most);
    return of("JPEG %s to %s on both".formatted(least, most), jpeg, jpeg);
  }

  /**
   * Returns PNG for all images: the files are alike, but traces of earlier compression stay in the
   * pixels. Scores are those of the published images.
   */
  public static Alignment png() {
    return of("PNG for both", Recoding.PNG, Recoding.PNG);
  }

  /**
   * Returns one size for all images, by a crop from the middle, without storing them with a loss.
   *
   * @param side of the square in pixels
   * @throws IllegalArgumentException if it is not positive
   */
  public static Alignment oneSize(int side) {
    return NONE.crop(side);
  }

  /**
   * Returns this alignment after a crop from the middle to one size.
   *
   * @param pixels the side of the square
   * @throws IllegalArgumentException if it is not positive
   */
  public Alignment crop(int pixels) {
    String crop = "crop %s".formatted(pixels);
    boolean none = nature.equals(Recoding.NONE) && ai.equals(Recoding.NONE);
    return new Alignment(
        none ? crop : crop + ", " + name, nature, ai, OptionalInt.of(pixels), seed);
  }

  /** Returns this alignment with other random qualities. */
  public Alignment seed(long number) {
    return new Alignment(name, nature, ai, side, number);
  }

  /** Returns the alignment in words, with the subsampling of JPEG. */
  public String description() {
    String crop = side.isPresent() ? "centre crop %1$s x %1$s, ".formatted(side.getAsInt()) : "";
    String jpeg =
        Stream.of(nature, ai).anyMatch(one -> one.format() == Recoding.Format.JPEG)
            ? "; JPEG baseline, 4:2:0, as Pillow's default"
            : "";
    boolean drawn = Stream.of(nature, ai).anyMatch(one -> one.least() < one.most());
    return "aligned: %snatural images %s, AI images %s%s%s"
        .formatted(crop, nature, ai, jpeg, drawn ? ", seed " + seed : "");
  }

  /** Returns the aligned images, under the same names; nothing is read yet. */
  public ImageDataset of(ImageDataset data) {
    return this.changesNothing() ? data : new Aligned(data, this);
  }

  private boolean changesNothing() {
    return side.isEmpty() && nature.equals(Recoding.NONE) && ai.equals(Recoding.NONE);
  }

  private Sample of(Sample sample) {
    Recoding recoding = sample.label() == Label.AI ? ai : nature;
    if (recoding.equals(Recoding.NONE) && side.isEmpty()) {
      return sample;
    }
    return new Sample(
        sample.name(), new AlignedFile(sample, recoding, this), sample.label(), sample.generator());
  }

  private Image cropped(Sample sample) {
    Image image = sample.image();
    if (side.isEmpty()) {
      return image;
    }
    int pixels = side.getAsInt();
    if (Math.min(image.width(), image.height()) < pixels) {
      throw new UnreadableImageException(
          "%s: expected an image of at least %s pixels a side to crop, found %sx%s; leave it out or"
                  .formatted(sample.name(), pixels, image.width(), image.height())
              + " choose a smaller crop");
    }
    RandomGenerator unused = Seed.of(0).random();
    return Transforms.centerCrop(pixels).apply(image, unused);
  }

  private Seed seed(Sample sample) {
    return Seed.of(seed)
        .at("alignment")
        .at(sample.generator().name())
        .at(sample.label().folder())
        .at(FileNames.last(sample.name()));
  }

  /** The aligned images of a dataset. */
  private record Aligned(ImageDataset data, Alignment alignment) implements ImageDataset {

    @Override
    public int size() {
      return data.size();
    }

    @Override
    public Sample sample(int index) {
      return alignment.of(data.sample(index));
    }

    @Override
    public String selection() {
      return Stream.of(data.selection(), alignment.description())
          .filter(text -> !text.isEmpty())
          .collect(Collectors.joining("; "));
    }

    /** Returns the number of images and how they were made, in a short line. */
    @Override
    public String toString() {
      return "%s images, %s".formatted(size(), selection());
    }
  }

  /** An image's file after the alignment, made whenever it is read. */
  private static final class AlignedFile extends ByteSource {

    private final Sample sample;
    private final Recoding recoding;
    private final Alignment alignment;

    private AlignedFile(Sample sample, Recoding recoding, Alignment alignment) {
      this.sample = sample;
      this.recoding = recoding;
      this.alignment = alignment;
    }

    @Override
    public byte[] read() {
      return recoding.encode(alignment.cropped(sample), alignment.seed(sample));
    }

    @Override
    public InputStream openStream() {
      return new ByteArrayInputStream(read());
    }

    @Override
    public String toString() {
      return sample.name() + ", " + alignment.name();
    }
  }
}
