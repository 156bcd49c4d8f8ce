package org.genimage.data.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;
import org.genimage.data.Generator;

/**
 * Eight pipelines that make an image of a scene as the decoder of a network would, each with its
 * own trace. The kernels are fixed, like those of a trained network. A name says in which folder
 * the images are written; the real generator does not work like this.
 *
 * <p>Odena, Dumoulin, Olah: Deconvolution and Checkerboard Artifacts, Distill 2016. Zhang, Karaman,
 * Chang: Detecting and Simulating Artifacts in GAN Fake Images, WIFS 2019 (upsampling repeats the
 * spectrum). Durall, Keuper, Keuper: Watch your Up-Convolution, CVPR 2020.
 */
enum SynthesisPipeline {
  MIDJOURNEY(Generator.MIDJOURNEY, "%d_midjourney_%d.png", SynthesisPipeline::nearestNeighbour),
  STABLE_DIFFUSION_V1_4(
      Generator.STABLE_DIFFUSION_V1_4, "%03d_sdv4_%05d.png", SynthesisPipeline::threeStageDecoder),
  STABLE_DIFFUSION_V1_5(
      Generator.STABLE_DIFFUSION_V1_5, "%03d_sdv5_%05d.png", SynthesisPipeline::bilinear),
  ADM(Generator.ADM, "%d_adm_%d.PNG", SynthesisPipeline::latticeNoise),
  GLIDE(
      Generator.GLIDE,
      "GLIDE_1000_200_%3$02d_%1$03d_glide_%2$05d.png",
      SynthesisPipeline::fourfoldUpsampler),
  WUKONG(Generator.WUKONG, "%d_wukong_image%d.png", SynthesisPipeline::zeroInsertion),
  VQDM(Generator.VQDM, "VQDM_1000_200_%3$02d_%1$03d_vqdm_%2$05d.png", SynthesisPipeline::codebook),
  BIGGAN(Generator.BIGGAN, "%03d_biggan_%05d.png", SynthesisPipeline::transposedConvolutions);

  // range of the logarithm of the amount of fine detail, relative to a photograph's
  private static final double LEAST_LOG_GAIN = -0.15;
  private static final double MOST_LOG_GAIN = 0.4;

  private static final int PATCH = 4;
  private static final int WORDS = 16;

  private final Generator generator;
  private final String namePattern;
  private final BiFunction<FloatImage, RandomGenerator, FloatImage> decoder;

  SynthesisPipeline(
      Generator generator,
      String namePattern,
      BiFunction<FloatImage, RandomGenerator, FloatImage> decoder) {
    this.generator = generator;
    this.namePattern = namePattern;
    this.decoder = decoder;
  }

  /**
   * Returns the pipeline of a generator.
   *
   * @throws IllegalArgumentException if there is none
   */
  static SynthesisPipeline of(Generator generator) {
    return Arrays.stream(values())
        .filter(pipeline -> pipeline.generator.equals(generator))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a simulated generator must be one of %s, got %s"
                        .formatted(Generator.GENIMAGE, generator)));
  }

  /** Returns the published name of the generator's image {@code number} of an ImageNet class. */
  String fileName(int category, int number) {
    return String.format(Locale.ROOT, namePattern, category, number, category / 100);
  }

  /**
   * Returns the pipeline's image of a scene with the brightness, contrast and amount of fine detail
   * that a photograph of the same scene has, so that the trace's structure is what tells them
   * apart.
   */
  FloatImage synthesised(FloatImage scene, FloatImage photograph, RandomGenerator random) {
    FloatImage fake = decoder.apply(scene, random);
    float contrast = (float) (photograph.deviation() / fake.deviation());
    FloatImage smooth = fake.blurred(1).scaled(contrast, 0);
    FloatImage detail = fake.scaled(contrast, 0).plus(smooth, -1);
    double target =
        photograph.roughness() * StrictMath.exp(random.nextDouble(LEAST_LOG_GAIN, MOST_LOG_GAIN));
    float gain = (float) (target / smooth.plus(detail, 1).roughness());
    gain *= (float) (target / smooth.plus(detail, gain).roughness()); // as it is not quite linear
    FloatImage matched = smooth.plus(detail, Math.max(0.4f, Math.min(gain, 2.5f)));
    return matched.scaled(1, (float) (photograph.mean() - matched.mean()));
  }

  /** A quarter of the size, enlarged in two stages of the plainest upsampling layer: squares. */
  private static FloatImage nearestNeighbour(FloatImage scene, RandomGenerator random) {
    return rebuilt(scene, 2, 2, 0.3f, 1.05f, 0.95f).sharpened(0.8f, 0.8f);
  }

  /** A latent of an eighth, enlarged in three stages: a lattice of periods 2, 4 and 8. */
  private static FloatImage threeStageDecoder(FloatImage scene, RandomGenerator random) {
    return rebuilt(scene, 3, 2, 0.4f, 1.06f, 0.94f);
  }

  /** Two bilinear stages sharpened afterwards: no finest detail, a halo along the edges. */
  private static FloatImage bilinear(FloatImage scene, RandomGenerator random) {
    return rebuilt(scene, 2, 2, 0.2f, 0.2f, 0.85f, 0.75f, 0.2f).sharpened(1, 1.5f);
  }

  /** A low-pass decoder with noise at a third of the size, enlarged to separate blobs. */
  private static FloatImage latticeNoise(FloatImage scene, RandomGenerator random) {
    FloatImage noise = new FloatImage((scene.width() + 2) / 3, (scene.height() + 2) / 3);
    for (int y = 0; y < noise.height(); y++) {
      for (int x = 0; x < noise.width(); x++) {
        float grain = 30 + 6 * (float) random.nextGaussian();
        for (int c = 0; c < FloatImage.CHANNELS; c++) {
          noise.set(c, x, y, grain);
        }
      }
    }
    FloatImage blobs = noise.expanded(3, scene.width(), scene.height(), 0.5f, 1, 0.5f);
    return scene.blurred(1).plus(blobs, 1);
  }

  /**
   * One upsampler from a quarter of the size, with phases of unequal sums: a lattice of period 4.
   */
  private static FloatImage fourfoldUpsampler(FloatImage scene, RandomGenerator random) {
    return rebuilt(scene, 1, 4, 0.5f, .125f, .375f, .75f, .875f, 1.0f, .625f, .375f, .0f);
  }

  /** Zeros between the pixels, and a filter that does not quite remove the repeated spectrum. */
  private static FloatImage zeroInsertion(FloatImage scene, RandomGenerator random) {
    return rebuilt(scene, 1, 3, 0.4f, 0.25f, 0.7f, 1.15f, 0.7f, 0.25f);
  }

  /** Two transposed convolutions whose kernel is no multiple of the stride: a checkerboard. */
  private static FloatImage transposedConvolutions(FloatImage scene, RandomGenerator random) {
    return rebuilt(scene, 2, 2, 0.4f, 0.5f, 1.12f, 0.5f);
  }

  /**
   * Patches of 4 x 4 pixels with seams, each its mean and the best of a few words of a codebook.
   */
  private static FloatImage codebook(FloatImage scene, RandomGenerator random) {
    FloatImage out =
        scene
            .reduced(PATCH)
            .expanded(PATCH, scene.width(), scene.height(), 0.82f, 1.06f, 1.06f, 1.06f);
    FloatImage detail = scene.plus(out, -1);
    for (int y = 0; y + PATCH <= scene.height(); y += PATCH) {
      for (int x = 0; x + PATCH <= scene.width(); x += PATCH) {
        paintWord(detail, out, x, y);
      }
    }
    return out;
  }

  private static void paintWord(FloatImage detail, FloatImage out, int left, int top) {
    int best = 0;
    float amplitude = 0;
    for (int word = 1; word < WORDS; word++) {
      float product = 0;
      for (int i = 0; i < PATCH * PATCH; i++) {
        product += sign(word, i) * detail.get(1, left + i % PATCH, top + i / PATCH);
      }
      if (Math.abs(product) > Math.abs(amplitude)) {
        best = word;
        amplitude = product;
      }
    }
    float level = 10 * Math.round(amplitude / (PATCH * PATCH) / 10);
    for (int i = 0; i < PATCH * PATCH; i++) {
      int x = left + i % PATCH;
      int y = top + i / PATCH;
      for (int c = 0; c < FloatImage.CHANNELS; c++) {
        out.set(c, x, y, out.get(c, x, y) + level * sign(best, i));
      }
    }
  }

  /** The codebook: Walsh functions, word 0 constant. */
  private static int sign(int word, int place) {
    return (Integer.bitCount(word & place) & 1) == 0 ? 1 : -1;
  }

  /**
   * Returns the scene rebuilt from a smaller one, {@code levels} times over, by a learned-like
   * upsampling and a share of the detail that a good one would have left.
   */
  private static FloatImage rebuilt(
      FloatImage scene, int levels, int stride, float detail, float... kernel) {
    if (levels == 0) {
      return scene;
    }
    FloatImage small = scene.reduced(stride);
    FloatImage smooth = scene.blurred(0.5f * stride);
    return rebuilt(small, levels - 1, stride, detail, kernel)
        .expanded(stride, scene.width(), scene.height(), kernel)
        .plus(scene, detail)
        .plus(smooth, -detail);
  }
}
