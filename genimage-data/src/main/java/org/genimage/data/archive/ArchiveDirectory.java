package org.genimage.data.archive;

import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.genimage.data.internal.FileNames;

/**
 * A folder in an archive.
 *
 * @param archive the archive
 * @param path the path it would have if the archive were unpacked beside its volumes
 * @param prefix its name in the archive, with a slash at the end; empty for the archive itself
 */
record ArchiveDirectory(Archive archive, Path path, String prefix) implements Directory {

  @Override
  public Optional<Directory> child(String name) {
    return folders().stream()
        .filter(name::equalsIgnoreCase)
        .map(
            n ->
                (Directory)
                    new ArchiveDirectory(archive, FileNames.resolve(path, n), prefix + n + "/"))
        .findFirst();
  }

  @Override
  public List<String> folders() {
    return archive.folders().keySet().stream()
        .filter(folder -> folder.startsWith(prefix))
        .map(folder -> folder.substring(prefix.length()).split("/")[0])
        .filter(folder -> !folder.isEmpty() && DiskDirectory.isData(folder))
        .distinct()
        .toList();
  }

  @Override
  public List<String> contents() {
    return folders();
  }

  @Override
  public List<String> images() {
    return entries().<List<String>>map(Archive.Entries::names).orElse(List.of());
  }

  @Override
  public ByteSource content(String image) {
    return archive.content(entries().orElseThrow(), image);
  }

  private Optional<Archive.Entries> entries() {
    String folder = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    return Optional.ofNullable(archive.folders().get(folder));
  }
}
