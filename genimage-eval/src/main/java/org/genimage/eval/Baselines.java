package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Sample;
import org.genimage.data.Skipped;
import org.genimage.data.image.Image;
import org.genimage.data.image.UnreadableImageException;
import org.genimage.data.internal.Interruption;

/**
 * The accuracies of three trivial detectors: by file size, by brightness and by the energy of the
 * finest detail. A detector that is hardly better may have learned only how a dataset was stored.
 *
 * <p>Each threshold is the best one for the images that its accuracy is measured on, all generators
 * together. So these accuracies are too high, more so with few images.
 *
 * @param all by file size in bytes, by mean luma (0 to 255) and by mean squared Laplacian of the
 *     luma
 * @param skipped the images that could not be read, with reasons; no accuracy includes them
 */
public record Baselines(List<Baseline> all, List<Skipped> skipped) {

  private static final int CHUNK = 64;

  /** Copies the lists. */
  public Baselines {
    all = List.copyOf(all);
    skipped = List.copyOf(skipped);
  }

  /** A feature and how it is measured. */
  private record Feature(String name, String unit, ToDoubleFunction<Features> value) {

    List<Baseline.Point> points(Measured images) {
      return images.features().stream()
          .map(one -> new Baseline.Point(value.applyAsDouble(one), one.label()))
          .toList();
    }
  }

  private static final List<Feature> FEATURES =
      List.of(
          new Feature("file size", "bytes", Features::bytes),
          new Feature("mean brightness", "of 255", Features::brightness),
          new Feature("fine detail", "levels²", Features::detail));

  /** The features of all readable images of a dataset. */
  private record Measured(List<Features> features, List<Skipped> skipped) {}

  /** The features of one image. */
  private record Features(Label label, double bytes, double brightness, double detail) {}

  /**
   * Measures the baselines of a dataset, reading several images at a time.
   *
   * @param progress receives the number of images read
   * @throws IllegalArgumentException if there is no readable image
   * @throws java.util.concurrent.CancellationException if this thread is interrupted; its interrupt
   *     flag stays set
   */
  public static Baselines of(ImageDataset data, Progress progress) {
    Measured measured = measure(data, progress);
    return new Baselines(
        FEATURES.stream()
            .map(feature -> Baseline.best(feature.name(), feature.unit(), feature.points(measured)))
            .toList(),
        measured.skipped());
  }

  /**
   * Returns the accuracies of the same thresholds on other images: thresholds of training images,
   * measured on test images, are not too high.
   *
   * @param progress receives the number of images read
   * @throws IllegalArgumentException if there is no readable image
   * @throws java.util.concurrent.CancellationException if this thread is interrupted; its interrupt
   *     flag stays set
   */
  public Baselines on(ImageDataset data, Progress progress) {
    Measured measured = measure(data, progress);
    return new Baselines(
        IntStream.range(0, all.size())
            .mapToObj(i -> all.get(i).on(FEATURES.get(i).points(measured)))
            .toList(),
        measured.skipped());
  }

  private static Measured measure(ImageDataset data, Progress progress) {
    Map<Integer, Features> features = new ConcurrentSkipListMap<>();
    Map<Integer, Skipped> skipped = new ConcurrentSkipListMap<>();
    for (int start = 0; start < data.size(); start += CHUNK) {
      int end = Math.min(start + CHUNK, data.size());
      IntStream.range(start, end)
          .parallel()
          .forEach(
              i -> {
                Sample sample = data.sample(i);
                try {
                  features.put(i, features(sample));
                } catch (UnreadableImageException e) {
                  skipped.put(i, new Skipped(sample, e.getMessage()));
                } catch (IOException e) {
                  Interruption.check(e, sample.name() + " was being read");
                  skipped.put(i, new Skipped(sample, e.getMessage()));
                }
              });
      progress.update(end, data.size());
      Interruption.check("baselines were being measured");
    }
    checkArgument(!features.isEmpty(), "baselines need at least one readable image, got none");
    return new Measured(List.copyOf(features.values()), List.copyOf(skipped.values()));
  }

  private static Features features(Sample sample) throws IOException {
    Image image = sample.image();
    double[] luma = luma(image);
    return new Features(
        sample.label(),
        sample.content().size(),
        Arrays.stream(luma).average().orElseThrow(),
        meanSquaredLaplacian(luma, image.width(), image.height()));
  }

  /** Returns ITU-R BT.601's luma, 0 to 255, row-major. */
  private static double[] luma(Image image) {
    byte[] rgb = image.toArray();
    double[] luma = new double[rgb.length / 3];
    for (int i = 0; i < luma.length; i++) {
      luma[i] =
          0.299 * (rgb[3 * i] & 0xff)
              + 0.587 * (rgb[3 * i + 1] & 0xff)
              + 0.114 * (rgb[3 * i + 2] & 0xff);
    }
    return luma;
  }

  /** Returns the mean over the pixels with four neighbours; 0 if there are none. */
  private static double meanSquaredLaplacian(double[] luma, int width, int height) {
    double sum = 0;
    for (int y = 1; y < height - 1; y++) {
      for (int x = 1; x < width - 1; x++) {
        int i = y * width + x;
        double laplacian =
            luma[i - width] + luma[i - 1] + luma[i + 1] + luma[i + width] - 4 * luma[i];
        sum += laplacian * laplacian;
      }
    }
    return sum / Math.max(1.0, (width - 2.0) * (height - 2.0));
  }
}
