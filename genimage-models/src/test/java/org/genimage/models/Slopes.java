package org.genimage.models;

import com.google.common.primitives.Longs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.TrainableVariables;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/** A layer's outputs, weighed at random and summed, as a function of its input and parameters. */
final class Slopes implements AutoCloseable {

  static final String INPUT = "input";

  /** What is measured. */
  interface Layer {
    Operand<TFloat32> of(ModelScope scope, Operand<TFloat32> x);
  }

  private final Graph graph = new Graph();
  private final Session session;
  private final TrainableVariables variables = new TrainableVariables();
  private final Shape shape;
  private final Placeholder<TFloat32> input;
  private final Operand<TFloat32> outputs;
  private final float[] weights;
  private final List<Operand<TFloat32>> gradients;

  Slopes(Graphs mode, Shape shape, Layer layer, RandomGenerator random) {
    this(mode, ConfigProto.getDefaultInstance(), shape, layer, random);
  }

  Slopes(Graphs mode, ConfigProto config, Shape shape, Layer layer, RandomGenerator random) {
    this.shape = shape;
    Ops tf = Ops.create(graph);
    input = tf.withName(INPUT).placeholder(TFloat32.class, Placeholder.shape(shape));
    ModelScope scope = mode.root(tf, variables);
    outputs = layer.of(scope, input);
    weights = normal(random, (int) outputs.shape().size());
    List<Integer> sides =
        Longs.asList(outputs.shape().asArray()).stream().map(Long::intValue).toList();
    Operand<TFloat32> weighed = tf.math.mul(outputs, Layers.constant(tf, sides, weights));
    Operand<TFloat32> sum = tf.sum(tf.reshape(weighed, tf.array(-1)), tf.constant(0));
    List<Operand<TFloat32>> places = new ArrayList<>(List.of(input));
    places.addAll(variables.values(variables.trained()));
    gradients = scope.kernels().gradients().of(graph, tf, sum, places);
    session = new Session(graph, config);
  }

  /** Returns the input and what the parameters are, none of them as neutral as at first. */
  Map<String, float[]> start(float[] image, RandomGenerator random) {
    Map<String, float[]> values = new LinkedHashMap<>(Map.of(INPUT, image));
    for (Parameter entry : variables.entries()) {
      if (entry.role().required()) {
        float[] first = entry.init().values(Seed.of(1), entry.key(), entry.shape());
        for (int i = 0; i < first.length; i++) {
          first[i] += 0.4f * random.nextFloat();
        }
        values.put(entry.key(), first);
      }
    }
    return values;
  }

  Map<String, float[]> gradients(Map<String, float[]> at) {
    List<Parameter> trained = variables.trained();
    List<float[]> found = run(at, gradients);
    Map<String, float[]> result = new LinkedHashMap<>(Map.of(INPUT, found.get(0)));
    for (int i = 0; i < trained.size(); i++) {
      Parameter entry = trained.get(i);
      result.put(entry.key(), entry.layout().toPyTorch(found.get(i + 1), entry.shape()));
    }
    return result;
  }

  /** A tensor whose slopes all vanish, such as a bias before a batch norm, has rounding left. */
  double least(Map<String, float[]> slopes) {
    return 0.05
        * slopes.values().stream()
            .mapToDouble(slope -> Math.abs(slope[steepest(slope)]))
            .max()
            .orElseThrow();
  }

  double difference(Map<String, float[]> at, String key, int place, double step) {
    float[] direction = new float[at.get(key).length];
    direction[place] = 1;
    return along(at, key, direction, step);
  }

  /** Returns the slope by four values of the function, exact for polynomials of degree four. */
  double along(Map<String, float[]> at, String key, float[] direction, double step) {
    double near = value(at, key, direction, step) - value(at, key, direction, -step);
    double far = value(at, key, direction, 2 * step) - value(at, key, direction, -2 * step);
    return (8 * near - far) / (12 * step);
  }

  private double value(Map<String, float[]> at, String key, float[] direction, double step) {
    float[] moved = at.get(key).clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (step * direction[i]);
    }
    Map<String, float[]> there = new LinkedHashMap<>(at);
    there.put(key, moved);
    float[] values = outputs(there);
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += weights[i] * (double) values[i];
    }
    return sum;
  }

  private List<float[]> run(Map<String, float[]> at, List<Operand<TFloat32>> fetched) {
    variables.load(session, entry -> at.get(entry.key()));
    Session.Runner runner = session.runner();
    fetched.forEach(runner::fetch);
    List<float[]> found = new ArrayList<>();
    try (TFloat32 image = TFloat32.tensorOf(shape, DataBuffers.of(at.get(INPUT), true, false));
        var result = runner.feed(input, image).run()) {
      for (int i = 0; i < fetched.size(); i++) {
        float[] values = new float[Math.toIntExact(result.get(i).size())];
        ((TFloat32) result.get(i)).copyTo(DataBuffers.of(values));
        found.add(values);
      }
    }
    return found;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  /** Returns the outputs. */
  float[] outputs(Map<String, float[]> at) {
    return run(at, List.of(outputs)).get(0);
  }

  static float[] normal(RandomGenerator random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  static int steepest(float[] gradient) {
    int steepest = 0;
    for (int i = 1; i < gradient.length; i++) {
      if (Math.abs(gradient[i]) > Math.abs(gradient[steepest])) {
        steepest = i;
      }
    }
    return steepest;
  }
}
