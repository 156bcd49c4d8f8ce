package org.genimage.app.leaderboard;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.genimage.app.command.Outputs;
import org.genimage.data.ErrorPolicy;
import org.genimage.data.GenImage;
import org.genimage.data.ImageDataset;
import org.genimage.data.ListedImages;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.CsvText;
import org.genimage.data.internal.InOrder;

/**
 * A set of images and the hashes of their files.
 *
 * @param name of the set
 * @param images of both labels; all can be read
 * @param hashes SHA-256 of each file, by the image's name
 * @param hash SHA-256 of labels, generators and files, in order; it does not depend on where they
 *     lie
 * @param key SHA-256 of the same and of the images' names, by which score files know them
 */
record BoardImages(
    String name, ImageDataset images, Map<String, String> hashes, String hash, String key) {

  /**
   * Opens a set. Of a folder in GenImage's layout, the validation images; of a list with a column
   * {@code split}, those that are not of the split {@code train}; of other lists, all.
   *
   * @param limit the most images, drawn with the seed
   */
  static ImageDataset open(Path place, Optional<Integer> limit, long seed) {
    ImageDataset all =
        Files.isDirectory(place)
            ? GenImage.open(place).validation()
            : listed(ListedImages.read(place));
    return limit.map(count -> all.draw(count, seed)).orElse(all);
  }

  /** What is in the place of the hash of a file that cannot be read. */
  private record Examined(String hash, Optional<RuntimeException> problem) {}

  /**
   * Reads all images of a set once. Images that cannot be read are left out for all detectors
   * alike, since detectors are compared on the same images.
   *
   * @param unreadable how many may be left out
   * @param skipped takes the sentence about each of them
   * @throws UnreadableImageException if more cannot be read
   */
  static BoardImages read(
      String name,
      ImageDataset all,
      ErrorPolicy unreadable,
      Consumer<String> skipped,
      Progress progress) {
    Map<String, String> hashes = new HashMap<>();
    Set<String> broken = new HashSet<>();
    Hasher hash = Hashing.sha256().newHasher();
    Hasher key = Hashing.sha256().newHasher();
    put(key, all.selection());
    try {
      InOrder.run(
          0,
          all.size(),
          Runtime.getRuntime().availableProcessors(),
          all::sample,
          BoardImages::examined,
          (i, found) -> {
            Sample sample = all.sample(i);
            if (found.problem().isPresent()) {
              broken.add(sample.name());
              if (broken.size() > unreadable.limit()) {
                throw found.problem().get();
              }
              skipped.accept(found.problem().get().getMessage());
            } else {
              hashes.put(sample.name(), found.hash());
              put(hash, sample.label().folder(), sample.generator().name(), found.hash());
              put(key, sample.name());
            }
            progress.update(i + 1, all.size());
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    HashCode content = hash.hash();
    return new BoardImages(
        name,
        broken.isEmpty() ? all : all.filter(sample -> !broken.contains(sample.name())),
        hashes,
        content.toString(),
        key.putBytes(content.asBytes()).hash().toString());
  }

  private static void put(Hasher hasher, String... texts) {
    for (String text : texts) {
      hasher.putInt(text.length()).putUnencodedChars(text);
    }
  }

  private static ImageDataset listed(ListedImages list) {
    return list.has("split")
        ? list.images()
            .filter(sample -> !list.value(sample, "split").orElse("").equalsIgnoreCase("train"))
        : list.images();
  }

  private static Examined examined(Sample sample) {
    try {
      sample.image();
      return new Examined(sample.content().hash(Hashing.sha256()).toString(), Optional.empty());
    } catch (UnreadableImageException e) {
      return new Examined("", Optional.of(e));
    } catch (IOException e) {
      return new Examined("", Optional.of(new UnreadableImageException(sample.name(), e)));
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
