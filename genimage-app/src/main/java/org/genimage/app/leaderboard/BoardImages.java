package org.genimage.app.leaderboard;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.app.command.Outputs;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.ListedImages;
import org.genimage.data.Sample;
import org.genimage.data.internal.CsvText;

/**
 * A set of images and the hashes of their files.
 *
 * @param name of the set
 * @param images of both labels
 * @param hashes SHA-256 of each file, by the image's name
 * @param hash SHA-256 of labels and files, in order; it does not depend on where they lie
 */
record BoardImages(String name, ImageDataset images, Map<String, String> hashes, String hash) {

  /**
   * Reads a set. Of a folder in GenImage's layout, the validation images; of a list with a column
   * {@code split}, those that are not of the split {@code train}; of other lists, all.
   *
   * @param limit the most images, drawn with the seed
   * @throws UncheckedIOException if a file cannot be read
   */
  static BoardImages read(String name, Path place, Optional<Integer> limit, long seed) {
    ImageDataset all =
        Files.isDirectory(place)
            ? GenImage.open(place).validation()
            : listed(ListedImages.read(place));
    ImageDataset images = limit.map(count -> all.draw(count, seed)).orElse(all);
    Map<String, String> hashes = new HashMap<>();
    Hasher together = Hashing.sha256().newHasher();
    for (int i = 0; i < images.size(); i++) {
      Sample sample = images.sample(i);
      String hash = hash(sample);
      hashes.put(sample.name(), hash);
      together.putString(sample.label().folder() + hash, StandardCharsets.UTF_8);
    }
    return new BoardImages(name, images, hashes, together.hash().toString());
  }

  private static ImageDataset listed(ListedImages list) {
    return list.has("split")
        ? list.images().filter(sample -> !list.value(sample, "split").orElse("").equals("train"))
        : list.images();
  }

  private static String hash(Sample sample) {
    try {
      return sample.content().hash(Hashing.sha256()).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be read (%s); remove it from the set or mend it"
              .formatted(sample.name(), e.getMessage()),
          e);
    }
  }

  /** Writes label, generator and hash of every image, as CSV. */
  void write(Path file) {
    StringBuilder lines = new StringBuilder("name,label,generator,sha256\n");
    for (Sample sample : images.samples()) {
      List<String> cells =
          List.of(
              sample.name(),
              sample.label().folder(),
              sample.generator().name(),
              hashes.get(sample.name()));
      lines.append(CsvText.line(cells)).append('\n');
    }
    Outputs.write(file, lines.toString().getBytes(StandardCharsets.UTF_8));
  }
}
