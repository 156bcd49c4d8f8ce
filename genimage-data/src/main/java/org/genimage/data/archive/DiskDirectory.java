package org.genimage.data.archive;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.genimage.data.internal.FileNames;
import org.genimage.data.internal.LimitedFiles;
import org.genimage.data.internal.NameList;
import org.genimage.data.internal.NaturalOrder;

/**
 * A folder on disk. The contents of archives in it appear as if they were unpacked there; if both
 * exist, the folder on disk is used. Names are texts of {@link FileNames}, so that every file is
 * listed and can be read, whatever the locale.
 *
 * @param path the folder
 * @param archives opens the archives
 * @param index stores the names of images, if present
 */
public record DiskDirectory(Path path, Archives archives, Optional<ListingIndex> index)
    implements Directory {

  private static final Pattern IMAGE =
      Pattern.compile("[^.].*\\.(png|jpg|jpeg)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /**
   * Returns whether a file's name is an image's; hidden files, such as {@code ._1.png}, are not.
   */
  public static boolean isImage(String name) {
    return IMAGE.matcher(name).matches();
  }

  /** Returns whether a folder can belong to a dataset: it is neither hidden nor macOS's. */
  public static boolean isData(String folder) {
    return !folder.startsWith(".") && !folder.equals("__MACOSX");
  }

  @Override
  public Optional<Directory> child(String name) {
    Optional<Directory> onDisk =
        list(name::equalsIgnoreCase).stream()
            .map(this::resolve)
            .filter(Files::isDirectory)
            .map(folder -> (Directory) new DiskDirectory(folder, archives, index))
            .findFirst();
    return onDisk.or(
        () -> archives.in(path).stream().flatMap(a -> a.child(name).stream()).findFirst());
  }

  @Override
  public List<String> folders() {
    Stream<String> onDisk =
        list(DiskDirectory::isData).stream().filter(name -> Files.isDirectory(resolve(name)));
    Stream<String> archived = archives.in(path).stream().flatMap(a -> a.folders().stream());
    return Stream.concat(onDisk, archived).distinct().toList();
  }

  @Override
  public List<String> contents() {
    return list(name -> true);
  }

  @Override
  public List<String> images() {
    if (index.isEmpty()) {
      return NameList.of(list(DiskDirectory::isImage));
    }
    try {
      return index.get().names(path, () -> list(DiskDirectory::isImage));
    } catch (IOException e) {
      throw unlistable(e);
    }
  }

  @Override
  public ByteSource content(String image) {
    return LimitedFiles.of(resolve(image));
  }

  private Path resolve(String name) {
    return FileNames.resolve(path, name);
  }

  private List<String> list(Predicate<String> condition) {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(FileNames::of).filter(condition).sorted(NaturalOrder.INSTANCE).toList();
    } catch (IOException e) {
      throw unlistable(e);
    }
  }

  private UncheckedIOException unlistable(IOException e) {
    return new UncheckedIOException(
        "%s: cannot be listed (%s); check the permissions".formatted(path, e.getMessage()), e);
  }
}
