package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;

/**
 * The law of a parameter's first values. They depend on the seed and the parameter's key, so adding
 * a layer leaves the others as they were.
 */
@FunctionalInterface
public interface Init {

  /** All 0. */
  Init ZEROS = each((random, shape) -> 0);

  /** All 1. */
  Init ONES = each((random, shape) -> 1);

  /** N(0, 2 / fan-out), fan-out = out * height * width; He et al. 2015, for ReLU. */
  Init KAIMING_NORMAL_FAN_OUT =
      drawn(
          shape -> {
            double std = Math.sqrt(2.0 / (elements(shape) / (double) shape.get(1)));
            return random -> std * random.nextGaussian();
          });

  /** U(-1 / sqrt(fan-in), 1 / sqrt(fan-in)), PyTorch's default for a convolution's kernel. */
  Init UNIFORM_FAN_IN =
      drawn(
          shape -> {
            double root = Math.sqrt(fanIn(shape));
            return random -> (2 * random.nextDouble() - 1) / root;
          });

  /** Returns the first values of a parameter, row-major in PyTorch's order. */
  float[] values(Seed seed, String key, List<Integer> shape);

  /**
   * Returns the same values, which the laws here draw while they are read, so that the heap need
   * not hold them.
   *
   * @throws IllegalArgumentException by a reader, if their number is not that of the shape
   */
  default FloatSource source(Seed seed, String key, List<Integer> shape) {
    return FloatSource.of(
        () -> {
          float[] values = values(seed, key, shape);
          int expected = elements(shape);
          checkArgument(
              values.length == expected,
              "first values of %s of shape %s: expected %s numbers, got %s; check its Init",
              key,
              shape,
              expected,
              values.length);
          return values;
        });
  }

  /** How one value is drawn. */
  @FunctionalInterface
  interface Law {

    /** Draws a value for a parameter of this shape in PyTorch's order. */
    double draw(RandomGenerator random, List<Integer> shape);
  }

  /** Returns the values that a law draws one after the other. */
  static Init each(Law law) {
    return drawn(shape -> random -> law.draw(random, shape));
  }

  /** Returns the values that one draws after the other, by a law for their shape. */
  private static Init drawn(Function<List<Integer>, ToDoubleFunction<RandomGenerator>> law) {
    return new Init() {
      @Override
      public float[] values(Seed seed, String key, List<Integer> shape) {
        return source(seed, key, shape).floats(elements(shape));
      }

      @Override
      public FloatSource source(Seed seed, String key, List<Integer> shape) {
        return () -> {
          RandomGenerator random = seed.at(key).random();
          ToDoubleFunction<RandomGenerator> next = law.apply(shape);
          return (into, at, count) -> {
            for (int i = at; i < at + count; i++) {
              into[i] = (float) next.applyAsDouble(random);
            }
          };
        };
      }
    };
  }

  /** N(0, std^2). */
  static Init normal(double std) {
    return each((random, shape) -> std * random.nextGaussian());
  }

  /** U(-1 / sqrt(n), 1 / sqrt(n)), PyTorch's default for linear layers with n inputs. */
  static Init uniform(int inputs) {
    double bound = 1 / Math.sqrt(inputs);
    return each((random, shape) -> bound * (2 * random.nextDouble() - 1));
  }

  /** N(0, std^2), cut at -2 and 2 as timm does, which a small std never reaches. */
  static Init truncatedNormal(double std) {
    return each(
        (random, shape) -> {
          double value;
          do {
            value = std * random.nextGaussian();
          } while (Math.abs(value) > 2);
          return value;
        });
  }

  /**
   * Returns the law of an entry that follows from the architecture: these numbers.
   *
   * @param numbers row-major in PyTorch's order; not copied, so do not change them afterwards
   */
  static Init given(float[] numbers) {
    return (seed, key, shape) -> numbers.clone();
  }

  private static double fanIn(List<Integer> shape) {
    double fanIn = 1;
    for (int axis = 1; axis < shape.size(); axis++) {
      fanIn *= shape.get(axis);
    }
    return fanIn;
  }

  private static int elements(List<Integer> shape) {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
