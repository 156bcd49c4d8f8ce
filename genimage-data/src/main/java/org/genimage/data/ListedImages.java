package org.genimage.data;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.genimage.data.internal.FileNames;

/**
 * A list of images with all of its columns: {@link ImageDataset#ofManifest} reads path, label and
 * generator, a list may also say which split an image belongs to and where it comes from.
 *
 * <pre>{@code
 * ListedImages list = ListedImages.read(file);
 * ImageDataset training = list.where("split", "train");
 * Optional<String> source = list.value(training.sample(0), "source");
 * }</pre>
 */
public final class ListedImages {

  private final ImageDataset images;
  private final ImmutableMap<String, Map<String, String>> columns;

  private ListedImages(ImageDataset images, ImmutableMap<String, Map<String, String>> columns) {
    this.images = images;
    this.columns = columns;
  }

  /**
   * Reads a list as {@link ImageDataset#ofManifest} does. Paths such as {@code a/1.png} and {@code
   * ./a/1.png} are one image's.
   *
   * @throws DatasetException if a line is malformed, or an image is in the list twice
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static ListedImages read(Path file) {
    List<Manifest.Row> rows = Manifest.rows(file);
    Path folder = file.toAbsolutePath().getParent();
    Map<String, Map<String, String>> columns = new HashMap<>();
    Set<Path> places = new HashSet<>();
    for (Manifest.Row row : rows) {
      String name = row.sample().name();
      Path place = FileNames.written(folder, row.columns().get("path")).normalize();
      if (columns.put(name, Map.copyOf(row.columns())) != null || !places.add(place)) {
        throw new DatasetException(
            "%s: expected each image once, found %s twice; remove a line".formatted(file, name));
      }
    }
    return new ListedImages(
        ImageDataset.of(rows.stream().map(Manifest.Row::sample).toList()),
        ImmutableMap.copyOf(columns));
  }

  /** Returns all images, in the order of the list. */
  public ImageDataset images() {
    return images;
  }

  /**
   * Returns what the list says of an image; empty if its line has no such column or nothing there.
   *
   * @param sample one of the list
   * @param column its name in the header, or the key
   */
  public Optional<String> value(Sample sample, String column) {
    return Optional.ofNullable(columns.getOrDefault(sample.name(), Map.of()).get(column));
  }

  /** Returns whether any line has something in a column. */
  public boolean has(String column) {
    return columns.values().stream().anyMatch(row -> row.containsKey(column));
  }

  /** Returns the images whose column has a value, in order; none if the list has no such column. */
  public ImageDataset where(String column, String value) {
    return images.filter(sample -> value(sample, column).equals(Optional.of(value)));
  }
}
