package org.genimage.data.simulation;

import java.util.Locale;
import java.util.random.RandomGenerator;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.data.TestSet;
import org.genimage.data.image.Image;

/**
 * One file of a simulated GenImage: its path and how it is made.
 *
 * @param generator the generator whose pipeline makes the AI images of this folder
 * @param folder below the root
 */
record SimulatedImage(Generator generator, Split split, Label label, int index, String folder) {

  private static final int CLASSES = 1000;

  /** Bytes per pixel, measured: between those of small and of large images. */
  private static final double OF_PNG_AFTER_JPEG = 2.6;

  private static final double OF_PNG = 2.0;
  private static final double OF_JPEG = 0.75;

  /** What a file takes besides: file systems fill up the last block of most. */
  private static final int BLOCK = 4096;

  // of the photograph in an AI image of the greatest difficulty
  private static final double LEAST_SHARE = 0.5;
  private static final double LARGEST_SHARE = 0.95;

  /** How far at most the origin of an image lies from that of its pipeline's lattice. */
  private static final int SHIFT = 8;

  enum Split {
    TRAIN("train"),
    VAL("val"),
    /** A further test set, which has no splits. */
    TEST("test");

    private final String folder;

    Split(String folder) {
      this.folder = folder;
    }
  }

  SimulatedImage(Generator generator, Split split, Label label, int index) {
    this(
        generator,
        split,
        label,
        index,
        String.join("/", generator.folder(), generator.archive(), split.folder, label.folder()));
  }

  /** Returns an image of a further test set; one of the eight pipelines makes its AI images. */
  static SimulatedImage of(TestSet set, Label label, int index) {
    int place = TestSet.ALL.indexOf(set) % Generator.GENIMAGE.size();
    return new SimulatedImage(
        Generator.GENIMAGE.get(place),
        Split.TEST,
        label,
        index,
        String.join("/", set.folder(), label.folder()));
  }

  /** Returns the file name, in the published pattern. Classes alternate; synsets are invented. */
  String fileName() {
    if (split == Split.TEST) {
      return String.format(Locale.ROOT, label == Label.AI ? "%05d.png" : "%05d.jpg", index);
    }
    int category = index % CLASSES;
    int number = index / CLASSES;
    if (label == Label.NATURE) {
      // unique across the generators, as the published natural images are
      int serial = index * Generator.GENIMAGE.size() + Generator.GENIMAGE.indexOf(generator) + 1;
      return split == Split.VAL
          ? String.format(Locale.ROOT, "ILSVRC2012_val_%08d.JPEG", serial)
          : String.format(Locale.ROOT, "n%08d_%d.JPEG", 1_000_000 + category, serial);
    }
    return SynthesisPipeline.of(generator).fileName(category, number);
  }

  /**
   * Returns the bytes of the file.
   *
   * @param root the seed of the whole simulation
   * @param imageSize in pixels, see {@link SimulatedGenImage#imageSize}
   * @param publishedBias see {@link SimulatedGenImage#publishedBias}
   * @param difficulty see {@link SimulatedGenImage#difficulty}
   */
  byte[] encoded(Seed root, int imageSize, boolean publishedBias, double difficulty) {
    Seed place =
        split == Split.TEST ? root.at(folder) : root.at(generator.folder()).at(split.folder);
    RandomGenerator random = place.at(label.folder()).at(index).random();
    return publishedBias
        ? biased(random, imageSize, difficulty)
        : unbiased(random, imageSize, difficulty);
  }

  /**
   * Returns about how many bytes of a disk the file takes. For all images of a simulation together
   * this is once to twice what they take.
   *
   * @param imageSize in pixels, see {@link SimulatedGenImage#imageSize}
   * @param publishedBias see {@link SimulatedGenImage#publishedBias}
   */
  long expectedBytes(int imageSize, boolean publishedBias) {
    double area = (double) imageSize * imageSize;
    double bytes;
    if (!publishedBias) {
      bytes = OF_PNG_AFTER_JPEG * area * Math.pow(7 / 6.0, 2); // sides up to a third longer
    } else if (label == Label.AI) {
      bytes = OF_PNG * area * Math.pow(generator.imageSide() / 256.0, 2);
    } else {
      bytes = OF_JPEG * area * Math.pow(1.375, 2); // sides from 0.75 to 2 times as long
    }
    return Math.round(bytes) + BLOCK;
  }

  private byte[] unbiased(RandomGenerator random, int imageSize, double difficulty) {
    int width = imageSize + random.nextInt(imageSize / 3 + 1);
    int height = imageSize + random.nextInt(imageSize / 3 + 1);
    Image image = render(random, width, height, difficulty);
    float least = 0.9f - 0.3f * (float) difficulty;
    byte[] jpeg = EncodedImage.jpeg(image, random.nextFloat(least, 0.97f));
    byte[] png = EncodedImage.png(EncodedImage.decoded(jpeg));
    return label == Label.AI ? png : EncodedImage.padded(jpeg, png.length);
  }

  private byte[] biased(RandomGenerator random, int imageSize, double difficulty) {
    if (label == Label.AI) {
      int side = Math.max(1, imageSize * generator.imageSide() / 256);
      return EncodedImage.png(render(random, side, side, difficulty));
    }
    int width = (int) (imageSize * random.nextDouble(0.75, 2));
    int height = (int) (imageSize * random.nextDouble(0.75, 2));
    return EncodedImage.jpeg(render(random, width, height, difficulty), 0.96f);
  }

  private Image render(RandomGenerator random, int width, int height, double difficulty) {
    FloatImage scene = NaturalScene.render(random, width + SHIFT, height + SHIFT);
    FloatImage photograph = Camera.photograph(scene, random);
    FloatImage whole = photograph;
    if (label == Label.AI) {
      whole = SynthesisPipeline.of(generator).synthesised(scene, photograph, random);
      if (difficulty > 0) {
        float share =
            (float) random.nextDouble(LEAST_SHARE * difficulty, LARGEST_SHARE * difficulty);
        whole = whole.scaled(1 - share, 0).plus(photograph, share);
      }
    }
    if (difficulty > 0 && random.nextDouble() < difficulty / 2) {
      whole = savedBefore(whole, random);
    }
    return whole.cropped(random.nextInt(SHIFT), random.nextInt(SHIFT), width, height).toImage();
  }

  private static FloatImage savedBefore(FloatImage image, RandomGenerator random) {
    float quality = random.nextFloat(0.7f, 0.95f);
    return FloatImage.of(EncodedImage.decoded(EncodedImage.jpeg(image.toImage(), quality)));
  }
}
