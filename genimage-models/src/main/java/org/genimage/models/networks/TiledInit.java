package org.genimage.models.networks;

import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Seed;
import org.genimage.models.nn.Init;

/**
 * A convolution's kernel that repeats a smaller one over its input channels, divided by the number
 * of copies: what a network for three channels becomes for more.
 *
 * @param kernel the law of the smaller kernel
 * @param copies how often it is repeated
 */
record TiledInit(Init kernel, int copies) implements Init {

  @Override
  public float[] values(Seed seed, String key, List<Integer> shape) {
    List<Integer> inner = inner(shape);
    float[] once = kernel.values(seed, key, inner);
    float[] values = new float[once.length * copies];
    int filter = once.length / shape.get(0);
    for (int i = 0; i < values.length; i++) {
      values[i] = once[i / (filter * copies) * filter + i % filter] / copies;
    }
    return values;
  }

  private List<Integer> inner(List<Integer> shape) {
    List<Integer> inner = new ArrayList<>(shape);
    inner.set(1, shape.get(1) / copies);
    return inner;
  }
}
