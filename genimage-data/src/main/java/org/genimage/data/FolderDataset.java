package org.genimage.data;

import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import com.google.common.io.ByteSource;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.genimage.data.archive.Directory;
import org.genimage.data.internal.FileNames;

/**
 * The images of several folders, with the place of each in GenImage's layout. A sample is created
 * when it is asked for, since GenImage has 2.7 million. {@link GenImage#everything()} returns one.
 *
 * @param folders in order; the index of a sample counts through them
 * @param size the number of images in all folders
 * @param selection how the images were chosen, in words; empty if all were taken
 */
public record FolderDataset(ImmutableList<Folder> folders, int size, String selection)
    implements ImageDataset {

  /**
   * The files of one class of one split of one generator.
   *
   * @param path the folder's path; for a folder in an archive, the path it would have if the
   *     archive were unpacked
   * @param content returns the content of a file by its name
   * @param files the names of the files in natural order: {@code 2.png} before {@code 10.png}
   * @param split the split that the files belong to
   * @param label the class of the files
   * @param generator the subset that the files belong to
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
      return new Sample(FileNames.below(path, file), content.apply(file), label, generator);
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
   * The position of a sample.
   *
   * @param folder the index of its folder in {@link FolderDataset#folders()}, from 0
   * @param file the index of its file in {@link Folder#files()}, from 0
   */
  public record Position(int folder, int file) {}

  /**
   * Returns the position of a sample.
   *
   * @param index from 0 to {@code size() - 1}
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

  /**
   * Returns a sample's place in the published layout, as in a {@link Quarantine}, such as {@code
   * imagenet_ai_0419_biggan/train/ai/116_biggan_00081.png}.
   *
   * @param index from 0 to {@code size() - 1}
   * @throws IndexOutOfBoundsException if there is no such sample
   */
  public String place(int index) {
    Position position = position(index);
    Folder folder = folders.get(position.folder);
    return Quarantine.place(
        folder.generator, folder.split, folder.label, folder.files.get(position.file));
  }

  /** Returns the number of images and how they were chosen, in a short line. */
  @Override
  public String toString() {
    return InWords.of(this);
  }
}
