package org.genimage.models;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.TrainableVariables;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What a layer makes of a small picture of counted numbers, for which the results of the authors'
 * code are known: (3 row + 5 column + row * column) mod 7, six columns, the same in each channel.
 */
final class Counted {

  private static final int COLUMNS = 6;

  private final int width;
  private final float[] values;

  private Counted(int width, float[] values) {
    this.width = width;
    this.values = values;
  }

  /**
   * Returns what becomes of the picture.
   *
   * @param rows of the picture
   * @param less what is subtracted from its numbers
   */
  static Counted of(
      int rows, int less, BiFunction<ModelScope, Operand<TFloat32>, Operand<TFloat32>> layer) {
    float[] picture = new float[3 * rows * COLUMNS];
    for (int i = 0; i < picture.length; i++) {
      int row = i / 3 / COLUMNS;
      int column = i / 3 % COLUMNS;
      picture[i] = (3 * row + 5 * column + row * column) % 7 - less;
    }
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      ModelScope scope = Graphs.SCORING.root(tf, new TrainableVariables());
      var result = layer.apply(scope, Layers.constant(tf, List.of(1, rows, COLUMNS, 3), picture));
      try (var run = session.runner().fetch(result).run()) {
        TFloat32 tensor = (TFloat32) run.get(0);
        float[] values = new float[Math.toIntExact(tensor.size())];
        tensor.copyTo(DataBuffers.of(values));
        return new Counted(Math.toIntExact(tensor.shape().get(2)), values);
      }
    }
  }

  /** Returns a row of a channel, 0 to 2. */
  double[] row(int row, int channel) {
    double[] found = new double[width];
    Arrays.setAll(found, column -> values[3 * (row * width + column) + channel]);
    return found;
  }

  /** Returns the number of rows. */
  int rows() {
    return values.length / 3 / width;
  }

  /** Returns the rows of the last channel. */
  double[][] toArray() {
    double[][] rows = new double[rows()][];
    Arrays.setAll(rows, row -> row(row, 2));
    return rows;
  }
}
