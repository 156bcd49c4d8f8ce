package org.genimage.models.nn;

import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Ops that move numbers and change none, and the ways back. */
final class Moves {

  private Moves() {}

  /** Returns whether an op moves 32-bit floats in a way that {@link #back} knows. */
  static boolean isMove(GraphOperation op) {
    return op.numOutputs() == 1
        && op.output(0).dataType() == DataType.DT_FLOAT
        && switch (op.type()) {
          case "Reshape" -> isKnown(op.input(0).shape());
          case "Transpose" -> op.input(1).dataType() == DataType.DT_INT32;
          case "Roll" ->
              op.input(1).dataType() == DataType.DT_INT32
                  && op.input(2).dataType() == DataType.DT_INT32;
          default -> false;
        };
  }

  /** Returns whether a shape can be restored: at most one side is unknown. */
  private static boolean isKnown(Shape shape) {
    if (shape.isUnknown()) {
      return false;
    }
    int unknown = 0;
    for (long side : shape.asArray()) {
      unknown += side < 0 ? 1 : 0;
    }
    return unknown <= 1;
  }

  /** Returns moved numbers in the places and the shape that they had before the op. */
  static Operand<TFloat32> back(Ops tf, GraphOperation move, Operand<TFloat32> moved) {
    return switch (move.type()) {
      case "Reshape" -> tf.reshape(moved, tf.array(move.input(0).shape().asArray()));
      case "Transpose" ->
          tf.linalg.transpose(moved, tf.math.invertPermutation(move.input(1).expect(TInt32.class)));
      default ->
          tf.roll(
              moved,
              tf.math.neg(move.input(1).expect(TInt32.class)),
              move.input(2).expect(TInt32.class));
    };
  }
}
