package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.ratePerSecond;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.image.Filter;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.Transforms;

/**
 * Measures decoding and transforms on one thread; {@code benchmarks/images.py} starts it. Takes a
 * folder of JPEG and PNG files and prints one measurement per line: name and images per second.
 */
public final class ImagesBenchmark {

  private ImagesBenchmark() {}

  /** Takes the folder, and the seconds of each measurement. */
  public static void main(String[] arguments) throws IOException {
    double seconds = Double.parseDouble(arguments[1]);
    List<ByteSource> jpeg = read(Path.of(arguments[0]), ".jpg");
    List<ByteSource> png = read(Path.of(arguments[0]), ".png");
    List<Image> photos = jpeg.stream().map(file -> Image.read("photo", file)).toList();
    RandomGenerator random = Seed.of(1).random();
    Transform small = Transforms.resizeShorterSide(256, Filter.BILINEAR);
    List<Image> resized = photos.stream().map(photo -> small.apply(photo, random)).toList();
    Transform crop = small.then(Transforms.centerCrop(224));

    Map<String, IntConsumer> work = new LinkedHashMap<>();
    work.put("decode_jpeg", i -> Image.read("jpeg", jpeg.get(i % jpeg.size())));
    work.put("decode_png", i -> Image.read("png", png.get(i % png.size())));
    work.put(
        "decode_resize_crop",
        i -> crop.apply(Image.read("jpeg", jpeg.get(i % jpeg.size())), random));
    Map<String, Transform> transforms = new LinkedHashMap<>();
    transforms.put("bilinear_256_crop_224", crop);
    transforms.put(
        "bicubic_256_crop_224",
        Transforms.resizeShorterSide(256, Filter.BICUBIC).then(Transforms.centerCrop(224)));
    transforms.put("bicubic_299", Transforms.resize(299, 299, Filter.BICUBIC));
    transforms.put("opencv_512", Transforms.resizeOpenCv(512, 512));
    transforms.forEach((name, transform) -> work.put(name, applied(transform, photos, random)));
    work.put("scipy_blur_1.5", applied(Transforms.gaussianBlur(1.5), resized, random));
    work.put("scipy_blur_3", applied(Transforms.gaussianBlur(3), resized, random));
    work.put("opencv_blur_3", applied(Transforms.gaussianBlurOpenCv(3), resized, random));
    work.put("jpeg_65", applied(Transforms.jpeg(65), resized, random));
    work.forEach((name, one) -> print(name, perSecond(one, seconds)));
  }

  private static List<ByteSource> read(Path folder, String suffix) throws IOException {
    List<ByteSource> files = new ArrayList<>();
    try (Stream<Path> paths = Files.list(folder).sorted()) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (path.toString().endsWith(suffix)) {
          files.add(ByteSource.wrap(Files.readAllBytes(path)));
        }
      }
    }
    return files;
  }

  private static IntConsumer applied(
      Transform transform, List<Image> images, RandomGenerator random) {
    return i -> transform.apply(images.get(i % images.size()), random);
  }

  /** Returns the rate of the second of two rounds: the first is a warm-up. */
  private static double perSecond(IntConsumer work, double seconds) {
    double rate = 0;
    for (int round = 0; round < 2; round++) {
      AtomicInteger i = new AtomicInteger();
      rate = ratePerSecond(seconds, () -> work.accept(i.getAndIncrement()));
    }
    return rate;
  }
}
