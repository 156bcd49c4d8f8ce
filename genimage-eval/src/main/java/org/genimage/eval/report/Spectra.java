package org.genimage.eval.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transforms;
import org.genimage.data.image.UnreadableImageException;

/**
 * The mean Fourier spectra of each generator's natural and AI images, as in Wang et al. 2020: of
 * the luma of a central square less its 3x3 median. Upsampling leaves bright spots that photographs
 * do not have.
 *
 * @param all the spectra by generator
 */
public record Spectra(Map<Generator, Pair> all) {

  private static final int IMAGES = 100;
  private static final int LARGEST = 128;
  private static final int LARGEST_ALONE = 256;
  private static final int SMALLEST = 16;

  /**
   * The two spectra of a generator, on one grey scale: black is the 2 % quantile of both, white the
   * 99.8 % quantile.
   *
   * @param nature of natural images, a square with the zero frequency in the middle
   * @param ai of AI images, of the same size
   * @param images the number of images averaged, of the label that has more
   */
  public record Pair(Image nature, Image ai, int images) {}

  /** Copies the map, in its order. */
  public Spectra {
    all = ImmutableMap.copyOf(all);
  }

  /**
   * Measures spectra of up to 100 images of each label of each generator, at equal distances in the
   * dataset. Images that cannot be read or are smaller than 16 pixels are left out, and so are
   * generators without images of both labels.
   *
   * @param progress receives the number of generators finished
   */
  public static Spectra of(ImageDataset data, Progress progress) {
    Map<Generator, Map<Label, List<Integer>>> indices = new LinkedHashMap<>();
    for (int i = 0; i < data.size(); i++) {
      indices
          .computeIfAbsent(data.sample(i).generator(), key -> new EnumMap<>(Label.class))
          .computeIfAbsent(data.sample(i).label(), key -> new ArrayList<>())
          .add(i);
    }
    Map<Generator, Pair> pairs = new LinkedHashMap<>();
    int done = 0;
    for (Map.Entry<Generator, Map<Label, List<Integer>>> entry : indices.entrySet()) {
      Map<Label, List<Image>> crops =
          entry.getValue().entrySet().stream()
              .collect(
                  Collectors.toMap(
                      Map.Entry::getKey,
                      labelled -> read(data, labelled.getValue()),
                      (one, other) -> one,
                      () -> new EnumMap<>(Label.class)));
      pair(crops).ifPresent(found -> pairs.put(entry.getKey(), found));
      progress.update(++done, indices.size());
    }
    return new Spectra(pairs);
  }

  /**
   * Returns the spectrum of one image as a picture: of the central square whose side is a power of
   * two, 256 pixels at most, with the zero frequency in the middle. Black is the 2 % quantile of
   * ln(1 + |F|), white the 99.8 % quantile. Empty if the image is smaller than 16 pixels.
   */
  public static Optional<Image> picture(Image image) {
    return square(image, LARGEST_ALONE)
        .map(
            square -> {
              int side = square.width();
              double[] spectrum = logSpectrum(residual(square), side);
              double[] sorted = spectrum.clone();
              Arrays.sort(sorted);
              return grey(spectrum, side, black(sorted), white(sorted));
            });
  }

  private static List<Image> read(ImageDataset data, List<Integer> indices) {
    int count = Math.min(IMAGES, indices.size());
    return IntStream.range(0, count)
        .parallel()
        .map(i -> indices.get((int) ((long) i * indices.size() / count)))
        .mapToObj(i -> crop(data, i))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Image> crop(ImageDataset data, int index) {
    try {
      return square(data.sample(index).image(), LARGEST);
    } catch (UnreadableImageException e) {
      return Optional.empty();
    }
  }

  /** Returns the central square whose side is a power of two, of a largest side. */
  private static Optional<Image> square(Image image, int largest) {
    int side = Integer.highestOneBit(Math.min(image.width(), image.height()));
    return side < SMALLEST ? Optional.empty() : Optional.of(centre(image, Math.min(side, largest)));
  }

  private static Image centre(Image image, int side) {
    return Transforms.centerCrop(side).apply(image, new SplittableRandom(0));
  }

  private static Optional<Pair> pair(Map<Label, List<Image>> crops) {
    List<Image> nature = crops.getOrDefault(Label.NATURE, List.of());
    List<Image> ai = crops.getOrDefault(Label.AI, List.of());
    if (nature.isEmpty() || ai.isEmpty()) {
      return Optional.empty();
    }
    int side =
        Math.min(
            nature.stream().mapToInt(Image::width).min().orElseThrow(),
            ai.stream().mapToInt(Image::width).min().orElseThrow());
    double[] ofNature = mean(nature, side);
    double[] ofAi = mean(ai, side);
    double[] both =
        DoubleStream.concat(Arrays.stream(ofNature), Arrays.stream(ofAi)).sorted().toArray();
    return Optional.of(
        new Pair(
            grey(ofNature, side, black(both), white(both)),
            grey(ofAi, side, black(both), white(both)),
            Math.max(nature.size(), ai.size())));
  }

  private static double black(double[] sorted) {
    return sorted[(int) (0.02 * (sorted.length - 1))];
  }

  private static double white(double[] sorted) {
    return sorted[(int) (0.998 * (sorted.length - 1))];
  }

  private static Image grey(double[] spectrum, int side, double black, double white) {
    byte[] rgb = new byte[3 * spectrum.length];
    for (int i = 0; i < rgb.length; i++) {
      double level = 255 * (spectrum[i / 3] - black) / Math.max(white - black, 1e-9);
      rgb[i] = (byte) Math.round(Math.max(0, Math.min(255, level)));
    }
    return Image.of(side, side, rgb);
  }

  private static double[] mean(List<Image> images, int side) {
    double[] sum = new double[side * side];
    List<double[]> spectra =
        images.parallelStream()
            .map(image -> logSpectrum(residual(centre(image, side)), side))
            .toList();
    for (double[] spectrum : spectra) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += spectrum[i] / spectra.size();
      }
    }
    return sum;
  }

  /** Luma less its 3x3 median. */
  private static double[] residual(Image image) {
    int side = image.width();
    double[] luma = new double[side * side];
    for (int i = 0; i < luma.length; i++) {
      int x = i % side;
      int y = i / side;
      luma[i] =
          0.299 * image.value(x, y, 0)
              + 0.587 * image.value(x, y, 1)
              + 0.114 * image.value(x, y, 2);
    }
    double[] residual = new double[luma.length];
    double[] window = new double[9];
    for (int i = 0; i < luma.length; i++) {
      for (int j = 0; j < 9; j++) {
        int x = Math.max(0, Math.min(side - 1, i % side + j % 3 - 1));
        int y = Math.max(0, Math.min(side - 1, i / side + j / 3 - 1));
        window[j] = luma[y * side + x];
      }
      Arrays.sort(window);
      residual[i] = luma[i] - window[4];
    }
    return residual;
  }

  /** Returns ln(1 + |F|), zero frequency in the middle. */
  static double[] logSpectrum(double[] values, int side) {
    checkArgument(
        values.length == side * side && Integer.bitCount(side) == 1,
        "a spectrum needs a square whose side is a power of two, got %s values of side %s",
        Integer.toString(values.length),
        Integer.toString(side));
    double[] real = values.clone();
    double[] imaginary = new double[values.length];
    for (int i = 0; i < side; i++) {
      transform(real, imaginary, i * side, 1, side);
    }
    for (int i = 0; i < side; i++) {
      transform(real, imaginary, i, side, side);
    }
    double[] spectrum = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int x = (i % side + side / 2) % side;
      int y = (i / side + side / 2) % side;
      spectrum[y * side + x] = Math.log1p(Math.hypot(real[i], imaginary[i]));
    }
    return spectrum;
  }

  /** The discrete Fourier transform of one row or column (Cooley and Tukey 1965), in place. */
  private static void transform(double[] real, double[] imaginary, int from, int step, int n) {
    for (int i = 1, j = 0; i < n; i++) {
      int bit = n >> 1;
      for (; (j & bit) != 0; bit >>= 1) {
        j ^= bit;
      }
      j ^= bit;
      if (i < j) {
        swap(real, from + i * step, from + j * step);
        swap(imaginary, from + i * step, from + j * step);
      }
    }
    for (int length = 2; length <= n; length *= 2) {
      for (int k = 0; k < length / 2; k++) {
        double angle = -2 * Math.PI * k / length;
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        for (int start = k; start < n; start += length) {
          int upper = from + start * step;
          int lower = from + (start + length / 2) * step;
          double re = real[lower] * cos - imaginary[lower] * sin;
          double im = real[lower] * sin + imaginary[lower] * cos;
          real[lower] = real[upper] - re;
          imaginary[lower] = imaginary[upper] - im;
          real[upper] += re;
          imaginary[upper] += im;
        }
      }
    }
  }

  private static void swap(double[] values, int i, int j) {
    double value = values[i];
    values[i] = values[j];
    values[j] = value;
  }
}
