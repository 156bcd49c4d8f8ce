package org.genimage.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a benchmark on disk is opened.
 *
 * @param index the folder that remembers what folders contain, if any; the benchmark's own will do
 * @param quarantine the images to leave out
 * @param archives what archives may demand
 */
public record OpenOptions(Optional<Path> index, Quarantine quarantine, ArchiveLimits archives) {

  /** Nothing is remembered, nothing left out, archives may demand {@link ArchiveLimits#DEFAULT}. */
  public static final OpenOptions DEFAULT =
      new OpenOptions(Optional.empty(), Quarantine.NONE, ArchiveLimits.DEFAULT);

  /**
   * Returns these options with a folder that remembers what the benchmark's folders contain, so
   * that 2.7 million images are found in seconds the next time. A folder is listed again when its
   * modification time has changed. Where the folder cannot be written a warning is logged and
   * nothing is remembered.
   */
  public OpenOptions index(Path folder) {
    return new OpenOptions(Optional.of(folder), quarantine, archives);
  }

  /** Returns these options with images to leave out. */
  public OpenOptions quarantine(Quarantine images) {
    return new OpenOptions(index, images, archives);
  }

  /** Returns these options with other limits for archives. */
  public OpenOptions archives(ArchiveLimits limits) {
    return new OpenOptions(index, quarantine, limits);
  }
}
