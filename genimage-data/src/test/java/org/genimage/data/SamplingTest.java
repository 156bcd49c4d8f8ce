package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.genimage.data.image.Augmentation;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Transform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingTest {

  @Test
  void balanced_unequalClasses_endsWithTheSmallerOne() {
    ImageDataset data = dataset(3, 7);
    BatchLoader loader =
        BatchLoader.of(data).batchSize(4).sampling(Sampling.BALANCED).shuffle(Seed.of(1));

    int[] order = loader.order(0);

    assertThat(order).hasSize(6).doesNotHaveDuplicates();
    for (int i = 0; i < order.length; i++) {
      assertThat(data.sample(order[i]).label()).isEqualTo(Label.values()[i % 2]);
    }
    assertThat(loader.batches()).isEqualTo(2);
    assertThat(loader.dropLast(true).batches()).isEqualTo(1);
    assertThat(loader.order(1)).isNotEqualTo(order);
    assertThat(IntStream.range(0, 20).flatMap(epoch -> Arrays.stream(loader.order(epoch))))
        .contains(3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void balanced_ordered_takesTheFirst() {
    assertThat(BatchLoader.of(dataset(2, 3)).sampling(Sampling.BALANCED).order(0))
        .containsExactly(0, 2, 1, 3);
  }

  @Test
  void balanced_oneClass_isRefused() {
    BatchLoader loader = BatchLoader.of(dataset(3, 0)).sampling(Sampling.BALANCED);

    assertThatThrownBy(loader::batches)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("balanced batches need images of both classes, got 3 nature and 0 ai");
  }

  @Test
  void eachOnce_takesAll() {
    assertThat(BatchLoader.of(dataset(2, 3)).shuffle(Seed.of(2)).order(0))
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4);
  }

  @Test
  void repeated_shuffled_takesThreeOfEachSideBySide() {
    BatchLoader loader =
        BatchLoader.of(dataset(400, 600)).sampling(Sampling.REPEATED).shuffle(Seed.of(1));

    int[] order = loader.order(0);

    assertThat(order).hasSize(768).doesNotHaveDuplicates();
    for (int i = 0; i < order.length; i += 3) {
      assertThat(order[i]).isBetween(0, 999);
      assertThat(order[i + 1]).isEqualTo(order[i] + 1000);
      assertThat(order[i + 2]).isEqualTo(order[i] + 2000);
      assertThat(loader.sample(order[i + 2])).isSameAs(loader.sample(order[i]));
    }
    assertThat(loader.order(0)).isEqualTo(order);
    assertThat(loader.order(1)).isNotEqualTo(order);
    assertThat(IntStream.range(0, 20).flatMap(epoch -> Arrays.stream(loader.order(epoch))))
        .contains(0, 999);
  }

  /** timm's RepeatAugSampler deals the copies to its processes in turn, here without shuffling. */
  @ParameterizedTest
  @CsvSource({"1, 768, 255", "2, 384, 255", "4, 192, 255"})
  void repeated_batches_areThoseOfTimmsProcesses(int processes, int each, int lastImage) {
    ImageDataset data = dataset(500, 500);
    BatchLoader loader = BatchLoader.of(data).batchSize(64).sampling(Sampling.REPEATED);
    int[] timm = new int[processes * each];
    int share = 64 / processes;
    for (int process = 0; process < processes; process++) {
      for (int i = 0; i < each; i++) {
        int place = process + i * processes;
        timm[i / share * 64 + process * share + i % share] = place / 3;
      }
    }

    int[] order = Arrays.stream(loader.order(0)).map(number -> number % 1000).toArray();

    assertThat(order).hasSize(timm.length);
    assertThat(order[order.length - 1]).isEqualTo(lastImage);
    assertThat(loader.batches()).isEqualTo(12);
    for (int start = 0; start < timm.length; start += 64) {
      assertThat(Arrays.copyOfRange(order, start, start + 64))
          .containsExactlyInAnyOrder(Arrays.copyOfRange(timm, start, start + 64));
    }
  }

  @Test
  void repeated_fewerThanABlock_isRefused() {
    assertThat(BatchLoader.of(dataset(128, 128)).sampling(Sampling.REPEATED).order(0)).hasSize(256);
    BatchLoader loader = BatchLoader.of(dataset(100, 155)).sampling(Sampling.REPEATED);

    assertThatThrownBy(loader::batches)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "repeated augmentation takes multiples of 256 images, got a dataset of 255; choose"
                + " EACH_ONCE");
  }

  @Test
  void repeated_copies_areAugmentedEachInItsWay() {
    byte[] png = Image.of(1, 1, new byte[3]).toPng();
    Sample sample = new Sample("a.png", ByteSource.wrap(png), Label.AI, Generator.ADM);
    Transform draw =
        (image, random) -> {
          byte[] rgb = new byte[3];
          random.nextBytes(rgb);
          return Image.of(1, 1, rgb);
        };
    BatchLoader loader =
        BatchLoader.of(ImageDataset.of(Collections.nCopies(256, sample)))
            .augmentation(Augmentation.of(draw))
            .batchSize(64)
            .sampling(Sampling.REPEATED)
            .shuffle(Seed.of(3));
    Set<String> seen = new HashSet<>();
    try (Batches all = loader.epoch(0);
        Batches rest = loader.threads(1).epoch(0, 64)) {
      for (int batch = 0; all.hasNext(); batch++) {
        ImageBatch images = all.next().images();
        for (int i = 0; i < 64; i++) {
          seen.add(Arrays.toString(images.image(i).toArray()));
        }
        if (batch > 0) {
          assertThat(rest.next().images().toArray()).isEqualTo(images.toArray());
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(250);
  }

  private static ImageDataset dataset(int nature, int ai) {
    return ImageDataset.of(
        IntStream.range(0, nature + ai)
            .mapToObj(
                i ->
                    new Sample(
                        "image " + i,
                        ByteSource.empty(),
                        i < nature ? Label.NATURE : Label.AI,
                        Generator.ADM))
            .toList());
  }
}
