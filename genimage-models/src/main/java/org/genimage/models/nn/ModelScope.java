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
 * A place in a model while its graph is built: the key so far, what the graph is for, the kernels
 * that compute it, and the shared parameters. {@code scope.at("layer1").at(0).at("conv1")} is where
 * the published key {@code layer1.0.conv1.weight} lives.
 */
public final class ModelScope {

  /**
   * What all places of a model share.
   *
   * @param draw what random layers' numbers follow from besides their places
   */
  private record Model(
      Purpose purpose,
      Kernels kernels,
      ModelVariables variables,
      List<Op> updates,
      Optional<Operand<TInt64>> draw) {}

  private final Model model;
  private final Drop drop;
  private final Optional<Peers> peers;
  private final String path;

  private ModelScope(Model model, Drop drop, Optional<Peers> peers, String path) {
    this.model = model;
    this.drop = drop;
    this.peers = peers;
    this.path = path;
  }

  /** Returns the root of a model that TensorFlow's public ops compute. */
  public static ModelScope root(Ops tf, Purpose purpose, ModelVariables variables) {
    return root(purpose, Kernels.plain(tf, purpose), variables);
  }

  /** Returns the root of a model in a graph whose random layers draw the same in every run. */
  public static ModelScope root(Purpose purpose, Kernels kernels, ModelVariables variables) {
    return root(purpose, kernels, variables, Optional.empty());
  }

  /**
   * Returns the root of a model in a graph whose random layers draw anew in every step.
   *
   * @param draw what their numbers follow from besides their places, {@code [2]}: a seed and the
   *     step's number
   */
  public static ModelScope root(
      Purpose purpose, Kernels kernels, ModelVariables variables, Operand<TInt64> draw) {
    return root(purpose, kernels, variables, Optional.of(draw));
  }

  private static ModelScope root(
      Purpose purpose, Kernels kernels, ModelVariables variables, Optional<Operand<TInt64>> draw) {
    Model model = new Model(purpose, kernels, variables, new ArrayList<>(), draw);
    return new ModelScope(model, Drop.NONE, Optional.empty(), "");
  }

  /** Returns the child with this name. */
  public ModelScope at(String name) {
    return new ModelScope(model, drop, peers, key(name));
  }

  /** Returns the same place with this dropout from here on; at first there is none. */
  public ModelScope drop(Drop rates) {
    return new ModelScope(model, rates, peers, path);
  }

  /** Returns the rates of dropout. */
  public Drop drop() {
    return drop;
  }

  /**
   * Returns the same place, from where batch norms in training take their statistics from all parts
   * of a batch that these share; at first from the part that the graph sees.
   */
  public ModelScope peers(Peers others) {
    return new ModelScope(model, drop, Optional.of(others), path);
  }

  /** Returns how the model's primitives are computed. */
  public Kernels kernels() {
    return model.kernels;
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
    return model.kernels.tf();
  }

  /** Returns whether the graph trains the model: batch statistics are used and dropout draws. */
  public boolean isTraining() {
    return model.purpose == Purpose.TRAINING;
  }

  /** Returns whether gradients with respect to the images are asked for. */
  public boolean reachesImages() {
    return model.purpose == Purpose.GRADIENTS;
  }

  /**
   * Returns a parameter that follows the gradient.
   *
   * @param name the last part of its key
   * @param shape in PyTorch's order
   */
  public Operand<TFloat32> parameter(String name, Layout layout, Init init, Integer... shape) {
    return model.variables.value(tf(), entry(name, layout, init, Parameter.Role.TRAINED, shape));
  }

  /**
   * Returns a parameter that follows the gradient, for kernels, which may use its numbers where
   * they are fixed.
   *
   * @param name the last part of its key
   * @param shape in PyTorch's order
   */
  public ParameterValue weight(String name, Layout layout, Init init, Integer... shape) {
    return weight(entry(name, layout, init, Parameter.Role.TRAINED, shape));
  }

  ParameterValue weight(Parameter parameter) {
    return ParameterValue.of(tf(), model.variables, parameter);
  }

  /**
   * Returns an entry that follows a rule of its layer, such as running statistics.
   *
   * @param name the last part of its key
   */
  public Buffer buffer(String name, Init init, Integer... shape) {
    return buffer(entry(name, Layout.SAME, init, Parameter.Role.BUFFER, shape));
  }

  Buffer buffer(Parameter entry) {
    return new Buffer(this, entry, model.variables.value(tf(), entry));
  }

  /** Declares an entry that counts training steps, a 64-bit integer; no graph reads it. */
  public void counter(String name) {
    model.variables.declare(entry(name, Layout.SAME, Init.ZEROS, Parameter.Role.COUNTER));
  }

  /**
   * Fixes the order of the model's top modules in a checkpoint, where the network does not ask for
   * their parameters in that order.
   */
  public void order(String... modules) {
    model.variables.order(List.of(modules));
  }

  /**
   * Returns numbers that follow from the architecture and do not change. Checkpoints store them
   * under this key; they may lack it, and what they have there is not read.
   *
   * @param name the last part of the key
   * @param values row-major; not copied, so do not change them afterwards
   */
  public Operand<TFloat32> fixed(String name, float[] values, Integer... shape) {
    Parameter entry = entry(name, Layout.SAME, Init.given(values), Parameter.Role.FIXED, shape);
    model.variables.declare(entry);
    return model.variables.fixed(
        tf(), TFloat32.class, entry.layout(), entry.shape(), FloatSource.of(values));
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
    model.variables.declare(entry);
    return tf().reshape(tf().constant(values), tf().array(Ints.toArray(entry.shape())));
  }

  /**
   * Gives an operand the name of this place in the graph, so that the features at {@code layer1.0}
   * can be asked for under the name that PyTorch's module has.
   */
  public Operand<TFloat32> output(Operand<TFloat32> x) {
    return model.kernels.named(tf().withName(path).identity(x), x);
  }

  /** Adds an op that has to run after every training step, such as a running mean's update. */
  public void afterStep(Op update) {
    model.updates.add(update);
  }

  /** Returns what has to run after every training step, collected from the whole model. */
  public List<Op> updates() {
    return List.copyOf(model.updates);
  }

  Parameter entry(String name, Layout layout, Init init, Parameter.Role role, Integer... shape) {
    return new Parameter(key(name), List.of(shape), layout, init, role);
  }

  /**
   * Returns uniform random numbers in [0, 1), others at every place and, in training, at every
   * step. They follow from the seed, the step and the place alone, so training that resumes from a
   * checkpoint draws the same numbers.
   *
   * @param shape of what is returned
   */
  public Operand<TFloat32> uniform(Operand<TInt32> shape) {
    Ops tf = tf();
    Operand<TInt64> root = model.draw.orElseGet(() -> tf.constant(new long[2]));
    Operand<TInt64> place = tf.constant(new long[] {Seed.of(0).at(path).value(), 0});
    return tf.random.statelessRandomUniform(shape, tf.math.add(root, place), TFloat32.class);
  }

  ModelVariables variables() {
    return model.variables;
  }

  private String key(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
