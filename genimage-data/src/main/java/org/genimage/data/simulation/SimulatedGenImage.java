package org.genimage.data.simulation;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.genimage.data.DatasetException;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Progress;
import org.genimage.data.Seed;
import org.genimage.data.TestSet;
import org.genimage.data.internal.DiskSpace;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.internal.WholeFiles;

/**
 * A <em>simulated</em> GenImage: synthetic images in the published layout, for tests,
 * demonstrations and first steps. None of its images is a photograph, and none was made by the
 * generator whose name it has. Accuracies on it say nothing about GenImage. A comment in every file
 * says so.
 *
 * <p>"Nature" images are rendered from a model of natural images (dead leaves with 1/f texture,
 * shading and blur) and pass through a camera (lens, shot noise, sharpening). "AI" images show
 * scenes of the same kind, made by one of eight synthesis pipelines, one per generator, that leave
 * the traces which upsampling networks leave, with brightness, contrast and amount of detail
 * matched to a photograph of the scene:
 *
 * <table>
 * <caption>The pipelines</caption>
 * <tr><th>Generator<th>Pipeline
 * <tr><td>Midjourney<td>two nearest-neighbour stages, sharpened
 * <tr><td>Stable Diffusion V1.4<td>three-stage decoder, lattice of periods 2, 4 and 8
 * <tr><td>Stable Diffusion V1.5<td>two bilinear stages, sharpened with a halo
 * <tr><td>ADM<td>low-pass decoder, noise at a third of the size
 * <tr><td>GLIDE<td>fourfold upsampler, lattice of period 4
 * <tr><td>Wukong<td>zero insertion by three with an imperfect filter
 * <tr><td>VQDM<td>patches of 4 x 4 pixels from a codebook, with seams
 * <tr><td>BigGAN<td>two transposed convolutions, checkerboards of periods 2 and 4
 * </table>
 *
 * <p>The published GenImage has a bias: its fakes are PNG files of one size per generator, its
 * natural images JPEG files of many sizes. By default the simulation has no such bias. The sizes of
 * both classes have one distribution, and both are encoded as JPEG with one distribution of
 * qualities. The decoded pixels of the fakes are then saved as PNG files, under the published
 * names, and comments in the JPEG files make both classes equally long. So size, compression and
 * length do not separate the classes. Names and file formats do, as in the original, but a detector
 * does not see them. {@link #publishedBias} adds the bias.
 *
 * <p>Immutable. Each image depends only on the seed, generator, split, label and index: the same
 * seed gives the same bytes on one Java version, whatever the number of threads, and asking for
 * more images does not change the first ones.
 */
public final class SimulatedGenImage {

  private final long seed;
  private final int imageSize;
  private final int train;
  private final int validation;
  private final ImmutableList<Generator> generators;
  private final ImmutableList<TestSet> testSets;
  private final boolean publishedBias;
  private final double difficulty;

  private SimulatedGenImage(
      long seed,
      int imageSize,
      int train,
      int validation,
      ImmutableList<Generator> generators,
      ImmutableList<TestSet> testSets,
      boolean publishedBias,
      double difficulty) {
    this.seed = seed;
    this.imageSize = imageSize;
    this.train = train;
    this.validation = validation;
    this.generators = generators;
    this.testSets = testSets;
    this.publishedBias = publishedBias;
    this.difficulty = difficulty;
  }

  /**
   * Returns the simulation with this seed: the eight generators, 100 training and 25 validation
   * images per class and generator, 96 pixels, without the published bias, of difficulty 0.
   *
   * @param seed any number
   * @return the simulation
   */
  public static SimulatedGenImage seeded(long seed) {
    return new SimulatedGenImage(
        seed, 96, 100, 25, ImmutableList.copyOf(Generator.GENIMAGE), ImmutableList.of(), false, 0);
  }

  /**
   * Returns the simulation with images of this size.
   *
   * @param pixels without bias, both sides of every image are at least this long and at most a
   *     third longer; with it, the side of a generator whose published images have 256 pixels, the
   *     others' in proportion; 32 to 1024
   * @return a changed copy
   * @throws IllegalArgumentException if it is out of range
   */
  public SimulatedGenImage imageSize(int pixels) {
    checkArgument(
        pixels >= 32 && pixels <= 1024, "image size must be from 32 to 1024, got %s", pixels);
    return new SimulatedGenImage(
        seed, pixels, train, validation, generators, testSets, publishedBias, difficulty);
  }

  /**
   * Returns the simulation with this many training images.
   *
   * @param images per class and generator
   * @return a changed copy
   * @throws IllegalArgumentException if it is negative
   */
  public SimulatedGenImage train(int images) {
    checkArgument(images >= 0, "training images must not be negative, got %s", images);
    return new SimulatedGenImage(
        seed, imageSize, images, validation, generators, testSets, publishedBias, difficulty);
  }

  /**
   * Returns the simulation with this many validation images.
   *
   * @param images per class and generator
   * @return a changed copy
   * @throws IllegalArgumentException if it is negative
   */
  public SimulatedGenImage validation(int images) {
    checkArgument(images >= 0, "validation images must not be negative, got %s", images);
    return new SimulatedGenImage(
        seed, imageSize, train, images, generators, testSets, publishedBias, difficulty);
  }

  /**
   * Returns the simulation with these generators only.
   *
   * @param chosen some of {@link Generator#GENIMAGE}
   * @return a changed copy
   * @throws IllegalArgumentException if there is none, one occurs twice, or one has no pipeline
   */
  public SimulatedGenImage generators(List<Generator> chosen) {
    checkArgument(!chosen.isEmpty(), "the simulation needs at least one generator");
    checkArgument(
        chosen.stream().distinct().count() == chosen.size(),
        "generators must be distinct, got %s",
        chosen);
    chosen.forEach(SynthesisPipeline::of);
    return new SimulatedGenImage(
        seed,
        imageSize,
        train,
        validation,
        ImmutableList.copyOf(chosen),
        testSets,
        publishedBias,
        difficulty);
  }

  /**
   * Returns the simulation with further test sets, each in its own folder with as many images per
   * class as validation has. Their AI images come from the same eight pipelines, so they are not
   * unseen generators: use them to rehearse the paper's tables 3 to 6 only.
   *
   * @param sets some of {@link TestSet#ALL}, or none
   * @return a changed copy
   * @throws IllegalArgumentException if a set occurs twice or is not in {@link TestSet#ALL}
   */
  public SimulatedGenImage testSets(List<TestSet> sets) {
    checkArgument(
        sets.stream().distinct().count() == sets.size() && TestSet.ALL.containsAll(sets),
        "test sets must be distinct ones of %s, got %s",
        TestSet.ALL,
        sets);
    return new SimulatedGenImage(
        seed,
        imageSize,
        train,
        validation,
        generators,
        ImmutableList.copyOf(sets),
        publishedBias,
        difficulty);
  }

  /**
   * Returns the simulation with or without the bias of the published GenImage.
   *
   * @param biased true for PNG fakes of one size per generator against JPEG natural images of many
   *     sizes, as published; false for both through the same JPEG encoding and sizes
   * @return a changed copy
   */
  public SimulatedGenImage publishedBias(boolean biased) {
    return new SimulatedGenImage(
        seed, imageSize, train, validation, generators, testSets, biased, difficulty);
  }

  /**
   * Returns the simulation with fainter traces and a longer way of the images to their files. At 0,
   * detectors are right on nearly all images after a few minutes of training. The larger the
   * difficulty {@code d} is,
   *
   * <ul>
   *   <li>the fainter the traces are: an AI image is a mixture of the pipeline's image and of the
   *       photograph of the same scene, with a share of the photograph of {@code d / 2} to {@code
   *       0.95 d},
   *   <li>the lower the quality of the files' JPEG compression can be: from {@code 0.9 - 0.3 d} to
   *       0.97 of 1,
   *   <li>the more images of both labels, a share of {@code d / 2}, had been JPEG files before, of
   *       quality 0.7 to 0.95, with other places of the 8 x 8 blocks.
   * </ul>
   *
   * <p>docs/real-images.md has how well the ranking of detectors agrees with that on real images.
   *
   * @param difficulty from 0 to 1
   * @return a changed copy
   * @throws IllegalArgumentException if it is out of range
   */
  public SimulatedGenImage difficulty(double difficulty) {
    checkArgument(
        difficulty >= 0 && difficulty <= 1, "difficulty must be from 0 to 1, got %s", difficulty);
    return new SimulatedGenImage(
        seed, imageSize, train, validation, generators, testSets, publishedBias, difficulty);
  }

  /**
   * Writes the images in GenImage's layout: {@code
   * stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train/ai/033_sdv4_00134.png} and so on. Uses all
   * processors. The generators' folders appear when all images are written; after an error the
   * folder is empty or missing, as before. What a killed run has left is removed by the next one.
   *
   * @param root a folder that is empty or does not exist yet
   * @param progress receives the number of images written, on the calling thread
   * @throws DatasetException if the folder is not empty, another run is writing it, or its disk has
   *     less free space than the images take
   * @throws IllegalStateException if both splits are set to no images
   * @throws UncheckedIOException if a file cannot be written
   * @throws CancellationException if this thread is interrupted; its interrupt flag stays set
   */
  public void writeTo(Path root, Progress progress) {
    writeTo(root, progress, Runtime.getRuntime().availableProcessors());
  }

  void writeTo(Path root, Progress progress, int threads) {
    checkState(
        train + validation > 0, "a simulated GenImage needs images, got none of either split");
    try {
      OutputLock lock = locked(root);
      try (lock) {
        WholeFiles.removePartialsOf(root);
        requireEmpty(root);
        requireSpace(root);
        WholeFiles.folder(root, folder -> writeAll(folder, progress, threads));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: the simulated images could not be written (%s); make room or choose another folder"
              .formatted(root, WholeFiles.reason(e)),
          e);
    }
  }

  private static OutputLock locked(Path root) throws IOException {
    Files.createDirectories(root.toAbsolutePath().getParent());
    return OutputLock.of(root)
        .orElseThrow(
            () ->
                new DatasetException(
                    root
                        + ": expected a folder that nobody writes to, found one to which another"
                        + " run writes simulated images; wait for its end or choose another"
                        + " folder"));
  }

  private void requireSpace(Path root) {
    Path existing = Files.isDirectory(root) ? root : root.toAbsolutePath().getParent();
    DiskSpace.shortage(existing, expectedBytes(), "simulated images")
        .ifPresent(
            shortage -> {
              throw new DatasetException(root + ": " + shortage);
            });
  }

  /** Returns about how many bytes of a disk the images take. */
  long expectedBytes() {
    return jobs().stream().mapToLong(job -> job.expectedBytes(imageSize, publishedBias)).sum();
  }

  private List<SimulatedImage> jobs() {
    List<SimulatedImage> jobs = new ArrayList<>();
    for (Generator generator : generators) {
      for (Label label : Label.values()) {
        for (int i = 0; i < train; i++) {
          jobs.add(new SimulatedImage(generator, SimulatedImage.Split.TRAIN, label, i));
        }
        for (int i = 0; i < validation; i++) {
          jobs.add(new SimulatedImage(generator, SimulatedImage.Split.VAL, label, i));
        }
      }
    }
    for (TestSet set : testSets) {
      for (Label label : Label.values()) {
        for (int i = 0; i < validation; i++) {
          jobs.add(SimulatedImage.of(set, label, i));
        }
      }
    }
    return jobs;
  }

  private void writeAll(Path folder, Progress progress, int threads) throws IOException {
    List<SimulatedImage> jobs = jobs();
    for (Path parent : jobs.stream().map(job -> folder.resolve(job.folder())).distinct().toList()) {
      Files.createDirectories(parent);
    }
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CompletionService<Path> done = new ExecutorCompletionService<>(pool);
      for (SimulatedImage job : jobs) {
        done.submit(() -> write(job, folder));
      }
      progress.update(0, jobs.size());
      for (int i = 1; i <= jobs.size(); i++) {
        done.take().get();
        progress.update(i, jobs.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while simulated images were being written");
    } catch (ExecutionException e) {
      Throwables.throwIfInstanceOf(e.getCause(), IOException.class);
      Throwables.throwIfUnchecked(e.getCause());
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
      Uninterruptibles.awaitTerminationUninterruptibly(pool, 1, TimeUnit.MINUTES);
    }
  }

  private Path write(SimulatedImage image, Path folder) throws IOException {
    Path file = folder.resolve(image.folder()).resolve(image.fileName());
    return Files.write(file, image.encoded(Seed.of(seed), imageSize, publishedBias, difficulty));
  }

  private static void requireEmpty(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (Stream<Path> entries = Files.list(root)) {
      Optional<Path> found = entries.findAny();
      if (found.isPresent()) {
        throw new DatasetException(
            "a simulated GenImage needs an empty folder, but %s contains %s"
                .formatted(root, found.get().getFileName()));
      }
    }
  }
}
