package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;

/**
 * The settings that turn a dataset into batches. Several threads read, augment and stack images
 * ahead of the reader. The batches of an epoch depend on these settings and the epoch's number
 * alone; the number of threads changes nothing.
 *
 * <pre>{@code
 * BatchLoader loader = BatchLoader.of(data).augmentation(train).batchSize(64).shuffle(Seed.of(1));
 * try (Batches batches = loader.epoch(0)) {
 *   while (batches.hasNext()) {
 *     Batch batch = batches.next();
 *   }
 * }
 * }</pre>
 *
 * @param data the images
 * @param augmentation applied to each image; all outputs must have one size
 * @param batchSize samples per batch
 * @param seed the source of the order and of each example's random numbers
 * @param shuffled true for a new random order in each epoch, false for the dataset's order
 * @param sampling which images an epoch takes
 * @param dropLast whether an incomplete last batch is left out
 * @param threads the number of threads that read and augment
 * @param onError what happens when an image cannot be read
 */
public record BatchLoader(
    ImageDataset data,
    Augmentation augmentation,
    int batchSize,
    Seed seed,
    boolean shuffled,
    Sampling sampling,
    boolean dropLast,
    int threads,
    ErrorPolicy onError) {

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the dataset is empty, or the batch size or the number of
   *     threads is not positive
   */
  public BatchLoader {
    checkArgument(data.size() > 0, "a loader needs at least one image, got an empty dataset");
    checkArgument(batchSize > 0, "batch size must be positive, got %s", batchSize);
    checkArgument(threads > 0, "number of threads must be positive, got %s", threads);
  }

  /**
   * Returns a loader with the defaults: batches of 32 in the dataset's order, the last one perhaps
   * smaller, images without augmentation, one thread per processor, and a failure at the first
   * unreadable image.
   *
   * @throws IllegalArgumentException if the dataset is empty
   */
  public static BatchLoader of(ImageDataset data) {
    return new BatchLoader(
        data,
        Augmentation.of(Transform.IDENTITY),
        32,
        Seed.of(0),
        false,
        Sampling.EACH_ONCE,
        false,
        Runtime.getRuntime().availableProcessors(),
        ErrorPolicy.fail());
  }

  /** Returns these settings with another augmentation. */
  public BatchLoader augmentation(Augmentation augmentation) {
    return new BatchLoader(
        data, augmentation, batchSize, seed, shuffled, sampling, dropLast, threads, onError);
  }

  /**
   * Returns these settings with another batch size.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public BatchLoader batchSize(int batchSize) {
    return new BatchLoader(
        data, augmentation, batchSize, seed, shuffled, sampling, dropLast, threads, onError);
  }

  /** Returns these settings with a new random order in each epoch. */
  public BatchLoader shuffle(Seed seed) {
    return new BatchLoader(
        data, augmentation, batchSize, seed, true, sampling, dropLast, threads, onError);
  }

  /** Returns these settings with the dataset's order. Augmentations keep their seed. */
  public BatchLoader ordered() {
    return new BatchLoader(
        data, augmentation, batchSize, seed, false, sampling, dropLast, threads, onError);
  }

  /** Returns these settings with another choice of images per epoch. */
  public BatchLoader sampling(Sampling sampling) {
    return new BatchLoader(
        data, augmentation, batchSize, seed, shuffled, sampling, dropLast, threads, onError);
  }

  /** Returns these settings with an incomplete last batch left out or kept. */
  public BatchLoader dropLast(boolean dropLast) {
    return new BatchLoader(
        data, augmentation, batchSize, seed, shuffled, sampling, dropLast, threads, onError);
  }

  /**
   * Returns these settings with another number of threads.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public BatchLoader threads(int threads) {
    return new BatchLoader(
        data, augmentation, batchSize, seed, shuffled, sampling, dropLast, threads, onError);
  }

  /** Returns these settings with another policy for images that cannot be read. */
  public BatchLoader onError(ErrorPolicy onError) {
    return new BatchLoader(
        data, augmentation, batchSize, seed, shuffled, sampling, dropLast, threads, onError);
  }

  /**
   * Returns the number of batches of an epoch in which every image can be read.
   *
   * @throws IllegalArgumentException if incomplete batches are left out and no complete one
   *     remains, or a class that the sampling needs is missing
   */
  public int batches() {
    int samples = sampling.count(data);
    checkArgument(
        !dropLast || batchSize <= samples,
        "without the last, incomplete batch a batch size of %s needs as many images, got %s",
        batchSize,
        samples);
    return dropLast ? samples / batchSize : (samples - 1) / batchSize + 1;
  }

  /**
   * Starts an epoch. The caller closes the result.
   *
   * @param epoch from 0
   * @throws IllegalArgumentException if the epoch is negative, or incomplete batches are left out
   *     and no complete one remains
   */
  public Batches epoch(int epoch) {
    return epoch(epoch, 0);
  }

  /**
   * Resumes an epoch where an earlier reader stopped. The caller closes the result.
   *
   * @param epoch from 0
   * @param position the number of samples at the epoch's beginning that are left out: {@link
   *     Batches#position} of the earlier reader
   * @throws IllegalArgumentException if one is negative, or incomplete batches are left out and no
   *     complete one remains
   */
  public Batches epoch(int epoch, int position) {
    return epoch(epoch, position, 0, 1);
  }

  /**
   * Starts one reader's part of an epoch that several readers share: an equal, contiguous part of
   * every batch. The caller closes the result.
   *
   * @param epoch from 0
   * @param position the number of samples at the epoch's beginning that are left out, those of all
   *     readers counted
   * @param reader this reader's number, from 0
   * @param readers a divisor of the batch size; with more than one, incomplete batches must be left
   *     out
   * @throws IllegalArgumentException if an argument is out of its range, or no complete batch
   *     remains
   */
  public Batches epoch(int epoch, int position, int reader, int readers) {
    checkArgument(epoch >= 0, "epoch must not be negative, got %s", epoch);
    checkArgument(position >= 0, "position in an epoch must not be negative, got %s", position);
    checkArgument(
        reader >= 0 && reader < readers,
        "reader must be from 0 to below %s, got %s",
        readers,
        reader);
    checkArgument(
        readers == 1 || dropLast && batchSize % readers == 0,
        "%s readers need batches that they can share evenly and no incomplete one, got %s samples",
        readers,
        batchSize);
    return new Batches(this, epoch, batches(), position, reader, readers);
  }

  /** Returns the examples of an epoch in order, as {@link Sampling#order} numbers them. */
  int[] order(int epoch) {
    RandomGenerator random = seed.at("order").at(epoch).random();
    return sampling.order(data, positions -> shuffled ? shuffle(positions, random) : positions);
  }

  private static int[] shuffle(int[] positions, RandomGenerator random) {
    int[] order = new int[positions.length];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = positions[i];
    }
    return order;
  }

  /** Returns what an example is made of. */
  Sample sample(int number) {
    return data.sample(number % data.size());
  }

  /**
   * Returns the splits of one example.
   *
   * @throws UnreadableImageException if the image cannot be read, or cannot be augmented since its
   *     shape or size asks for too much memory
   */
  List<Image> example(int epoch, int number) {
    RandomGenerator random = seed.at("example").at(epoch).at(number).random();
    Sample sample = sample(number);
    Image image = sample.image(augmentation.shared(), random);
    return sample.named(
        () -> augmentation.splits().stream().map(split -> split.apply(image, random)).toList());
  }
}
