package org.genimage.data.internal;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The free space of a disk, compared with what is to be written before hours of work. */
public final class DiskSpace {

  private static final System.Logger LOGGER = System.getLogger(DiskSpace.class.getName());

  private DiskSpace() {}

  /**
   * Returns what is wrong, and what to do, if a disk has less free space than something needs;
   * empty if it has enough, or if the system does not tell.
   *
   * @param folder exists
   * @param needed bytes
   * @param what needs them, in the plural
   */
  public static Optional<String> shortage(Path folder, long needed, String what) {
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      return free >= 0 && free < needed
          ? Optional.of(
              "expected %s of free disk space for %s, found %s; make room or choose another folder"
                  .formatted(gigabytes(needed), what, gigabytes(free)))
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      LOGGER.log(Level.DEBUG, "the free disk space is not known", e);
      return Optional.empty();
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.3f GB", bytes / 1e9);
  }
}
