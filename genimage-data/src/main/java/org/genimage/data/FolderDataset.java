package org.genimage.data;

import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.genimage.data.archive.Directory;

/**
 * The images of several folders, with the place of each. A sample is made when asked for: GenImage
 * has 2.7 million.
 *
 * @param folders in order; a sample's index counts through them
 * @param size number of images
 * @param selection what was selected, for manifests; empty for everything
 */
public record FolderDataset(ImmutableList<Folder> folders, int size, String selection)
    implements ImageDataset {

  /**
   * The files of one class of one split of one generator.
   *
   * @param path where the folder lies, or would lie if its archive were unpacked
   * @param content returns the content of a file by its name
   * @param files names in order
   */
  public record Folder(
      Path path,
      Function<String, ByteSource> content,
      List<String> files,
      Split split,
      Label label,
      Generator generator) {

    static Folder of(
        Directory directory, List<String> files, Split split, Label label, Generator generator) {
      return new Folder(directory.path(), directory::content, files, split, label, generator);
    }

    Sample sample(int index) {
      String file = files.get(index);
      return new Sample(path.resolve(file).toString(), content.apply(file), label, generator);
    }
  }

  static FolderDataset of(List<Folder> folders, String selection) {
    int size = folders.stream().mapToInt(folder -> folder.files().size()).reduce(0, Math::addExact);
    return new FolderDataset(ImmutableList.copyOf(folders), size, selection);
  }

  @Override
  public Sample sample(int index) {
    Position position = position(index);
    return folders.get(position.folder).sample(position.file);
  }

  /**
   * Where a sample lies.
   *
   * @param folder index of its folder, from 0
   * @param file index of its file in that folder, from 0
   */
  public record Position(int folder, int file) {}

  /**
   * Returns where a sample lies.
   *
   * @throws IndexOutOfBoundsException if there is no such sample
   */
  public Position position(int index) {
    checkElementIndex(index, size, "sample");
    int folder = 0;
    int file = index;
    while (file >= folders.get(folder).files().size()) {
      file -= folders.get(folder++).files().size();
    }
    return new Position(folder, file);
  }

  /** Returns a sample's place in the published layout, as in a {@link Quarantine}. */
  public String place(int index) {
    Position position = position(index);
    Folder folder = folders.get(position.folder);
    return Quarantine.place(
        folder.generator, folder.split, folder.label, folder.files.get(position.file));
  }
}
