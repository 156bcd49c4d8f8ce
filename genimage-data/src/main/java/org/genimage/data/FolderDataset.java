package org.genimage.data;

import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** The images of several folders. A sample is made when asked for: GenImage has 2.7 million. */
record FolderDataset(ImmutableList<Folder> folders, int size, String selection)
    implements ImageDataset {

  /** The files of one class of one split of one generator. */
  record Folder(
      Directory directory, List<String> files, Split split, Label label, Generator generator) {

    Sample sample(int index) {
      String file = files.get(index);
      return new Sample(
          directory.path().resolve(file).toString(), directory.content(file), label, generator);
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

  /** Where a sample lies: the folder's place among the folders, and the file's in it. */
  record Position(int folder, int file) {}

  Position position(int index) {
    checkElementIndex(index, size, "sample");
    int folder = 0;
    int file = index;
    while (file >= folders.get(folder).files().size()) {
      file -= folders.get(folder++).files().size();
    }
    return new Position(folder, file);
  }

  /** Returns a sample's place in the published layout, as in a {@link Quarantine}. */
  String place(int index) {
    Position position = position(index);
    Folder folder = folders.get(position.folder);
    return Quarantine.place(
        folder.generator, folder.split, folder.label, folder.files.get(position.file));
  }
}
