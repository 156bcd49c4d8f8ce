package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The function that training minimises. */
public interface Loss {

  /** Returns the number of inputs per sample: 1, unless the loss compares several. */
  default int splits() {
    return 1;
  }

  /**
   * Adds the loss to the graph.
   *
   * @param tf the ops
   * @param logits {@code [splits * N, 2]}, split-major: nature, ai
   * @param targets {@code [N, 2]}: each sample's shares of nature and ai; 0 and 1 except for mixed
   *     samples
   * @return a scalar, in nats
   */
  Operand<TFloat32> value(Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets);

  /**
   * The mean cross-entropy between smoothed labels and the softmax of the logits. Smoothing s takes
   * s from the label and spreads it evenly over both classes (Szegedy et al. 2016). Labels may be
   * shares: without smoothing this is timm's {@code SoftTargetCrossEntropy}.
   *
   * @param smoothing in [0, 1)
   */
  record CrossEntropy(double smoothing) implements Loss {

    /**
     * Checks the component.
     *
     * @throws IllegalArgumentException if it is out of its range
     */
    public CrossEntropy {
      checkArgument(
          smoothing >= 0 && smoothing < 1, "label smoothing must be in [0, 1), got %s", smoothing);
    }

    @Override
    public Operand<TFloat32> value(Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
      Operand<TFloat32> smoothed =
          tf.math.add(
              tf.math.mul(targets, tf.constant((float) (1 - smoothing))),
              tf.constant((float) (smoothing / 2)));
      return tf.math.mean(
          tf.nn.softmaxCrossEntropyWithLogits(logits, smoothed).loss(), tf.constant(0));
    }
  }

  /**
   * The mean binary cross-entropy of the logit of ai, for networks with one output (PyTorch's
   * {@code BCEWithLogitsLoss}). Of two logits it takes their difference.
   */
  record BinaryCrossEntropy() implements Loss {

    @Override
    public Operand<TFloat32> value(Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
      Operand<TFloat32> logit = tf.math.sub(ai(tf, logits), nature(tf, logits));
      return tf.math.mean(ofEach(tf, logit, ai(tf, targets)), tf.array(0, 1));
    }

    /** Returns each logit's own loss, ln(1 + e^x) - t x, of any shape. */
    static Operand<TFloat32> ofEach(Ops tf, Operand<TFloat32> logits, Operand<TFloat32> shares) {
      return tf.math.sub(tf.math.softplus(logits), tf.math.mul(logits, shares));
    }

    private static Operand<TFloat32> nature(Ops tf, Operand<TFloat32> pairs) {
      return tf.slice(pairs, tf.array(0, 0), tf.array(-1, 1));
    }

    private static Operand<TFloat32> ai(Ops tf, Operand<TFloat32> pairs) {
      return tf.slice(pairs, tf.array(0, 1), tf.array(-1, 1));
    }
  }

  /**
   * The mean negative log-likelihood, for networks whose outputs are log-probabilities (PyTorch's
   * {@code NLLLoss}).
   */
  record NegativeLogLikelihood() implements Loss {

    @Override
    public Operand<TFloat32> value(Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
      Operand<TFloat32> hit = tf.sum(tf.math.mul(logits, targets), tf.constant(1));
      return tf.math.neg(tf.math.mean(hit, tf.constant(0)));
    }
  }

  /**
   * Cross-entropy of the clean split plus {@code alpha} times the Jensen-Shannon divergence of all
   * splits' predictions (AugMix, Hendrycks et al. 2020, equation 2), as timm computes it: with the
   * mixture M clamped to [1e-7, 1], the mean over splits of KL(p || M), summed over classes and
   * averaged over samples.
   *
   * @param splits at least 2; the first is the clean one
   * @param alpha weight of the divergence; timm's default is 12
   * @param smoothing label smoothing of the cross-entropy, in [0, 1)
   */
  record JsdCrossEntropy(int splits, double alpha, double smoothing) implements Loss {

    /**
     * Checks the components.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public JsdCrossEntropy {
      checkArgument(splits >= 2, "a divergence needs at least 2 splits, got %s", splits);
      checkArgument(alpha >= 0, "alpha must not be negative, got %s", alpha);
    }

    @Override
    public Operand<TFloat32> value(Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
      List<Operand<TFloat32>> parts =
          List.copyOf(tf.split(tf.constant(0), logits, (long) splits).output());
      List<Operand<TFloat32>> probabilities =
          parts.stream().<Operand<TFloat32>>map(tf.nn::softmax).toList();
      Operand<TFloat32> mixture =
          tf.clipByValue(
              tf.math.div(tf.math.addN(probabilities), tf.constant((float) splits)),
              tf.constant(1e-7f),
              tf.constant(1f));
      Operand<TFloat32> logMixture = tf.math.log(mixture);
      List<Operand<TFloat32>> divergences =
          parts.stream().map(part -> divergence(tf, part, logMixture)).toList();
      Operand<TFloat32> divergence =
          tf.math.mul(tf.math.addN(divergences), tf.constant((float) (alpha / splits)));
      return tf.math.add(new CrossEntropy(smoothing).value(tf, parts.get(0), targets), divergence);
    }

    /** The mean over samples of KL(softmax(logits) || M). */
    private static Operand<TFloat32> divergence(
        Ops tf, Operand<TFloat32> logits, Operand<TFloat32> logMixture) {
      Operand<TFloat32> ratio = tf.math.sub(tf.nn.logSoftmax(logits), logMixture);
      Operand<TFloat32> terms = tf.math.mul(tf.nn.softmax(logits), ratio);
      return tf.math.mean(tf.sum(terms, tf.constant(1)), tf.constant(0));
    }
  }
}
