package org.genimage.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** The images in a folder and below. */
final class FolderImages {

  private FolderImages() {}

  static ImageDataset below(Path folder, Label label, Generator generator) {
    if (!Files.isDirectory(folder)) {
      throw new DatasetException(
          "%s: expected a folder of images, found %s; check the path"
              .formatted(folder, Files.exists(folder) ? "a file" : "nothing there"));
    }
    List<String> paths = paths(folder);
    if (paths.isEmpty()) {
      throw new DatasetException(
          "%s: expected .png, .jpg or .jpeg files in it or below, found none".formatted(folder));
    }
    return ImageDataset.of(
        paths.stream().map(path -> Sample.of(folder.resolve(path), label, generator)).toList());
  }

  private static List<String> paths(Path folder) {
    List<String> paths = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
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
                paths.add(folder.relativize(file).toString());
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: cannot be listed (%s); check the permissions".formatted(folder, e.getMessage()), e);
    }
    paths.sort(NaturalOrder.INSTANCE);
    return paths;
  }
}
