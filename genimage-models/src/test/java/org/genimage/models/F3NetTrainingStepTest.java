package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.genimage.data.Seed;
import org.genimage.models.internal.SessionSettings;
import org.genimage.models.networks.F3Net;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.Parameter;
import org.genimage.models.nn.Purpose;
import org.genimage.models.nn.TrainableVariables;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Gradients of F3Net's parts that take none. */
class F3NetTrainingStepTest {

  private static double norm(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.size())];
    tensor.copyTo(DataBuffers.of(values));
    double square = 0;
    for (float value : values) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }

  /** The trunks' own classifiers of these variants take no part, and still have a gradient: 0. */
  @ParameterizedTest
  @CsvSource({"FAD, FAD_xcep.fc.weight", "LFS, LFS_xcep.fc.bias"})
  void idleClassifier_hasTheGradientZero(F3NetVariant variant, String key) {
    TrainableVariables variables = new TrainableVariables();
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      float[] noise = new float[2 * 80 * 80 * 3];
      var random = Seed.of(1).random();
      for (int i = 0; i < noise.length; i++) {
        noise[i] = random.nextFloat();
      }
      Operand<TFloat32> images =
          tf.constant(Shape.of(2, 80, 80, 3), DataBuffers.of(noise, true, false));
      ModelScope scope = ModelScope.root(tf, Purpose.TRAINING, variables);
      Operand<TFloat32> logits = new F3Net(variant, 1).logits(scope, images);
      Parameter idle =
          variables.trained().stream()
              .filter(entry -> entry.key().equals(key))
              .findFirst()
              .orElseThrow();
      Output<?>[] gradient =
          graph.addGradients(
              tf.sum(logits, tf.array(0, 1)).asOutput(),
              new Output<?>[] {variables.values(List.of(idle)).get(0).asOutput()});
      try (Session session = new Session(graph, SessionSettings.scoring())) {
        variables.load(
            session, entry -> entry.init().values(Seed.of(1), entry.key(), entry.shape()));
        try (var result = session.runner().fetch(gradient[0]).run()) {
          assertThat(norm((TFloat32) result.get(0))).isZero();
        }
      }
    }
  }
}
