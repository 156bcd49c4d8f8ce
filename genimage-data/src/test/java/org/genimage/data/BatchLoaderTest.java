package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BatchLoaderTest {

  private static final Transform NOISE =
      (image, random) -> {
        byte[] rgb = new byte[3];
        random.nextBytes(rgb);
        rgb[0] = image.toArray()[0];
        return Image.of(1, 1, rgb);
      };

  @Test
  void epoch_ordered_keepsTheDatasetsOrder() {
    List<Batch> batches = read(BatchLoader.of(pixels(7)).batchSize(3), 0);

    assertThat(batches)
        .extracting(Batch::positions)
        .containsExactly(List.of(0, 1, 2), List.of(3, 4, 5), List.of(6));
    assertThat(batches.get(1).images().toArray()).containsExactly(3, 3, 3, 4, 4, 4, 5, 5, 5);
    assertThat(batches.get(1).labels()).containsExactly(Label.AI, Label.NATURE, Label.AI);
    assertThat(batches.get(1).samples())
        .extracting(Sample::name)
        .containsExactly("3.png", "4.png", "5.png");
  }

  @Test
  void epoch_dropLast_leavesOutTheIncompleteBatch() {
    BatchLoader loader = BatchLoader.of(pixels(7)).batchSize(3).dropLast(true);

    assertThat(loader.batches()).isEqualTo(2);
    assertThat(read(loader, 0)).hasSize(2);
    assertThat(read(loader.batchSize(7), 0)).hasSize(1);
    assertThat(loader.dropLast(false).batches()).isEqualTo(3);
    assertThat(loader.dropLast(false).batchSize(7).batches()).isEqualTo(1);
    assertThat(loader.dropLast(false).batchSize(Integer.MAX_VALUE).batches()).isEqualTo(1);
    assertThat(read(loader.dropLast(false).batchSize(Integer.MAX_VALUE), 0)).hasSize(1);
  }

  @Test
  void epoch_splits_areSplitMajorAndShareTheFirstTransform() {
    Transform plus100 = (image, random) -> pixel(image.value(0, 0, 0) + 100, image.value(0, 0, 1));
    Transform draw = (image, random) -> pixel(image.value(0, 0, 0), random.nextInt(200));
    Augmentation augmentation = new Augmentation(draw, List.of(Transform.IDENTITY, plus100));

    Batch batch = read(BatchLoader.of(pixels(3)).batchSize(2).augmentation(augmentation), 0).get(0);

    assertThat(batch.splits()).isEqualTo(2);
    assertThat(batch.samples()).hasSize(2);
    assertThat(batch.images().count()).isEqualTo(4);
    assertThat(IntStream.range(0, 4).map(i -> batch.images().image(i).value(0, 0, 0)))
        .containsExactly(0, 1, 100, 101);
    assertThat(batch.images().image(2).value(0, 0, 1))
        .isEqualTo(batch.images().image(0).value(0, 0, 1))
        .isNotEqualTo(batch.images().image(1).value(0, 0, 1));
  }

  @Test
  void epoch_anyNumberOfThreads_givesTheSameBytes() {
    BatchLoader loader =
        BatchLoader.of(pixels(50))
            .batchSize(8)
            .shuffle(Seed.of(7))
            .augmentation(new Augmentation(NOISE, List.of(NOISE, NOISE)));

    List<Batch> one = read(loader.threads(1), 3);
    List<Batch> sixteen = read(loader.threads(16), 3);

    assertThat(one).hasSize(7);
    for (int i = 0; i < one.size(); i++) {
      assertThat(sixteen.get(i).positions()).isEqualTo(one.get(i).positions());
      assertThat(sixteen.get(i).images().toArray()).isEqualTo(one.get(i).images().toArray());
    }
  }

  @Test
  void epoch_shuffled_isAnotherPermutationEachEpoch() {
    BatchLoader loader = BatchLoader.of(pixels(50)).batchSize(50).shuffle(Seed.of(7));

    List<Integer> first = read(loader, 0).get(0).positions();
    List<Integer> second = read(loader, 1).get(0).positions();

    assertThat(new HashSet<>(first)).hasSize(50);
    assertThat(new HashSet<>(second)).hasSize(50);
    assertThat(first).isNotEqualTo(second).isEqualTo(read(loader, 0).get(0).positions());
    assertThat(read(loader.shuffle(Seed.of(8)), 0).get(0).positions()).isNotEqualTo(first);
    assertThat(read(loader.ordered(), 0).get(0).positions()).isSorted();
  }

  @Test
  void order_ofASeed_isPinned() {
    BatchLoader loader = BatchLoader.of(pixels(10)).shuffle(Seed.of(42));

    assertThat(loader.order(0)).containsExactly(9, 0, 3, 1, 4, 6, 2, 7, 8, 5);
  }

  @Test
  void order_manyEpochs_putsEveryImageEverywhere() {
    BatchLoader loader = BatchLoader.of(pixels(5)).shuffle(Seed.of(1));
    int[][] seen = new int[5][5];

    for (int epoch = 0; epoch < 2000; epoch++) {
      int[] order = loader.order(epoch);
      for (int i = 0; i < 5; i++) {
        seen[i][order[i]]++;
      }
    }

    // 400 expected, standard deviation 18
    assertThat(Stream.of(seen).flatMapToInt(IntStream::of)).allMatch(count -> count > 310);
  }

  @Test
  void example_dependsOnSeedEpochAndPositionAlone() {
    BatchLoader loader =
        BatchLoader.of(pixels(20)).batchSize(20).augmentation(Augmentation.of(NOISE));
    Batch ordered = read(loader.shuffle(Seed.of(7)).ordered(), 2).get(0);
    Batch shuffled = read(loader.shuffle(Seed.of(7)).batchSize(20), 2).get(0);
    Batch otherEpoch = read(loader.shuffle(Seed.of(7)).ordered(), 3).get(0);

    for (int i = 0; i < 20; i++) {
      int position = shuffled.positions().get(i);
      assertThat(shuffled.images().image(i).toArray())
          .isEqualTo(ordered.images().image(position).toArray());
    }
    assertThat(otherEpoch.images().toArray()).isNotEqualTo(ordered.images().toArray());
    assertThat(colours(ordered)).hasSize(20);
  }

  @Test
  void epoch_unreadableImage_failsWithItsName() {
    BatchLoader loader = BatchLoader.of(pixels(9, 5)).batchSize(4);

    try (Batches batches = loader.epoch(0)) {
      assertThat(batches.next().positions()).containsExactly(0, 1, 2, 3);
      assertThatThrownBy(batches::next)
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith(
              "5.png: expected a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM image, found ");
      assertThat(batches.hasNext()).isFalse();
    }
  }

  @Test
  void epoch_skip_leavesOutAndCounts() {
    BatchLoader loader =
        BatchLoader.of(pixels(10, 1, 3, 4, 5)).batchSize(3).onError(ErrorPolicy.skip(4));

    try (Batches batches = loader.epoch(0)) {
      assertThat(batches.next().positions()).containsExactly(0, 2);
      assertThat(batches.next().positions()).containsExactly(6, 7, 8); // 3, 4 and 5 are lost
      assertThat(batches.next().images().toArray()).containsExactly(9, 9, 9);
      assertThat(batches.hasNext()).isFalse();
      assertThat(batches.skipped())
          .extracting(skipped -> skipped.sample().name())
          .containsExactly("1.png", "3.png", "4.png", "5.png");
      assertThat(batches.skipped().get(0).reason())
          .startsWith("1.png: expected a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM");
    }
  }

  @Test
  void epoch_moreUnreadableThanTheLimit_fails() {
    BatchLoader loader = BatchLoader.of(pixels(10, 1, 8)).onError(ErrorPolicy.skip(1));

    try (Batches batches = loader.epoch(0)) {
      assertThatThrownBy(batches::hasNext)
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith(
              "8.png: expected a JPEG, PNG, WebP, GIF, BMP, TIFF or PPM image, found ")
          .hasMessageEndingWith("one more than the 1 unreadable images that an epoch may skip");
    }
  }

  @Test
  void epoch_everyImageUnreadable_hasNoBatch() {
    try (Batches batches = BatchLoader.of(pixels(2, 0, 1)).onError(ErrorPolicy.skip(2)).epoch(0)) {
      assertThat(batches.hasNext()).isFalse();
      assertThat(batches.skipped()).hasSize(2);
    }
  }

  @Test
  void epoch_slowReader_isReadAheadByTwoBatchesAtMost() throws InterruptedException {
    AtomicInteger made = new AtomicInteger();
    Transform count =
        (image, random) -> {
          made.incrementAndGet();
          return image;
        };
    BatchLoader loader =
        BatchLoader.of(pixels(100)).batchSize(4).threads(3).augmentation(Augmentation.of(count));

    try (Batches batches = loader.epoch(0)) {
      batches.next();
      for (int wait = 0; wait < 100 && made.get() < 11; wait++) {
        Thread.sleep(10);
      }
      Thread.sleep(50);
      assertThat(made).hasValueBetween(11, 12);
    }
  }

  @Test
  void close_inMidEpoch_endsTheThreads() throws InterruptedException {
    Set<Thread> before = threads();
    Batches batches = BatchLoader.of(pixels(100)).batchSize(2).threads(4).epoch(0);
    batches.next();
    assertThat(threads()).hasSize(before.size() + 4).filteredOn(Thread::isDaemon).hasSize(4);

    batches.close();
    batches.close();

    assertThatThreadsAre(before);
    assertThat(batches.hasNext()).isFalse();
    assertThatThrownBy(batches::next)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("epoch 0 has no more batches");
  }

  @Test
  void epoch_readToTheEnd_endsTheThreadsByItself() throws InterruptedException {
    Set<Thread> before = threads();

    read(BatchLoader.of(pixels(5)).batchSize(2), 0);

    assertThatThreadsAre(before);
  }

  @Test
  void next_interrupted_stopsAndStaysInterrupted() {
    CountDownLatch never = new CountDownLatch(1);
    Transform wait =
        (image, random) -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return image;
        };
    Batches batches = BatchLoader.of(pixels(5)).augmentation(Augmentation.of(wait)).epoch(0);

    Thread.currentThread().interrupt();

    assertThatThrownBy(batches::next)
        .isInstanceOf(CancellationException.class)
        .hasMessage("interrupted while waiting for a batch");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(batches.hasNext()).isFalse();
  }

  @Test
  void close_onAnotherThread_freesTheReader() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    Transform slow =
        (image, random) -> {
          started.countDown();
          try {
            Thread.sleep(20_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return image;
        };
    Batches batches =
        BatchLoader.of(pixels(50)).threads(1).augmentation(Augmentation.of(slow)).epoch(0);
    List<Throwable> thrown = new ArrayList<>();
    Thread reader = new Thread(batches::next);
    reader.setUncaughtExceptionHandler((thread, e) -> thrown.add(e));
    reader.start();
    started.await();

    batches.close();
    reader.join();

    assertThat(thrown).hasSize(1);
    assertThat(thrown.get(0)).isInstanceOf(CancellationException.class);
  }

  @Test
  void next_failingTransform_throwsWhatItThrew() {
    Transform broken =
        (image, random) -> {
          throw new ArithmeticException("broken");
        };
    BatchLoader loader =
        BatchLoader.of(pixels(5))
            .augmentation(Augmentation.of(broken))
            .onError(ErrorPolicy.skip(5));

    try (Batches batches = loader.epoch(0)) {
      assertThatThrownBy(batches::next).isInstanceOf(ArithmeticException.class);
    }
  }

  @Test
  void next_imagesOfSeveralSizes_saysWhich() {
    ImageDataset data =
        ImageDataset.of(
            List.of(
                sample(0, pixel(1, 1).toPng()), sample(1, Image.of(1, 2, new byte[6]).toPng())));

    try (Batches batches = BatchLoader.of(data).epoch(0)) {
      assertThatThrownBy(batches::next)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("images of a batch must have one size: image 0 is 1x1, image 1 is 1x2");
    }
  }

  @Test
  void settings_thatCannotWork_areRefused() {
    BatchLoader loader = BatchLoader.of(pixels(3));

    assertThatThrownBy(() -> BatchLoader.of(ImageDataset.of(List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a loader needs at least one image, got an empty dataset");
    assertThatThrownBy(() -> loader.batchSize(0)).hasMessage("batch size must be positive, got 0");
    assertThatThrownBy(() -> loader.threads(-1))
        .hasMessage("number of threads must be positive, got -1");
    assertThatThrownBy(() -> loader.epoch(-1)).hasMessage("epoch must not be negative, got -1");
    assertThatThrownBy(() -> ErrorPolicy.skip(-1))
        .hasMessage("limit of skipped images must not be negative, got -1");
    assertThatThrownBy(() -> loader.batchSize(4).dropLast(true).epoch(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "without the last, incomplete batch a batch size of 4 needs as many images, got 3");
  }

  private static List<Batch> read(BatchLoader loader, int epoch) {
    List<Batch> read = new ArrayList<>();
    try (Batches batches = loader.epoch(epoch)) {
      batches.forEachRemaining(read::add);
    }
    assertThat(read).hasSize(loader.batches());
    return read;
  }

  /** Image i is one pixel of level i; odd ones are AI. Some cannot be read. */
  private static ImageDataset pixels(int count, Integer... unreadable) {
    Set<Integer> bad = Set.of(unreadable);
    return ImageDataset.of(
        IntStream.range(0, count)
            .mapToObj(i -> sample(i, bad.contains(i) ? new byte[] {1, 2} : pixel(i, i).toPng()))
            .toList());
  }

  private static Sample sample(int i, byte[] content) {
    return new Sample(
        i + ".png", ByteSource.wrap(content), Label.values()[i % 2], Generator.BIGGAN);
  }

  private static Image pixel(int red, int green) {
    return Image.of(1, 1, new byte[] {(byte) red, (byte) green, (byte) red});
  }

  private static Set<List<Byte>> colours(Batch batch) {
    Set<List<Byte>> colours = new HashSet<>();
    for (int i = 0; i < batch.images().count(); i++) {
      byte[] rgb = batch.images().image(i).toArray();
      colours.add(List.of(rgb[1], rgb[2]));
    }
    return colours;
  }

  /** A thread lives for a moment after its pool has ended. */
  private static void assertThatThreadsAre(Set<Thread> expected) throws InterruptedException {
    for (int wait = 0; wait < 200 && !threads().equals(expected); wait++) {
      Thread.sleep(10);
    }
    assertThat(threads()).isEqualTo(expected);
  }

  private static Set<Thread> threads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().startsWith("genimage-batches-"));
    return threads;
  }

  @Test
  void epoch_fromItsMiddle_givesTheSameBytes() {
    Transform noise =
        (image, random) ->
            Image.of(1, 1, new byte[] {image.toArray()[0], (byte) random.nextInt(), 0});
    BatchLoader loader =
        BatchLoader.of(pixels(50))
            .augmentation(Augmentation.of(noise))
            .batchSize(8)
            .shuffle(Seed.of(3));
    List<Batch> whole = read(loader.threads(1), 2);
    int position;
    try (Batches begun = loader.epoch(2)) {
      begun.next();
      begun.next();
      begun.next();
      position = begun.position();
    }

    List<byte[]> rest = new ArrayList<>();
    try (Batches resumed = loader.threads(16).epoch(2, position)) {
      resumed.forEachRemaining(batch -> rest.add(batch.images().toArray()));
    }

    assertThat(position).isEqualTo(24);
    assertThat(rest).hasSize(4);
    for (int i = 0; i < 4; i++) {
      assertThat(rest.get(i)).isEqualTo(whole.get(3 + i).images().toArray());
    }
  }
}
