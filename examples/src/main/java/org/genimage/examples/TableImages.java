package org.genimage.examples;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Progress;
import org.genimage.data.Split;
import org.genimage.data.TestSet;
import org.genimage.data.Unbiased;
import org.genimage.eval.TestImages;
import org.genimage.eval.TrainingSet;

/** The images that tables are filled with: as published, or without the bias of format and size. */
final class TableImages {

  private record Part(Split split, List<Generator> generators) {}

  private final GenImage genimage;
  private final Optional<Unbiased> selection;
  private final Path folder;
  private final Map<Part, ImageDataset> selected = new HashMap<>();

  private TableImages(GenImage genimage, Optional<Unbiased> selection, Path folder) {
    this.genimage = genimage;
    this.selection = selection;
    this.folder = folder;
  }

  /** Returns the images as they are; what is made with them goes into the folder. */
  static TableImages published(GenImage genimage, Path folder) {
    return new TableImages(genimage, Optional.empty(), folder);
  }

  /** Returns images that are selected and prepared; what is made with them goes into the folder. */
  static TableImages unbiased(GenImage genimage, Unbiased selection, Path folder) {
    return new TableImages(genimage, Optional.of(selection), folder);
  }

  /** Returns where weights, checkpoints and scores go. */
  Path folder() {
    return folder;
  }

  /**
   * Returns the images to train on.
   *
   * @throws DatasetException if they are missing, or none is selected
   */
  ImageDataset train(TrainingSet set) {
    return images(Split.TRAIN, set.generators());
  }

  /**
   * Returns the images to test on.
   *
   * @throws DatasetException if they are missing, or none is selected
   */
  ImageDataset test(TestImages test) {
    if (!test.generators().isEmpty()) {
      return images(Split.VALIDATION, test.generators());
    }
    if (selection.isPresent()) {
      throw new DatasetException(
          test.name() + ": the unbiased selection is defined for GenImage's own images alone");
    }
    return genimage.testSet(
        TestSet.ALL.stream()
            .filter(set -> set.name().equals(test.name()))
            .findFirst()
            .orElseThrow());
  }

  private ImageDataset images(Split split, List<Generator> generators) {
    Generator[] chosen = generators.toArray(Generator[]::new);
    return selection
        .map(
            rule ->
                selected.computeIfAbsent(
                    new Part(split, generators),
                    part -> rule.select(genimage, split, Progress.NONE, chosen).data()))
        .orElseGet(() -> genimage.split(split, chosen));
  }
}
