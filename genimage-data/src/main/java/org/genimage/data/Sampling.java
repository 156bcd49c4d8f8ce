package org.genimage.data;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Which images of a dataset an epoch takes. */
public enum Sampling {
  /** Every image once. */
  EACH_ONCE {
    @Override
    int count(ImageDataset data) {
      return data.size();
    }

    @Override
    int[] order(ImageDataset data, UnaryOperator<int[]> mixed) {
      return mixed.apply(IntStream.range(0, data.size()).toArray());
    }
  },
  /**
   * A natural image and an AI image in turn, each at most once, until one class is exhausted. So
   * every batch of an even size has as many of both (F3Net, Qian et al. 2020, in yyk-wew's code).
   */
  BALANCED {
    @Override
    int count(ImageDataset data) {
      int nature = positions(data, Label.NATURE).length;
      int pairs = Math.min(nature, data.size() - nature);
      checkArgument(
          pairs > 0,
          "balanced batches need images of both classes, got %s nature and %s ai",
          nature,
          data.size() - nature);
      return 2 * pairs;
    }

    @Override
    int[] order(ImageDataset data, UnaryOperator<int[]> mixed) {
      int[] nature = mixed.apply(positions(data, Label.NATURE));
      int[] ai = mixed.apply(positions(data, Label.AI));
      int[] order = new int[count(data)];
      for (int i = 0; i < order.length; i++) {
        order[i] = i % 2 == 0 ? nature[i / 2] : ai[i / 2];
      }
      return order;
    }
  },
  /**
   * Repeated augmentation (Hoffer et al. 2020), as in the code of DeiT (Touvron et al. 2021) and
   * timm's {@code RepeatAugSampler}: an epoch takes a third of the images, each three times in a
   * row, and every copy is augmented differently. An epoch is as long as the dataset, rounded down
   * to a multiple of 256.
   */
  REPEATED {
    @Override
    int count(ImageDataset data) {
      int count = data.size() / BLOCK * BLOCK;
      checkArgument(
          count > 0,
          "repeated augmentation takes multiples of %s images, got a dataset of %s; choose EACH_ONCE",
          BLOCK,
          data.size());
      return count;
    }

    @Override
    int[] order(ImageDataset data, UnaryOperator<int[]> mixed) {
      int[] positions = mixed.apply(IntStream.range(0, data.size()).toArray());
      return IntStream.range(0, count(data))
          .map(i -> i % COPIES * data.size() + positions[i / COPIES])
          .toArray();
    }
  };

  private static final int COPIES = 3;

  /** DeiT's code rounds an epoch to a multiple of this, whatever the batch size. */
  private static final int BLOCK = 256;

  /** Returns the number of examples of an epoch. */
  abstract int count(ImageDataset data);

  /**
   * Returns an epoch's examples in order: the positions of their images, plus the dataset's size
   * for a second copy, plus twice the size for a third.
   *
   * @param mixed puts positions into a random order, or leaves them
   */
  abstract int[] order(ImageDataset data, UnaryOperator<int[]> mixed);

  private static int[] positions(ImageDataset data, Label label) {
    return IntStream.range(0, data.size()).filter(i -> data.sample(i).label() == label).toArray();
  }
}
