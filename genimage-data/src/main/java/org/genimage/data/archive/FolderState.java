package org.genimage.data.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What tells whether a folder has changed. Programs that restore files set the modification time
 * back, but none can set the change time (ctime), and a folder that was made anew has another inode
 * number.
 *
 * @param inode the folder's number in its file system
 * @param modified the modification time, in nanoseconds since 1970
 * @param changed the change time, in nanoseconds since 1970
 */
record FolderState(long inode, long modified, long changed) {

  /**
   * File systems that keep a change time of their own. Others, such as FAT and those over SFTP,
   * repeat the modification time there, or a time that a program may set.
   */
  private static final Set<String> TRUSTED =
      Set.of(
          "apfs",
          "bcachefs",
          "beegfs",
          "btrfs",
          "ceph",
          "ext2",
          "ext3",
          "ext4",
          "f2fs",
          "gpfs",
          "hfs",
          "jfs",
          "lustre",
          "nfs",
          "nfs4",
          "overlay",
          "ramfs",
          "reiserfs",
          "tmpfs",
          "ufs",
          "xfs",
          "zfs");

  private static final Map<Object, Boolean> TRUSTED_DEVICES = new ConcurrentHashMap<>();

  /** Finds the state of a folder. */
  interface Reader {

    /** Returns the state; empty if the file system does not say, or not trustworthily. */
    Optional<FolderState> of(Path folder) throws IOException;
  }

  /** Returns the state of a folder, as {@link Reader#of} does. */
  static Optional<FolderState> of(Path folder) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return Optional.empty();
    }
    Map<String, Object> attributes =
        Files.readAttributes(folder, "unix:dev,ino,ctime,lastModifiedTime");
    if (!isTrusted(attributes.get("dev"), folder)) {
      return Optional.empty();
    }
    return Optional.of(
        new FolderState(
            (Long) attributes.get("ino"),
            ((FileTime) attributes.get("lastModifiedTime")).to(TimeUnit.NANOSECONDS),
            ((FileTime) attributes.get("ctime")).to(TimeUnit.NANOSECONDS)));
  }

  private static boolean isTrusted(Object device, Path folder) throws IOException {
    Boolean known = TRUSTED_DEVICES.get(device);
    if (known == null) {
      known = TRUSTED.contains(Files.getFileStore(folder).type());
      TRUSTED_DEVICES.put(device, known);
    }
    return known;
  }

  /** Returns whether the folder last changed before an instant. */
  boolean isBefore(Instant instant) {
    long nanos = Math.max(modified, changed);
    return Instant.ofEpochSecond(0, nanos).isBefore(instant);
  }
}
