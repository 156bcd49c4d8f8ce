package org.genimage.models.nn;

import com.google.common.primitives.Floats;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.genimage.data.Seed;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/**
 * A place in a model while its graph is built: the key so far, the ops, the mode and the shared
 * parameters. {@code scope.at("layer1").at(0).at("conv1")} is where the published key {@code
 * layer1.0.conv1.weight} lives.
 */
public final class ModelScope {

  private final Ops tf;
  private final Mode mode;
  private final ModelVariables variables;
  private final List<Op> updates;
  private final Optional<Operand<TInt64>> draw;
  private final Drop drop;
  private final Optional<Peers> peers;
  private final Derivatives derivatives;
  private final String path;

  private ModelScope(
      Ops tf,
      Mode mode,
      ModelVariables variables,
      List<Op> updates,
      Optional<Operand<TInt64>> draw,
      Drop drop,
      Optional<Peers> peers,
      Derivatives derivatives,
      String path) {
    this.tf = tf;
    this.mode = mode;
    this.variables = variables;
    this.updates = updates;
    this.draw = draw;
    this.drop = drop;
    this.peers = peers;
    this.derivatives = derivatives;
    this.path = path;
  }

  /** Returns the root of a model in a graph whose random layers draw the same in every run. */
  public static ModelScope root(Ops tf, Mode mode, ModelVariables variables) {
    return root(tf, mode, variables, Optional.empty());
  }

  /**
   * Returns the root of a model in a graph whose random layers draw as they are told to.
   *
   * @param draw what their numbers follow from besides their places, {@code [2]}: a seed and the
   *     step's number
   */
  public static ModelScope root(Ops tf, Mode mode, ModelVariables variables, Operand<TInt64> draw) {
    return root(tf, mode, variables, Optional.of(draw));
  }

  private static ModelScope root(
      Ops tf, Mode mode, ModelVariables variables, Optional<Operand<TInt64>> draw) {
    return new ModelScope(
        tf,
        mode,
        variables,
        new ArrayList<>(),
        draw,
        Drop.NONE,
        Optional.empty(),
        Derivatives.plain(),
        "");
  }

  /** Returns the child with this name. */
  public ModelScope at(String name) {
    return new ModelScope(tf, mode, variables, updates, draw, drop, peers, derivatives, key(name));
  }

  /** Returns the same place, from where training drops as much as this; at first nothing. */
  public ModelScope drop(Drop shares) {
    return new ModelScope(tf, mode, variables, updates, draw, shares, peers, derivatives, path);
  }

  /** Returns how much training drops. */
  public Drop drop() {
    return drop;
  }

  /**
   * Returns the same place, from where batch norms in training take their statistics from all parts
   * of a batch that these share; at first from the part that the graph sees.
   */
  public ModelScope peers(Peers others) {
    return new ModelScope(
        tf, mode, variables, updates, draw, drop, Optional.of(others), derivatives, path);
  }

  /** Returns the same place, from where layers may tell their derivatives; at first none does. */
  public ModelScope derivatives(Derivatives all) {
    return new ModelScope(tf, mode, variables, updates, draw, drop, peers, all, path);
  }

  /** Returns what layers tell their derivatives. */
  public Derivatives derivatives() {
    return derivatives;
  }

  Optional<Peers> peers() {
    return peers;
  }

  /** Returns the child with this number. */
  public ModelScope at(int index) {
    return at(Integer.toString(index));
  }

  /** Returns the ops of the graph. */
  public Ops tf() {
    return tf;
  }

  /** Returns what the graph is built for. */
  public Mode mode() {
    return mode;
  }

  /**
   * Returns a parameter that follows the gradient.
   *
   * @param name the last part of its key
   * @param shape in PyTorch's order
   */
  public Operand<TFloat32> parameter(String name, Layout layout, Init init, Integer... shape) {
    return value(trained(name, layout, init, shape));
  }

  Parameter trained(String name, Layout layout, Init init, Integer... shape) {
    return entry(name, layout, init, Parameter.Role.TRAINED, shape);
  }

  Operand<TFloat32> value(Parameter parameter) {
    return variables.value(tf, parameter);
  }

  /** Returns a constant's numbers, row-major in PyTorch's order; not to be changed. */
  float[] numbers(Parameter parameter) {
    return variables.constant(parameter).orElseThrow();
  }

  /**
   * Fixes the order of the model's top modules in a checkpoint, where the network does not ask for
   * their parameters in that order.
   */
  public void order(String... modules) {
    variables.order(List.of(modules));
  }

  /**
   * Returns numbers that follow from the architecture as a constant. Checkpoints store them under
   * this key; they may lack it, and what they have there is not read.
   *
   * @param name the last part of the key
   * @param values row-major; not copied, so do not change them afterwards
   */
  public Operand<TFloat32> fixed(String name, float[] values, Integer... shape) {
    Parameter entry = entry(name, Layout.SAME, Init.given(values), Parameter.Role.FIXED, shape);
    variables.declare(entry);
    return Layers.constant(tf, entry.shape(), values);
  }

  /**
   * Returns integers that follow from the architecture as a constant, stored as {@link #fixed} is.
   *
   * @param name the last part of the key
   * @param values row-major, each below 2^24
   */
  public Operand<TInt32> index(String name, int[] values, Integer... shape) {
    Init init = Init.given(Floats.toArray(Ints.asList(values)));
    Parameter entry = entry(name, Layout.SAME, init, Parameter.Role.INDEX, shape);
    variables.declare(entry);
    return tf.reshape(tf.constant(values), tf.array(Ints.toArray(entry.shape())));
  }

  /**
   * Gives an operand the name of this place in the graph, so that the features at {@code layer1.0}
   * can be asked for under the name that PyTorch's module has.
   */
  public Operand<TFloat32> output(Operand<TFloat32> x) {
    Operand<TFloat32> named = tf.withName(path).identity(x);
    return derivatives.listens() ? derivatives.tellName(tf, named, x) : named;
  }

  /** Adds an op that has to run after every training step, such as a running mean's update. */
  public void afterStep(Op update) {
    updates.add(update);
  }

  /** Returns what has to run after every training step, collected from the whole model. */
  public List<Op> updates() {
    return List.copyOf(updates);
  }

  Parameter entry(String name, Layout layout, Init init, Parameter.Role role, Integer... shape) {
    return new Parameter(key(name), List.of(shape), layout, init, role);
  }

  /**
   * Returns uniform random numbers in [0, 1), others at every place and, in training, at every
   * step. They follow from the seed, the step and the place alone, so training that goes on from a
   * checkpoint draws what it would have drawn.
   *
   * @param shape of what is returned
   */
  public Operand<TFloat32> uniform(Operand<TInt32> shape) {
    Operand<TInt64> root = draw.orElseGet(() -> tf.constant(new long[2]));
    Operand<TInt64> place = tf.constant(new long[] {Seed.of(0).at(path).value(), 0});
    return tf.random.statelessRandomUniform(shape, tf.math.add(root, place), TFloat32.class);
  }

  ModelVariables variables() {
    return variables;
  }

  private String key(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
