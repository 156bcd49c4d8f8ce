package org.genimage.data;

import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.List;

/** The images of several folders. A sample is made when asked for: GenImage has 2.7 million. */
record FolderDataset(ImmutableList<Folder> folders, int size) implements ImageDataset {

  /** The files of one class of one split of one generator. */
  record Folder(Path path, List<String> files, Label label, Generator generator) {}

  static FolderDataset of(List<Folder> folders) {
    int size = folders.stream().mapToInt(folder -> folder.files().size()).reduce(0, Math::addExact);
    return new FolderDataset(ImmutableList.copyOf(folders), size);
  }

  @Override
  public Sample sample(int index) {
    checkElementIndex(index, size, "sample");
    int rest = index;
    for (Folder folder : folders) {
      if (rest < folder.files().size()) {
        Path file = folder.path().resolve(folder.files().get(rest));
        return Sample.of(file, folder.label(), folder.generator());
      }
      rest -= folder.files().size();
    }
    throw new AssertionError(index);
  }
}
