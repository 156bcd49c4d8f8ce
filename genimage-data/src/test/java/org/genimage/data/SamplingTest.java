package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteSource;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

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
