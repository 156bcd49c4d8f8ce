package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.secondsSince;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.genimage.data.BatchLoader;
import org.genimage.data.Batches;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.PackedImages;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.Seed;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.Decoding;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;

/**
 * Measures how many images per second a loader with two threads decodes into batches of 64; {@code
 * benchmarks/loading.py} starts it. Takes a folder with JPEG files in {@code small}, {@code large}
 * and {@code huge}, and PNG files in {@code png}, and prints one measurement per line: name and
 * images per second. Names after the seconds choose some.
 */
public final class LoadingBenchmark {

  private static final int SIDE = 224;
  private static final int SHORTER = 256;

  private LoadingBenchmark() {}

  /** Takes the folder, the seconds of each measurement, and names of measurements for not all. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    double seconds = Double.parseDouble(arguments[1]);
    ImageDataset small = images(folder.resolve("small"));
    ImageDataset large = images(folder.resolve("large"));
    ImageDataset huge = images(folder.resolve("huge"));
    ImageDataset png = images(folder.resolve("png"));
    Transform resize = Transforms.resizeShorterSide(SHORTER, Filter.BILINEAR);
    Transform crop = Transforms.centerCrop(SIDE);
    Transform evaluation = resize.then(crop);
    Transform cropAndFlip =
        Transforms.randomResizedCrop(SIDE, 0.08, 1, Filter.BILINEAR, Filter.BICUBIC)
            .then(Transforms.horizontalFlip(0.5));
    Transform randAugment =
        cropAndFlip.then(Transforms.randAugment(2, 9, 0.5, Filter.BILINEAR, Filter.BICUBIC));
    Path file = folder.resolve("packed");
    PackedImages.write(file, small, resize, "shorter side 256, bilinear", Progress.NONE);
    ImageDataset packed = PackedImages.open(file);

    Decoding reduced = Decoding.PILLOW.reduced(SHORTER);
    Map<String, BatchLoader> loaders = new LinkedHashMap<>();
    loaders.put("evaluation", loader(small, evaluation));
    loaders.put("crop_flip", loader(small, cropAndFlip));
    loaders.put("randaugment", loader(small, randAugment));
    loaders.put("packed_evaluation", loader(packed, crop));
    loaders.put("packed_crop_flip", loader(packed, cropAndFlip));
    loaders.put("large_evaluation", loader(large, evaluation));
    loaders.put("large_reduced", loader(large.decoding(reduced), evaluation));
    loaders.put("huge_evaluation", loader(huge, evaluation));
    loaders.put("png_evaluation", loader(png, evaluation));
    loaders.put("png_crop_flip", loader(png, cropAndFlip));
    List<String> chosen = List.of(arguments).subList(2, arguments.length);
    loaders.forEach(
        (name, loader) -> {
          if (chosen.isEmpty() || chosen.contains(name)) {
            print(name, perSecond(loader, seconds));
          }
        });
  }

  private static ImageDataset images(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder).sorted()) {
      return ImageDataset.of(
          files.map(file -> Sample.of(file, Label.NATURE, Generator.ADM)).toList());
    }
  }

  /** Returns a loader whose epoch is long, because it has the same images many times. */
  private static BatchLoader loader(ImageDataset images, Transform transform) {
    List<ImageDataset> copies = Collections.nCopies(1 + 400_000 / images.size(), images);
    return BatchLoader.of(ImageDataset.union(copies.toArray(ImageDataset[]::new)))
        .augmentation(Augmentation.of(transform))
        .batchSize(64)
        .threads(2)
        .shuffle(Seed.of(1));
  }

  private static double perSecond(BatchLoader loader, double seconds) {
    try (Batches batches = loader.epoch(0)) {
      read(batches, 0.6 * seconds);
      return read(batches, seconds);
    }
  }

  private static double read(Batches batches, double seconds) {
    long start = System.nanoTime();
    long images = 0;
    double elapsed;
    do {
      images += batches.next().images().count();
      elapsed = secondsSince(start);
    } while (elapsed < seconds);
    return images / elapsed;
  }
}
