package org.genimage.app.command;

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
 * The training and test images of the tables, as published or without the bias of format and size.
 * Each set is chosen once and shared by all detectors.
 */
final class TableImages {

  /**
   * How a rehearsal reduces the sets.
   *
   * @param limit the most images of a set
   * @param seed of the random choice of images
   * @param packed whether a set is decoded once and written to a packed file
   */
  record Reduced(int limit, long seed, boolean packed) {}

  private final GenImage genimage;
  private final Optional<Unbiased> selection;
  private final Path folder;
  private final Optional<Reduced> reduced;
  private final Map<String, ImageDataset> sets = new HashMap<>();

  /**
   * Opens the images.
   *
   * @param selection removes the bias, if present
   * @param folder for weights, checkpoints, packed images and scores
   * @param reduced how the sets are reduced, if they are
   */
  TableImages(
      GenImage genimage, Optional<Unbiased> selection, Path folder, Optional<Reduced> reduced) {
    this.genimage = genimage;
    this.selection = selection;
    this.folder = folder;
    this.reduced = reduced;
  }

  /** Returns the folder for weights, checkpoints, packed images and scores. */
  Path folder() {
    return folder;
  }

  /**
   * Returns the images to train on.
   *
   * @throws DatasetException if they are missing, or the selection is empty
   */
  ImageDataset train(TrainingSet set) {
    return set("train " + set, () -> images(Split.TRAIN, set.generators()));
  }

  /**
   * Returns the images to test on.
   *
   * @throws DatasetException if they are missing, or the selection is empty
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
      Outputs.createFolder(file.getParent());
      PackedImages.write(
          file,
          source.get().draw(how.limit(), how.seed()),
          Transform.IDENTITY,
          "unchanged pixels",
          Progress.NONE);
    }
    return PackedImages.open(file);
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
          name
              + ": the unbiased selection exists for GenImage's own images only; run without --unbiased");
    }
    return genimage.testSet(
        TestSet.ALL.stream().filter(set -> set.name().equals(name)).findFirst().orElseThrow());
  }

  /** Returns the name in a form for file names: lower case, hyphens between words. */
  static String slug(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.]+", "-");
  }
}
