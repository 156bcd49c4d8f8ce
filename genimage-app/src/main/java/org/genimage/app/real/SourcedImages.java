package org.genimage.app.real;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.genimage.data.DatasetException;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.ListedImages;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.internal.FileNames;

/**
 * Labelled images with their sources: those to train on, and those that are held out for the test.
 *
 * @param training for training and all choices
 * @param test seen once, at the end
 * @param source returns where an image comes from: a collection of photographs, or a set of
 *     generated images
 * @param released returns what the list says of the day on which an image's generator appeared
 */
record SourcedImages(
    ImageDataset training,
    ImageDataset test,
    Function<Sample, String> source,
    Function<Sample, Optional<String>> released) {

  /**
   * Reads a folder in GenImage's layout, or a list of images (see {@link ImageDataset#ofManifest}).
   * Columns {@code split} ({@code train}; all else is held out), {@code source} and {@code
   * released} of a list are used if it has them. Without splits, a fifth of every source is held
   * out; without sources, these are the generators.
   *
   * @param seed of the images that are held out
   * @throws DatasetException if either part would be empty
   */
  static SourcedImages read(Path place, long seed) {
    if (Files.isDirectory(place)) {
      GenImage images = GenImage.open(place);
      return new SourcedImages(
          images.train(),
          images.validation(),
          sample -> sample.generator().name(),
          sample -> Optional.empty());
    }
    ListedImages list = ListedImages.read(place);
    checkFiles(place, list);
    Function<Sample, String> source =
        sample -> list.value(sample, "source").orElse(sample.generator().name());
    Function<Sample, Optional<String>> released = sample -> list.value(sample, "released");
    if (!list.has("split")) {
      List<ImageDataset> parts = cut(list.images(), source, 0.2, Seed.of(seed).at("test"));
      return new SourcedImages(parts.get(0), parts.get(1), source, released);
    }
    Predicate<Sample> trained =
        sample -> list.value(sample, "split").orElse("").equalsIgnoreCase("train");
    ImageDataset training = list.images().filter(trained);
    ImageDataset test = list.images().filter(trained.negate());
    if (training.size() == 0 || test.size() == 0) {
      throw new DatasetException(
          "%s: expected images of the split train and of another one, found %s and %s; name them in"
                  .formatted(place, training.size(), test.size())
              + " the column split, or leave the column out");
    }
    return new SourcedImages(training, test, source, released);
  }

  /** Hours of training must not end at a name that is wrong. */
  private static void checkFiles(Path place, ListedImages list) {
    Path folder = place.toAbsolutePath().getParent();
    List<String> missing =
        list.images().samples().stream()
            .flatMap(sample -> list.value(sample, "path").stream())
            .filter(path -> !Files.isRegularFile(FileNames.written(folder, path)))
            .toList();
    if (!missing.isEmpty()) {
      throw new DatasetException(
          "%s: expected files that exist, found none at %s%s; correct the list"
              .formatted(
                  place,
                  missing.get(0),
                  missing.size() == 1 ? "" : ", nor at %s others".formatted(missing.size() - 1)));
    }
  }

  /**
   * Cuts a share of every source off, at least one image of each.
   *
   * @return what is left, and what was cut off
   */
  static List<ImageDataset> cut(
      ImageDataset images, Function<Sample, String> source, double share, Seed seed) {
    Map<String, List<Lot>> sources = new LinkedHashMap<>();
    for (int i = 0; i < images.size(); i++) {
      Sample sample = images.sample(i);
      sources
          .computeIfAbsent(
              sample.label().folder() + "/" + source.apply(sample), key -> new ArrayList<>())
          .add(new Lot(i, seed.at(FileNames.last(sample.name())).value()));
    }
    boolean[] off = new boolean[images.size()];
    for (List<Lot> lots : sources.values()) {
      lots.sort(Comparator.comparingLong(Lot::value).thenComparingInt(Lot::index));
      long count = Math.max(1, Math.round(share * lots.size()));
      lots.stream().limit(count).forEach(lot -> off[lot.index()] = true);
    }
    List<Sample> kept = new ArrayList<>();
    List<Sample> cut = new ArrayList<>();
    for (int i = 0; i < off.length; i++) {
      (off[i] ? cut : kept).add(images.sample(i));
    }
    return List.of(
        ImageDataset.of(kept, images.selection()), ImageDataset.of(cut, images.selection()));
  }

  private record Lot(int index, long value) {}

  /** Returns the images dealt into so many random parts, each with its share of every source. */
  static List<ImageDataset> dealt(
      ImageDataset images, Function<Sample, String> source, int parts, Seed seed) {
    List<ImageDataset> result = new ArrayList<>();
    ImageDataset rest = images;
    for (int left = parts; left > 1; left--) {
      List<ImageDataset> both = cut(rest, source, 1.0 / left, seed.at(left));
      rest = both.get(0);
      result.add(both.get(1));
    }
    result.add(rest);
    return List.copyOf(result);
  }
}
