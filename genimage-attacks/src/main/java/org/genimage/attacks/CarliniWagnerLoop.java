package org.genimage.attacks;

import java.util.ArrayList;
import java.util.List;
import org.genimage.attacks.CarliniWagner.Abort;
import org.genimage.attacks.CarliniWagner.Rules;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.DifferentiableDetector;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.nn.CustomGradients;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/**
 * Adam on one batch inside TensorFlow: an own graph with the victim in it. Images go in once and
 * come out once; what crosses at a step is a few numbers.
 */
final class CarliniWagnerLoop implements AutoCloseable {

  /** Keeps atanh finite where a pixel is 0 or 1. */
  private static final float INSIDE = 0.999999f;

  /** How much of its last value the loss must have come down to. */
  private static final float PROGRESS = 0.9999f;

  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final Graph graph = new Graph();
  private final Ops tf = GraphOps.of(graph);
  private final CarliniWagner attack;
  private final boolean original;
  private final int count;
  private final Shape shape;
  private final Session session;

  private final Placeholder<TFloat32> constants =
      tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1)));
  private final Placeholder<TFloat32> power1 = scalar();
  private final Placeholder<TFloat32> power2 = scalar();
  private final Placeholder<TFloat32> epsilon = scalar();
  private final Placeholder<TBool> check =
      tf.placeholder(TBool.class, Placeholder.shape(Shape.scalar()));

  private final List<Op> beginnings = new ArrayList<>();
  private final List<Op> restarts = new ArrayList<>();
  private final List<Op> updates = new ArrayList<>();
  private final Operand<TBool> anyActive;
  private final Operand<TBool> found;
  private final Operand<TFloat32> best;

  private CarliniWagnerLoop(
      CarliniWagner attack, DifferentiableDetector victim, Pixels pixels, Goal goal) {
    this.attack = attack;
    original = attack.rules() == Rules.ORIGINAL;
    count = pixels.count();
    shape = Shape.of(count, pixels.height(), pixels.width(), 3);
    try {
      Operand<TFloat32> x = tf.constant(shape, DataBuffers.of(pixels.toArray(), true, false));
      var start = variable("start", TFloat32.class, shape, start(x), beginnings);
      var change = variable("change", TFloat32.class, shape, filled(shape, 0), restarts);

      Operand<TFloat32> moved = box(tf.math.add(start.value(), change.value()));
      CustomGradients gradients = new CustomGradients();
      Operand<TFloat32> logits = victim.logits(tf, moved, gradients);
      Operand<TFloat32> leave = logit(logits, goal, false);
      Operand<TFloat32> want = logit(logits, goal, true);
      Operand<TFloat32> anchor = original ? box(start.value()) : x;
      Operand<TFloat32> losses =
          tf.math.add(
              squares(tf.math.sub(moved, anchor)),
              tf.math.mul(shortfall(leave, want, goal), constants));
      Operand<TFloat32> loss = tf.sum(losses, tf.constant(0));
      Operand<TFloat32> gradient = gradients.of(graph, tf, loss, List.of(change.value())).get(0);
      descend(change, gradient);

      var active = variable("active", TBool.class, perImage(), flags(true), restarts);
      Operand<TBool> continues = stillFalls(losses, loss, active);
      Operand<TBool> reaches =
          reaches(tf.math.sub(want, leave), original ? continues : active.value());
      anyActive = tf.reduceAny(continues, tf.constant(0));
      found = noted(reaches);
      best = nearest(x, moved, reaches);
      session = new Session(graph, SessionSettings.scoring());
    } catch (RuntimeException e) {
      graph.close();
      throw e;
    }
  }

  /** A value that the session keeps from step to step, with the op that gives it its first one. */
  private <T extends TType> Variable<T> variable(
      String name, Class<T> type, Shape shape, Operand<T> first, List<Op> when) {
    var variable = Variable.create(tf, name, type, shape);
    when.add(variable.assign(first));
    return variable;
  }

  private Operand<TFloat32> filled(Shape shape, float value) {
    return tf.fill(tf.constant(shape), tf.constant(value));
  }

  private Shape perImage() {
    return Shape.of(count);
  }

  private Operand<TBool> flags(boolean value) {
    return tf.fill(tf.array(count), tf.constant(value));
  }

  /** The w at which {@link #box} gives the image. */
  private Operand<TFloat32> start(Operand<TFloat32> x) {
    Operand<TFloat32> scaled = tf.math.sub(tf.math.mul(x, tf.constant(2f)), tf.constant(1f));
    return tf.math.atanh(original ? tf.math.mul(scaled, tf.constant(INSIDE)) : scaled);
  }

  /** By how much each margin falls short of kappa, at least 0. */
  private Operand<TFloat32> shortfall(Operand<TFloat32> leave, Operand<TFloat32> want, Goal goal) {
    Operand<TFloat32> margin = tf.math.sub(floored(leave, goal, false), floored(want, goal, true));
    return tf.nn.relu(tf.math.add(margin, kappa()));
  }

  private Operand<TFloat32> kappa() {
    return tf.constant((float) attack.confidence());
  }

  /** Adds a step of Adam. */
  private void descend(Variable<TFloat32> change, Operand<TFloat32> gradient) {
    var mean = variable("mean", TFloat32.class, shape, filled(shape, 0), restarts);
    var variance = variable("variance", TFloat32.class, shape, filled(shape, 0), restarts);
    updates.add(
        tf.train.resourceApplyAdam(
            change.handle(),
            mean.handle(),
            variance.handle(),
            power1,
            power2,
            tf.constant((float) attack.learningRate()),
            tf.constant((float) BETA1),
            tf.constant((float) BETA2),
            epsilon,
            gradient));
  }

  /** Returns which images are still active, and stops those whose loss falls no more. */
  private Operand<TBool> stillFalls(
      Operand<TFloat32> losses, Operand<TFloat32> loss, Variable<TBool> active) {
    Operand<TFloat32> infinite = filled(perImage(), Float.POSITIVE_INFINITY);
    var previous = variable("previous", TFloat32.class, perImage(), infinite, restarts);
    Operand<TFloat32> judged =
        attack.abort() == Abort.SUMMED ? tf.math.add(tf.zerosLike(losses), loss) : losses;
    Operand<TFloat32> bound =
        original ? tf.math.mul(previous.value(), tf.constant(PROGRESS)) : previous.value();
    Operand<TBool> falls = tf.math.lessEqual(judged, bound);
    Operand<TBool> continues =
        tf.math.logicalAnd(active.value(), tf.math.logicalOr(falls, tf.math.logicalNot(check)));
    updates.add(active.assign(continues));
    updates.add(previous.assign(tf.select(check, judged, previous.value())));
    return continues;
  }

  /** Returns which images reach the goal at this step, of those that count. */
  private Operand<TBool> reaches(Operand<TFloat32> margin, Operand<TBool> counts) {
    return tf.math.logicalAnd(
        counts, tf.math.greater(margin, original ? kappa() : tf.constant(0f)));
  }

  /** Returns which images have reached the goal since the last restart. */
  private Operand<TBool> noted(Operand<TBool> reaches) {
    var reached = variable("reached", TBool.class, perImage(), flags(false), restarts);
    updates.add(reached.assign(tf.math.logicalOr(reached.value(), reaches)));
    return reached.value();
  }

  /** Returns for each image the nearest that reached the goal in any search. */
  private Operand<TFloat32> nearest(
      Operand<TFloat32> x, Operand<TFloat32> moved, Operand<TBool> reaches) {
    Operand<TFloat32> infinite = filled(perImage(), Float.POSITIVE_INFINITY);
    var bestPixels = variable("best", TFloat32.class, shape, x, beginnings);
    var bestSquares = variable("bestSquares", TFloat32.class, perImage(), infinite, beginnings);
    Operand<TFloat32> distances = squares(tf.math.sub(moved, x));
    Operand<TBool> better =
        tf.math.logicalAnd(reaches, tf.math.less(distances, bestSquares.value()));
    updates.add(bestSquares.assign(tf.select(better, distances, bestSquares.value())));
    Operand<TBool> betterImages = tf.reshape(better, tf.array(count, 1, 1, 1));
    updates.add(bestPixels.assign(tf.select(betterImages, moved, bestPixels.value())));
    return bestPixels.value();
  }

  static CarliniWagnerLoop create(
      CarliniWagner attack, DifferentiableDetector victim, Pixels pixels, Goal goal) {
    CarliniWagnerLoop loop = new CarliniWagnerLoop(attack, victim, pixels, goal);
    try {
      loop.run(loop.beginnings);
      return loop;
    } catch (RuntimeException e) {
      loop.close();
      throw e;
    }
  }

  private Placeholder<TFloat32> scalar() {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
  }

  /** From any number to [0, 1]. */
  private Operand<TFloat32> box(Operand<TFloat32> w) {
    Operand<TFloat32> half = tf.constant(0.5f);
    return tf.math.add(tf.math.mul(tf.math.tanh(w), half), half);
  }

  /** The sum of each image's squares. */
  private Operand<TFloat32> squares(Operand<TFloat32> images) {
    return tf.sum(tf.math.square(images), tf.constant(new int[] {1, 2, 3}));
  }

  /** Each image's logit of the label that is wanted, or of the other. */
  private Operand<TFloat32> logit(Operand<TFloat32> logits, Goal goal, boolean wanted) {
    int count = goal.labels().size();
    float[] mask = new float[2 * count];
    for (int i = 0; i < count; i++) {
      mask[2 * i + ((goal.wanted(i) == Label.AI) == wanted ? 1 : 0)] = 1;
    }
    Operand<TFloat32> chosen = tf.constant(Shape.of(count, 2), DataBuffers.of(mask, true, false));
    return tf.sum(tf.math.mul(logits, chosen), tf.constant(1));
  }

  /**
   * torchattacks takes the largest of the logits after all but one were multiplied by 0, and those
   * zeros take part: for the label that is not the goal's in every version, for the goal's from
   * 3.4.0 on.
   */
  private Operand<TFloat32> floored(Operand<TFloat32> logit, Goal goal, boolean wanted) {
    boolean others = wanted != goal.targeted();
    boolean floors =
        switch (attack.rules()) {
          case ORIGINAL -> false;
          case TORCHATTACKS -> true;
          case TORCHATTACKS_LEGACY -> others;
        };
    return floors ? tf.nn.relu(logit) : logit;
  }

  /**
   * Runs a fresh Adam.
   *
   * @param values c of each image
   * @return whether it reached the goal
   */
  boolean[] search(double[] values) {
    run(restarts);
    int interval =
        attack.rules() == Rules.ORIGINAL
            ? (attack.steps() + 9) / 10
            : Math.max(1, attack.steps() / 10);
    float[] each = new float[values.length];
    for (int i = 0; i < each.length; i++) {
      each[i] = (float) values[i];
    }
    boolean continues = true;
    for (int step = 0; continues && step < attack.steps(); step++) {
      continues = step(each, step, attack.abort() != Abort.NONE && step % interval == 0);
    }
    try (var result = session.runner().fetch(found).run()) {
      TBool reached = (TBool) result.get(0);
      boolean[] all = new boolean[values.length];
      for (int i = 0; i < all.length; i++) {
        all[i] = reached.getBoolean(i);
      }
      return all;
    }
  }

  private boolean step(float[] each, int step, boolean checks) {
    double power1Now = Math.pow(BETA1, step + 1.0);
    double power2Now = Math.pow(BETA2, step + 1.0);
    // TensorFlow adds epsilon before the bias correction of the variance, the others after it.
    double epsilonNow = EPSILON * Math.sqrt(1 - power2Now);
    try (TFloat32 fedConstants = TFloat32.vectorOf(each);
        TFloat32 fedPower1 = TFloat32.scalarOf((float) power1Now);
        TFloat32 fedPower2 = TFloat32.scalarOf((float) power2Now);
        TFloat32 fedEpsilon = TFloat32.scalarOf((float) epsilonNow);
        TBool fedCheck = TBool.scalarOf(checks)) {
      Session.Runner runner =
          session
              .runner()
              .feed(constants, fedConstants)
              .feed(power1, fedPower1)
              .feed(power2, fedPower2)
              .feed(epsilon, fedEpsilon)
              .feed(check, fedCheck)
              .fetch(anyActive);
      updates.forEach(runner::addTarget);
      try (var result = runner.run()) {
        return ((TBool) result.get(0)).getBoolean();
      }
    }
  }

  /** Returns for each image the nearest that reached the goal, or the image as it was. */
  float[] best() {
    try (var result = session.runner().fetch(best).run()) {
      TFloat32 images = (TFloat32) result.get(0);
      float[] values = new float[Math.toIntExact(images.size())];
      images.copyTo(DataBuffers.of(values));
      return values;
    }
  }

  private void run(List<Op> ops) {
    Session.Runner runner = session.runner();
    ops.forEach(runner::addTarget);
    runner.run().close();
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  /** A value that the session keeps from step to step. */
  private record Variable<T extends TType>(Ops tf, VarHandleOp handle, Operand<T> value) {

    static <T extends TType> Variable<T> create(Ops tf, String name, Class<T> type, Shape shape) {
      VarHandleOp handle = tf.varHandleOp(type, shape, VarHandleOp.sharedName(name));
      return new Variable<>(tf, handle, tf.readVariableOp(handle, type));
    }

    Op assign(Operand<T> next) {
      return tf.assignVariableOp(handle, next);
    }
  }
}
