package org.genimage.models.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * A file as it was when its weights were opened, by which a change is noticed before its numbers
 * are used.
 *
 * @param size in bytes
 * @param modified when it was last changed
 * @param key the system's own name of the file, where it has one: another file in its place has
 *     another
 */
record FileState(Path file, long size, FileTime modified, Optional<Object> key) {

  static FileState of(Path file) throws IOException {
    BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
    return new FileState(
        file, found.size(), found.lastModifiedTime(), Optional.ofNullable(found.fileKey()));
  }

  /**
   * Returns if the file is as it was.
   *
   * @throws WeightsException if it has been changed, replaced, moved or deleted
   */
  void check() {
    String found;
    try {
      FileState now = of(file);
      if (now.equals(this)) {
        return;
      }
      found = "another one of %s bytes, last changed at %s".formatted(now.size, now.modified);
    } catch (IOException e) {
      found = "none (%s)".formatted(WeightsFormat.reason(e));
    }
    throw new WeightsException(
        ("%s: expected the file of %s bytes, last changed at %s, whose weights are in use, found"
                + " %s: the numbers of large files are read when they are needed; put the file back"
                + " and keep it unchanged, or hold its numbers in the heap with Weights.inMemory()")
            .formatted(file, size, modified, found));
  }
}
