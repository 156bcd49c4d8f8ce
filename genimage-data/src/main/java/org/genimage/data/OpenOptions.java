package org.genimage.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a benchmark on disk is opened.
 *
 * @param index the folder where lists of file names are stored, if any; the benchmark's own is fine
 * @param quarantine the images to leave out
 * @param archives limits for archives
 */
public record OpenOptions(Optional<Path> index, Quarantine quarantine, ArchiveLimits archives) {

  /** No index, no quarantine, and {@link ArchiveLimits#DEFAULT}. */
  public static final OpenOptions DEFAULT =
      new OpenOptions(Optional.empty(), Quarantine.NONE, ArchiveLimits.DEFAULT);

  /**
   * Returns these options with a folder where lists of file names are stored, so that 2.7 million
   * images are found in seconds the next time. A folder of images is listed again when its inode
   * number, its change time (ctime) or its modification time differs, and always if its file system
   * has no change time that can be trusted: on Windows, FAT and most network disks but NFS. If the
   * lists cannot be written, a warning is logged.
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
