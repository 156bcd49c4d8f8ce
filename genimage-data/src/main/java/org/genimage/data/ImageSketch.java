package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.genimage.data.internal.FileNames;
import org.genimage.data.internal.Interruption;

/**
 * Enough of a dataset to recognize its images among others: the hashes of the content of at most
 * {@value #IMAGES} of them. Weights carry that of their training images, so that nobody calibrates
 * on these by mistake.
 *
 * <p>The images are chosen by their names' hashes, so the choice says nothing of their content. Of
 * images that two datasets share, the share {@value #IMAGES} / size is found on average: all of a
 * small dataset, and 2 of 650 of one with 324,000 images. Files that were saved again have other
 * content. The hashes have 48 bits: that a thousand strange images contain one has a probability of
 * 4e-9.
 */
public final class ImageSketch {

  private static final int IMAGES = 1024;
  private static final int BYTES = 6;
  private static final HashFunction NAMES = Hashing.murmur3_128();
  private static final HashFunction CONTENT = Hashing.sha256();

  private final long[] hashes; // rising, distinct

  private ImageSketch(LongStream hashes) {
    this.hashes = hashes.sorted().distinct().toArray();
  }

  /**
   * Returns the sketch of a dataset. Reads at most {@value #IMAGES} images; those that cannot be
   * read are left out.
   *
   * @throws java.util.concurrent.CancellationException if this thread is interrupted; its interrupt
   *     flag stays set
   */
  public static ImageSketch of(ImageDataset data) {
    record Place(int index, long lot) {}
    return new ImageSketch(
        IntStream.range(0, data.size())
            .mapToObj(i -> new Place(i, lot(data.sample(i))))
            .sorted(Comparator.comparingLong(Place::lot).thenComparingInt(Place::index))
            .limit(IMAGES)
            .map(place -> hash(data.sample(place.index())))
            .flatMapToLong(OptionalLong::stream));
  }

  private static long lot(Sample sample) {
    return NAMES.hashString(FileNames.last(sample.name()), StandardCharsets.UTF_8).asLong();
  }

  /** Returns the hash of an image's content; empty if it cannot be read. */
  private static OptionalLong hash(Sample sample) {
    try {
      return OptionalLong.of(
          CONTENT.hashBytes(sample.content().read()).asLong() >>> 8 * (8 - BYTES));
    } catch (IOException e) {
      Interruption.check(e, sample.name() + " was being read");
      return OptionalLong.empty();
    }
  }

  /**
   * Reads a sketch.
   *
   * @param text what {@link #toString} returned
   * @throws IllegalArgumentException if it is no sketch
   */
  public static ImageSketch parse(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("expected a sketch of images, found no base64", e);
    }
    checkArgument(
        bytes.length % BYTES == 0 && bytes.length <= IMAGES * BYTES,
        "expected a sketch of at most %s images, found %s bytes",
        IMAGES,
        bytes.length);
    return new ImageSketch(
        IntStream.range(0, bytes.length / BYTES)
            .mapToLong(
                i ->
                    IntStream.range(BYTES * i, BYTES * (i + 1))
                        .mapToLong(at -> bytes[at] & 0xff)
                        .reduce(0, (hash, next) -> hash << 8 | next)));
  }

  /** Returns the number of images in the sketch. */
  public int size() {
    return hashes.length;
  }

  /**
   * Returns how many images of a dataset have the content of one in the sketch. Reads all of them,
   * several at a time; those that cannot be read do not count.
   *
   * @throws java.util.concurrent.CancellationException if this thread is interrupted; its interrupt
   *     flag stays set
   */
  public long known(ImageDataset data) {
    if (hashes.length == 0) {
      return 0;
    }
    Interruption.check("images were being compared");
    return IntStream.range(0, data.size())
        .parallel()
        .mapToObj(i -> hash(data.sample(i)))
        .flatMapToLong(OptionalLong::stream)
        .filter(hash -> Arrays.binarySearch(hashes, hash) >= 0)
        .count();
  }

  /** Returns the hashes in base64, 8 characters each. */
  @Override
  public String toString() {
    byte[] bytes = new byte[BYTES * hashes.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (hashes[i / BYTES] >>> 8 * (BYTES - 1 - i % BYTES));
    }
    return Base64.getEncoder().encodeToString(bytes);
  }
}
