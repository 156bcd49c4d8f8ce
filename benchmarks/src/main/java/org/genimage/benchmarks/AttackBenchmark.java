package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.seconds;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.genimage.attacks.Attack;
import org.genimage.attacks.Attacks;
import org.genimage.attacks.Budget;
import org.genimage.attacks.CarliniWagner.Abort;
import org.genimage.attacks.Goal;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.data.image.Pixels;
import org.genimage.models.Blueprint;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;
import org.genimage.models.DifferentiableDetector;

/**
 * Measures attacks on ResNet-50; {@code benchmarks/attacks.py} starts it. If the weights' file is
 * missing, it writes random weights there and ends. Otherwise it prints one measurement per line:
 * name and value.
 */
public final class AttackBenchmark {

  private static final int IMAGES = 16;
  private static final int FEW_STEPS = 2;
  private static final int MANY_STEPS = 8;

  private AttackBenchmark() {}

  /** Takes the path of the weights. */
  public static void main(String[] arguments) {
    Path weights = Path.of(arguments[0]);
    Blueprint resnet50 = Detectors.resnet50();
    if (!Files.exists(weights)) {
      resnet50.initialWeights(1).write(weights);
      return;
    }
    try (DifferentiableDetector victim = resnet50.load(weights)) {
      Budget budget = Budget.linf(8 / 255.0);
      measure(
          "cw_l2", victim, steps -> Attacks.cwL2().searchSteps(1).steps(steps).abort(Abort.NONE));
      measure("pgd", victim, steps -> Attacks.bim(budget, 2 / 255.0, steps));
    }
  }

  /** The time of many steps less that of few contains only steps, not the work done once. */
  private static void measure(
      String name,
      DifferentiableDetector victim,
      IntFunction<Attack<DifferentiableDetector>> attacks) {
    Pixels images = noise(victim.input().side());
    List<Label> labels = new ArrayList<>();
    for (double score : victim.score(images)) {
      labels.add(score > Detector.THRESHOLD ? Label.AI : Label.NATURE);
    }
    Goal goal = Goal.leave(labels);
    attacks.apply(1).perturb(victim, images, goal);
    double few = seconds(() -> attacks.apply(FEW_STEPS).perturb(victim, images, goal));
    double many = seconds(() -> attacks.apply(MANY_STEPS).perturb(victim, images, goal));
    double step = (many - few) / (MANY_STEPS - FEW_STEPS);
    print(name + "_images_times_steps_per_s", IMAGES / step);
    print(name + "_once_s", few - FEW_STEPS * step);
  }

  private static Pixels noise(int side) {
    float[] values = new float[IMAGES * side * side * 3];
    RandomGenerator random = Seed.of(1).random();
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(256) / 255f;
    }
    return Pixels.of(IMAGES, side, side, values);
  }
}
