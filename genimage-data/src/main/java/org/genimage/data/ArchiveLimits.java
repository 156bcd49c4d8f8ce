package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import java.util.Locale;
import java.util.Set;
import org.genimage.data.archive.ReadingLimits;

/**
 * Limits that protect against decompression bombs. An image beyond a limit is refused before memory
 * is allocated. An archive whose entries overlap is refused as a whole.
 *
 * @param imageBytes the largest image file, in bytes
 * @param ratio the largest ratio of an image file's size to its compressed size; files of up to 1
 *     MiB are not checked
 * @param overlapping names, without {@code .zip}, of archives that are read although their entries
 *     overlap
 */
public record ArchiveLimits(long imageBytes, double ratio, Set<String> overlapping) {

  /**
   * 256 MiB and a ratio of 100; GenImage's files hardly shrink in an archive. The published archive
   * of Stable Diffusion V1.5 may overlap: unzip reports a bomb although its checksums are right.
   */
  public static final ArchiveLimits DEFAULT =
      new ArchiveLimits(256L << 20, 100, Set.of(Generator.STABLE_DIFFUSION_V1_5.archive()));

  /**
   * Checks and copies the components.
   *
   * @throws IllegalArgumentException if a limit is not positive
   */
  public ArchiveLimits {
    checkArgument(imageBytes > 0, "largest image must be positive, got %s", imageBytes);
    checkArgument(ratio > 0, "largest ratio must be positive, got %s", ratio);
    overlapping = ImmutableSet.copyOf(overlapping);
  }

  /**
   * Returns these limits with another largest image file.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public ArchiveLimits imageBytes(long bytes) {
    return new ArchiveLimits(bytes, ratio, overlapping);
  }

  /**
   * Returns these limits with another largest ratio.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public ArchiveLimits ratio(double largest) {
    return new ArchiveLimits(imageBytes, largest, overlapping);
  }

  ReadingLimits forReading() {
    return new ReadingLimits(imageBytes, ratio, overlapping, published());
  }

  /** Returns the names of GenImage's archives, without {@code .zip}, in lower case. */
  static Set<String> published() {
    return Generator.GENIMAGE.stream()
        .map(generator -> generator.archive().toLowerCase(Locale.ROOT))
        .collect(ImmutableSet.toImmutableSet());
  }

  /** Returns these limits with other archives, named without {@code .zip}, that may overlap. */
  public ArchiveLimits overlapping(Set<String> archives) {
    return new ArchiveLimits(imageBytes, ratio, archives);
  }
}
