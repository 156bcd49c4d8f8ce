package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.secondsSince;
import static org.genimage.benchmarks.Measurements.usedHeap;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.OpenOptions;
import org.genimage.data.Split;

/**
 * Measures how long a copy of GenImage with empty files takes to open: without an index, with one,
 * and in archives. Takes a folder that does not exist yet, where it writes and deletes files, and
 * the number of files per class, split and generator (default: 84,375, which makes 2.7 million).
 */
public final class OpeningBenchmark {

  private static final int CLASSES = 1000;

  private OpeningBenchmark() {}

  /** Prints one measurement per line. */
  public static void main(String[] arguments) throws Exception {
    Path root = Files.createDirectory(Path.of(arguments[0]));
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 84_375;
    try {
      Path unpacked = root.resolve("unpacked");
      for (Generator generator : Generator.GENIMAGE) {
        Path tree = unpacked.resolve(generator.folder()).resolve(generator.archive());
        for (Split split : Split.values()) {
          for (Label label : Label.values()) {
            Path folder = tree.resolve(split.folder()).resolve(label.folder());
            Files.createDirectories(folder);
            for (int i = 0; i < count; i++) {
              Files.createFile(folder.resolve(name(split, label, i)));
            }
          }
        }
      }
      Thread.sleep(3000); // the index leaves out folders that changed a moment ago
      OpenOptions index = OpenOptions.DEFAULT.index(root.resolve("index"));
      measure("without_index", () -> all(GenImage.open(unpacked, index)));
      measure("with_index", () -> all(GenImage.open(unpacked, index)));
      measure("with_index_again", () -> all(GenImage.open(unpacked, index)));
      MoreFiles.deleteRecursively(unpacked, RecursiveDeleteOption.ALLOW_INSECURE);
      Path archives = Files.createDirectory(root.resolve("archives"));
      for (Generator generator : Generator.GENIMAGE) {
        archive(archives, generator, count);
      }
      measure("archives", () -> all(GenImage.open(archives)));
      measure("archives_again", () -> all(GenImage.open(archives)));
    } finally {
      MoreFiles.deleteRecursively(root, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static void archive(Path folder, Generator generator, int count) throws IOException {
    try (OutputStream file = Files.newOutputStream(folder.resolve(generator.archive() + ".zip"));
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (Split split : Split.values()) {
        for (Label label : Label.values()) {
          String path = String.join("/", generator.archive(), split.folder(), label.folder(), "");
          for (int i = 0; i < count; i++) {
            zip.putNextEntry(new ZipEntry(path + name(split, label, i)));
          }
        }
      }
    }
  }

  static String name(Split split, Label label, int i) {
    IntFunction<String> natural =
        split == Split.TRAIN
            ? n ->
                String.format(
                    Locale.ROOT, "n%08d_%d.JPEG", 1_440_764 + 13_000 * (n % CLASSES), 7 * n)
            : n -> String.format(Locale.ROOT, "ILSVRC2012_val_%08d.JPEG", n);
    return label == Label.NATURE
        ? natural.apply(i)
        : String.format(Locale.ROOT, "%03d_sdv4_%05d.png", i % CLASSES, i / CLASSES);
  }

  static List<ImageDataset> all(GenImage data) {
    return List.of(data.train(), data.validation());
  }

  private static void measure(String name, Callable<List<ImageDataset>> opening) throws Exception {
    double before = usedHeap();
    long start = System.nanoTime();
    List<ImageDataset> opened = opening.call();
    double seconds = secondsSince(start);
    long size = opened.stream().mapToLong(ImageDataset::size).sum();
    double bytes = 1e6 * (usedHeap() - before) / size;
    print(name + "_images", size);
    print(name + "_s", seconds);
    print(name + "_bytes_each", bytes);
    opened.forEach(
        data -> data.sample(data.size() / 2)); // keeps the lists in memory until they are measured
  }
}
