package org.genimage.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.train.GradientTrainerTest.RECIPE;
import static org.genimage.train.GradientTrainerTest.TINY;
import static org.genimage.train.GradientTrainerTest.stripes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.genimage.data.ImageDataset;
import org.genimage.models.Precision;
import org.genimage.models.weights.Weights;
import org.genimage.train.recipe.Loss;
import org.genimage.train.recipe.Recipe;
import org.genimage.train.recipe.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class LossScaleTest {

  private static final ImageDataset DATA = stripes(16, 9);

  @Test
  void after_overflow_isHalved() {
    assertThat(new LossScale(1024, 7).after(false)).isEqualTo(new LossScale(512, 0));
  }

  @Test
  void of_noPositiveNumber_isRefused() {
    for (double factor : new double[] {0, -1, Double.POSITIVE_INFINITY, Double.NaN}) {
      assertThatThrownBy(() -> new LossScale(factor, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("a loss scale must be a positive number");
    }
  }

  @Test
  void after_twoThousandGoodSteps_isDoubled() {
    LossScale scale = LossScale.START;
    for (int i = 0; i < 1999; i++) {
      scale = scale.after(true);
    }
    assertThat(scale).isEqualTo(new LossScale(65536, 1999));
    assertThat(scale.after(true)).isEqualTo(new LossScale(131072, 0));
  }

  /** Without a GPU only the scaling is left, by a power of 2: nothing is rounded. */
  @Test
  void fit_scaledLoss_givesTheSameBits() {
    Weights plain = GradientTrainer.with(RECIPE.epochs(3)).fit(TINY, DATA);

    Weights scaled =
        GradientTrainer.with(RECIPE.epochs(3).precision(Precision.FLOAT16)).fit(TINY, DATA);

    GradientTrainerTest.assertSameNumbers(scaled, plain);
  }

  @Test
  void fit_overflow_leavesTheStepOutAndHalvesTheScale(@TempDir Path folder) {
    List<Double> biases = new ArrayList<>();
    List<String> states = new ArrayList<>();
    TrainingListener reading =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            if (report.step() > 1) {
              Weights before = Weights.read(folder.resolve("training.safetensors"));
              biases.add((double) before.get("fc.bias").toFloats()[0]);
              states.add(before.metadata().get("genimage.state"));
            }
          }
        };

    // A slope of 1e34 overflows when it is multiplied by 65536, and no more by 1024.
    GradientTrainer.with(steep(1e34f).schedule(new Schedule.Constant(1e-36)).epochs(3))
        .checkpoints(Checkpoints.in(folder).everySteps(1))
        .listener(reading)
        .fit(TINY, DATA);

    assertThat(states.get(0)).contains("\"factor\":32768.0,\"steps\":0");
    assertThat(states.get(10)).doesNotContain("\"factor\":32768.0");
    double start = TINY.initialWeights(RECIPE.seed()).get("fc.bias").toFloats()[0];
    assertThat(biases.get(0)).isEqualTo(start);
    assertThat(biases.get(10)).isNotEqualTo(start);
  }

  @Test
  void fit_overflowAtAnyScale_stops() {
    Recipe recipe = steep(Float.POSITIVE_INFINITY).epochs(20);

    assertThatThrownBy(() -> GradientTrainer.with(recipe).fit(TINY, DATA))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("16-bit gradients overflow at any scale");
  }

  private static Recipe steep(float slope) {
    return RECIPE.precision(Precision.FLOAT16).loss(new Steep(slope), RECIPE.images());
  }

  /** Cross-entropy with a slope that its value does not have. */
  private record Steep(float slope) implements Loss {

    @Override
    public int splits() {
      return 1;
    }

    @Override
    public Operand<TFloat32> value(Ops tf, Operand<TFloat32> logits, Operand<TFloat32> targets) {
      Operand<TFloat32> sum = tf.sum(logits, tf.constant(new int[] {0, 1}));
      Operand<TFloat32> none = tf.math.sub(sum, tf.stopGradient(sum));
      Operand<TFloat32> steep =
          Float.isInfinite(slope)
              ? tf.math.sqrt(tf.math.mul(none, none))
              : tf.math.mul(none, tf.constant(slope));
      return tf.math.add(new CrossEntropy(0).value(tf, logits, targets), steep);
    }
  }
}
