package org.genimage.models.nn;

import java.util.List;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;

/**
 * The law of a parameter's first values. They depend on the seed and the parameter's key, so adding
 * a layer leaves the others as they were.
 */
@FunctionalInterface
public interface Init {

  /** All 0. */
  Init ZEROS = (random, shape) -> 0;

  /** All 1. */
  Init ONES = (random, shape) -> 1;

  /** N(0, 2 / fan-out), fan-out = out * height * width; He et al. 2015, for ReLU. */
  Init KAIMING_NORMAL_FAN_OUT =
      (random, shape) ->
          random.nextGaussian() * Math.sqrt(2.0 / (elements(shape) / (double) shape.get(1)));

  /** Draws one value for a parameter of this shape in PyTorch's order. */
  double draw(RandomGenerator random, List<Integer> shape);

  /** N(0, std^2). */
  static Init normal(double std) {
    return (random, shape) -> std * random.nextGaussian();
  }

  /** U(-1 / sqrt(n), 1 / sqrt(n)), PyTorch's default for linear layers with n inputs. */
  static Init uniform(int inputs) {
    double bound = 1 / Math.sqrt(inputs);
    return (random, shape) -> bound * (2 * random.nextDouble() - 1);
  }

  /** N(0, std^2), cut at -2 and 2 as timm does, which a small std never reaches. */
  static Init truncatedNormal(double std) {
    return (random, shape) -> {
      double value;
      do {
        value = std * random.nextGaussian();
      } while (Math.abs(value) > 2);
      return value;
    };
  }

  /**
   * Returns the law of an entry that follows from the architecture: these numbers.
   *
   * @param numbers row-major in PyTorch's order; not copied, so do not change them afterwards
   */
  static Init given(float[] numbers) {
    return new Init() {
      @Override
      public double draw(RandomGenerator random, List<Integer> shape) {
        throw new UnsupportedOperationException("given numbers are not drawn");
      }

      @Override
      public float[] values(Seed seed, String key, List<Integer> shape) {
        return numbers.clone();
      }
    };
  }

  /** Returns the first values of a parameter, row-major in PyTorch's order. */
  default float[] values(Seed seed, String key, List<Integer> shape) {
    RandomGenerator random = seed.at(key).random();
    float[] values = new float[elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) draw(random, shape);
    }
    return values;
  }

  private static int elements(List<Integer> shape) {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
