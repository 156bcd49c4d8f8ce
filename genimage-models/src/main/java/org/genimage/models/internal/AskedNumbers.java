package org.genimage.models.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;

/**
 * The numbers that a network asks of weights. What the weights lack is 0 while the graph is built,
 * so that {@link #verify} can name everything that does not fit in one message. Numbers on their
 * way into the graph are looked at, so that nothing is read for the check alone.
 */
final class AskedNumbers {

  private final Weights weights;
  private final Map<String, Parameter> asked = new LinkedHashMap<>();
  private final Set<String> finite = ConcurrentHashMap.newKeySet();

  AskedNumbers(Weights weights) {
    this.weights = weights;
  }

  void declare(Parameter entry) {
    asked.put(entry.key(), entry);
  }

  /** Returns a parameter's numbers, row-major in PyTorch's order, read when they are needed. */
  FloatSource of(Parameter parameter) {
    declare(parameter);
    WeightArray array = weights.arrays().get(parameter.key());
    return array != null && array.shape().equals(parameter.shape()) && !array.isInteger()
        ? new Watched(array.source(), parameter)
        : FloatSource.of(() -> new float[parameter.size()]);
  }

  /**
   * Holds keys and shapes of the weights against what was asked for.
   *
   * @throws WeightsException that lists missing, unexpected and wrongly shaped keys, and those with
   *     numbers that are not finite
   */
  void verifyShapes(String detector) {
    if (!KeyFit.of(asked.values(), weights, key -> true).fits()) {
      verify(detector, KeyFit.of(asked.values(), weights));
    }
  }

  /**
   * Holds the weights against what was asked for, with all their numbers: those that were read on
   * their way into the graph are not read again.
   *
   * @throws WeightsException that lists missing, unexpected and wrongly shaped keys, and those with
   *     numbers that are not finite
   */
  void verify(String detector) {
    verify(detector, looked());
  }

  /**
   * Looks at the numbers that were asked for, except those that were read on their way into the
   * graph.
   *
   * @throws WeightsException that lists the keys of those that are not finite
   */
  void verifyNumbers(String detector) {
    KeyFit fit = looked();
    if (!fit.notFinite().isEmpty()) {
      verify(detector, fit);
    }
  }

  private KeyFit looked() {
    return KeyFit.of(asked.values(), weights, finite::contains);
  }

  private static void verify(String detector, KeyFit fit) {
    fit.verify(detector, "load weights made for it");
  }

  /** Notes an array whose numbers were all read and all finite. */
  private final class Watched implements FloatSource {

    private final FloatSource source;
    private final Parameter parameter;

    Watched(FloatSource source, Parameter parameter) {
      this.source = source;
      this.parameter = parameter;
    }

    @Override
    public Reader open() {
      Reader reader = source.open();
      return new Reader() {
        private int left = parameter.size();

        @Override
        public void read(float[] into, int at, int count) {
          reader.read(into, at, count);
          left = KeyFit.firstNotFinite(into, at, count) < 0 ? left - count : Integer.MAX_VALUE;
          if (left == 0) {
            finite.add(parameter.key());
          }
        }

        @Override
        public void close() {
          reader.close();
        }
      };
    }

    @Override
    public float[] floats(int count) {
      float[] all = source.floats(count);
      if (KeyFit.firstNotFinite(all, 0, all.length) < 0) {
        finite.add(parameter.key());
      }
      return all;
    }
  }
}
