package org.genimage.train;

import java.util.Optional;
import org.genimage.data.Batch;
import org.genimage.data.Seed;
import org.genimage.data.image.Box;
import org.genimage.train.recipe.ImageRecipe;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * Random erasing in the graph, after normalisation: a rectangle of each image is replaced by normal
 * noise, drawn per pixel and channel. Rectangles and noise depend on the seed, the epoch and the
 * samples' positions only.
 */
final class Erasing {

  private final ImageRecipe recipe;
  private final int side;
  private final Seed seed;
  private final Placeholder<TInt32> boxes;
  private final Placeholder<TInt64> noiseSeed;

  private Erasing(
      ImageRecipe recipe,
      int side,
      Seed seed,
      Placeholder<TInt32> boxes,
      Placeholder<TInt64> noiseSeed) {
    this.recipe = recipe;
    this.side = side;
    this.seed = seed;
    this.boxes = boxes;
    this.noiseSeed = noiseSeed;
  }

  static Erasing create(Ops tf, ImageRecipe recipe, int side, Seed seed) {
    return new Erasing(
        recipe,
        side,
        seed,
        tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1, 4))),
        tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2))));
  }

  private boolean active() {
    return recipe.erasing() > 0;
  }

  /** Adds the erasing to the graph, if the recipe has any. */
  Operand<TFloat32> apply(Ops tf, Operand<TFloat32> images) { // [N, side, side, 3]
    if (!active()) {
      return images;
    }
    Operand<TBool> rows = range(tf, 0); // [N, side]
    Operand<TBool> columns = range(tf, 2); // [N, side]
    Operand<TBool> erased =
        tf.math.logicalAnd(
            tf.expandDims(tf.expandDims(rows, tf.constant(2)), tf.constant(3)),
            tf.expandDims(tf.expandDims(columns, tf.constant(1)), tf.constant(3)));
    Operand<TFloat32> noise =
        tf.random.statelessRandomNormal(tf.shape(images), noiseSeed, TFloat32.class);
    return tf.select(erased, noise, images);
  }

  /** Whether each index lies from the box's number {@code first} to the next one, exclusive. */
  private Operand<TBool> range(Ops tf, int first) {
    Operand<TInt32> indices =
        tf.expandDims(tf.range(tf.constant(0), tf.constant(side), tf.constant(1)), tf.constant(0));
    return tf.math.logicalAnd(
        tf.math.greaterEqual(indices, column(tf, first)),
        tf.math.less(indices, column(tf, first + 1)));
  }

  private Operand<TInt32> column(Ops tf, int index) {
    return tf.slice(boxes, tf.constant(new int[] {0, index}), tf.constant(new int[] {-1, 1}));
  }

  /** Returns a batch's rectangles, none for clean splits, and its noise, to be closed. */
  Fed tensors(Batch batch, int epoch) {
    if (!active()) {
      return new Fed(this, Optional.empty(), Optional.empty());
    }
    int samples = batch.samples().size();
    int[] numbers = new int[4 * samples * batch.splits()];
    Seed epochSeed = seed.at("erasing").at(epoch);
    for (int split = 0; split < batch.splits(); split++) {
      for (int i = 0; i < samples && recipe.augments(split); i++) {
        var random = epochSeed.at(batch.positions().get(i)).at(split).random();
        Optional<Box> box = recipe.randomErasing().box(side, side, random);
        if (box.isPresent()) {
          int start = 4 * (split * samples + i);
          numbers[start] = box.get().y();
          numbers[start + 1] = box.get().y() + box.get().height();
          numbers[start + 2] = box.get().x();
          numbers[start + 3] = box.get().x() + box.get().width();
        }
      }
    }
    long[] noise = {epochSeed.at("noise").at(batch.positions().get(0)).value(), epoch};
    TInt32 boxTensor =
        TInt32.tensorOf(Shape.of(numbers.length / 4, 4), DataBuffers.of(numbers, true, false));
    TInt64 noiseTensor = TInt64.tensorOf(Shape.of(2), DataBuffers.of(noise, true, false));
    return new Fed(this, Optional.of(boxTensor), Optional.of(noiseTensor));
  }

  /** The tensors of one step. */
  record Fed(Erasing erasing, Optional<TInt32> boxes, Optional<TInt64> noise)
      implements AutoCloseable {

    void feedTo(Session.Runner runner) {
      boxes.ifPresent(tensor -> runner.feed(erasing.boxes, tensor));
      noise.ifPresent(tensor -> runner.feed(erasing.noiseSeed, tensor));
    }

    @Override
    public void close() {
      boxes.ifPresent(TInt32::close);
      noise.ifPresent(TInt64::close);
    }
  }
}
