package org.genimage.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.PackedImages;
import org.genimage.data.Progress;
import org.genimage.data.Split;
import org.genimage.data.TestSet;
import org.genimage.data.Unbiased;
import org.genimage.data.image.Transform;
import org.genimage.eval.protocol.TestImages;
import org.genimage.eval.protocol.TrainingSet;

/**
 * The images that tables are filled with, as published or without the bias of format and size. Each
 * set is chosen once and shared by all detectors.
 */
final class TableImages {

  /**
   * How a rehearsal makes sets small.
   *
   * @param limit the most images of a set
   * @param seed of the drawing
   * @param packed whether a set is decoded once and kept in a file
   */
  record Reduced(int limit, long seed, boolean packed) {}

  private final GenImage genimage;
  private final Optional<Unbiased> selection;
  private final Path folder;
  private final Optional<Reduced> reduced;
  private final Map<String, ImageDataset> sets = new HashMap<>();

  /**
   * Returns the images.
   *
   * @param selection what takes the bias away, if anything does
   * @param folder where all that is made with them goes
   * @param reduced how they are made fewer, if they are
   */
  TableImages(
      GenImage genimage, Optional<Unbiased> selection, Path folder, Optional<Reduced> reduced) {
    this.genimage = genimage;
    this.selection = selection;
    this.folder = folder;
    this.reduced = reduced;
  }

  /** Returns where weights, checkpoints, packed images and scores go. */
  Path folder() {
    return folder;
  }

  /**
   * Returns the images to train on.
   *
   * @throws DatasetException if they are missing, or none is selected
   */
  ImageDataset train(TrainingSet set) {
    return set("train " + set, () -> images(Split.TRAIN, set.generators()));
  }

  /**
   * Returns the images to test on.
   *
   * @throws DatasetException if they are missing, or none is selected
   */
  ImageDataset test(TestImages test) {
    return set(
        "test " + test,
        () ->
            test.generators().isEmpty()
                ? further(test.name())
                : images(Split.VALIDATION, test.generators()));
  }

  private ImageDataset set(String name, Supplier<ImageDataset> source) {
    ImageDataset known = sets.get(name);
    if (known != null) {
      return known;
    }
    ImageDataset set = reduced.map(how -> smaller(name, source, how)).orElseGet(source);
    sets.put(name, set);
    return set;
  }

  private ImageDataset smaller(String name, Supplier<ImageDataset> source, Reduced how) {
    if (!how.packed()) {
      return source.get().draw(how.limit(), how.seed());
    }
    Path file = folder.resolve("packed").resolve(slug(name) + ".packed");
    if (!Files.exists(file)) {
      createFolder(file.getParent());
      PackedImages.write(
          file,
          source.get().draw(how.limit(), how.seed()),
          Transform.IDENTITY,
          "pixels as they are",
          Progress.NONE);
    }
    return PackedImages.open(file);
  }

  private static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be made (%s); choose another --out".formatted(folder, e.getMessage()), e);
    }
  }

  private ImageDataset images(Split split, List<Generator> generators) {
    Generator[] chosen = generators.toArray(Generator[]::new);
    return selection
        .map(rule -> rule.select(genimage, split, Progress.NONE, chosen).data())
        .orElseGet(() -> genimage.split(split, chosen));
  }

  private ImageDataset further(String name) {
    if (selection.isPresent()) {
      throw new DatasetException(
          name + ": the unbiased selection is defined for GenImage's own images alone");
    }
    return genimage.testSet(
        TestSet.ALL.stream().filter(set -> set.name().equals(name)).findFirst().orElseThrow());
  }

  /** Returns a name for files. */
  static String slug(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
  }
}
