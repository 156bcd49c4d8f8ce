package org.genimage.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.genimage.data.archive.Archives;
import org.genimage.data.archive.Directory;
import org.genimage.data.archive.DiskDirectory;
import org.genimage.data.internal.FileNames;
import org.genimage.data.internal.NameList;
import org.genimage.data.internal.NaturalOrder;

/** The images in a folder and below. Links are followed, except those that lead back. */
final class FolderImages {

  private FolderImages() {}

  static ImageDataset below(Path folder, Label label, Generator generator) {
    if (!Files.isDirectory(folder)) {
      throw new DatasetException(
          "%s: expected a folder of images, found %s; check the path%s"
              .formatted(
                  folder,
                  Files.exists(folder) ? "a file" : "nothing there",
                  FileNames.hint(folder)));
    }
    List<String> names = names(folder);
    if (names.isEmpty()) {
      throw new DatasetException(
          "%s: expected .png, .jpg or .jpeg files in it or below, found none".formatted(folder));
    }
    Directory directory =
        new DiskDirectory(
            folder, new Archives(ArchiveLimits.DEFAULT.forReading()), Optional.empty());
    return FolderDataset.of(
        List.of(
            FolderDataset.Folder.of(
                directory, NameList.of(names), Split.VALIDATION, label, generator)),
        "");
  }

  /** Returns paths with slashes on every system, so that their order is the same everywhere. */
  private static List<String> names(Path folder) {
    List<String> names = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          Integer.MAX_VALUE,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
              return visited.equals(folder)
                      || DiskDirectory.isData(visited.getFileName().toString())
                  ? FileVisitResult.CONTINUE
                  : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (DiskDirectory.isImage(file.getFileName().toString())) {
                names.add(FileNames.relative(folder, file));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof FileSystemLoopException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: cannot be listed (%s); check the permissions".formatted(folder, e.getMessage()), e);
    }
    names.sort(NaturalOrder.INSTANCE);
    return names;
  }
}
