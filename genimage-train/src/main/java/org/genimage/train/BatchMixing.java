package org.genimage.train;

import java.util.Optional;
import org.genimage.data.Batch;
import org.genimage.data.Seed;
import org.genimage.train.recipe.Mixing;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * {@link Mixing} in the graph, after normalisation and erasing. What is mixed depends on the seed,
 * the epoch and the batch's first sample only.
 */
final class BatchMixing {

  private final Optional<Mixing> law;
  private final int side;
  private final Seed seed;
  private final Placeholder<TFloat32> kept;

  private BatchMixing(Optional<Mixing> law, int side, Seed seed, Placeholder<TFloat32> kept) {
    this.law = law;
    this.side = side;
    this.seed = seed;
    this.kept = kept;
  }

  static BatchMixing create(Ops tf, Optional<Mixing> law, int side, Seed seed) {
    return new BatchMixing(
        law,
        side,
        seed,
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(1, side, side, 1))));
  }

  /** Adds the mixing to the graph, if there is any. */
  Operand<TFloat32> apply(Ops tf, Operand<TFloat32> images) { // [N, side, side, 3]
    if (law.isEmpty()) {
      return images;
    }
    Operand<TFloat32> partners = tf.reverse(images, tf.array(0));
    Operand<TFloat32> given = tf.math.sub(tf.constant(1f), kept);
    return tf.math.add(tf.math.mul(images, kept), tf.math.mul(partners, given));
  }

  /** Draws the mixing of a batch. */
  Mixing.Mix draw(Batch batch, int epoch) {
    Seed place = seed.at("mixing").at(epoch).at(batch.positions().get(0));
    return law.map(mixing -> mixing.draw(side, place.random())).orElse(Mixing.Mix.NONE);
  }

  /** Returns the tensors of one step, to be closed. */
  Fed tensors(Mixing.Mix mix) {
    return new Fed(
        this,
        law.map(
            mixing ->
                TFloat32.tensorOf(
                    Shape.of(1, side, side, 1), DataBuffers.of(mix.pixels(side), true, false))));
  }

  /** The tensors of one step. */
  record Fed(BatchMixing mixing, Optional<TFloat32> kept) implements AutoCloseable {

    void feedTo(Session.Runner runner) {
      kept.ifPresent(tensor -> runner.feed(mixing.kept, tensor));
    }

    @Override
    public void close() {
      kept.ifPresent(TFloat32::close);
    }
  }
}
