package org.genimage.app.leaderboard;

import java.util.List;
import java.util.stream.Collectors;
import org.genimage.app.command.Options;
import org.genimage.attacks.Attack;
import org.genimage.attacks.Attacks;
import org.genimage.attacks.Budget;
import org.genimage.models.DifferentiableDetector;
import picocli.CommandLine.Option;

/** The options of the attacks. */
final class AttackPlan {

  private static final double LEVELS = 255;
  private static final double CW_CONSTANT = 0.1;

  @Option(
      names = "--attacked",
      paramLabel = "N",
      defaultValue = "48",
      description = "images under attack, 0 for no attacks (default: ${DEFAULT-VALUE})")
  private int images;

  @Option(
      names = "--budget",
      paramLabel = "LEVELS",
      defaultValue = "2",
      description =
          "how much FGSM, PGD and Square may change a pixel's value, which is from 0 to 255 (default:"
              + " ${DEFAULT-VALUE})")
  private double budget;

  @Option(
      names = "--pgd-steps",
      paramLabel = "N",
      defaultValue = "10",
      description = "steps of PGD, a quarter of the budget each (default: ${DEFAULT-VALUE})")
  private int steps;

  @Option(
      names = "--cw-searches",
      paramLabel = "N",
      defaultValue = "3",
      description = "how many constants CW-L2 tries, the first is 0.1 (default: ${DEFAULT-VALUE})")
  private int searches;

  @Option(
      names = "--cw-steps",
      paramLabel = "N",
      defaultValue = "50",
      description = "steps of CW-L2 for each constant (default: ${DEFAULT-VALUE})")
  private int cwSteps;

  @Option(
      names = "--queries",
      paramLabel = "N",
      defaultValue = "200",
      description = "how often Square asks for an image's score (default: ${DEFAULT-VALUE})")
  private int queries;

  /** Checks the numbers, before any work is done. */
  void check() {
    Options.check(images >= 0, "--attacked must not be negative, got %s", images);
    Options.check(
        budget > 0 && budget <= LEVELS, "--budget must be above 0, to 255, got %s", budget);
    Options.checkPositive("--pgd-steps", steps);
    Options.checkPositive("--cw-searches", searches);
    Options.checkPositive("--cw-steps", cwSteps);
    Options.checkPositive("--queries", queries);
  }

  /** Returns how many images are attacked. */
  int images() {
    return images;
  }

  /** Returns the attacks. */
  List<Attack<? super DifferentiableDetector>> attacks(long seed) {
    Budget most = Budget.linf(budget / LEVELS);
    return List.of(
        Attacks.fgsm(most),
        Attacks.pgd(most, budget / LEVELS / 4, steps, seed),
        Attacks.cwL2().searchSteps(searches).steps(cwSteps).constant(CW_CONSTANT),
        Attacks.square(most, queries, seed));
  }

  /** Returns budget and settings of an attack in words. */
  static String words(Attack<?> attack) {
    String settings =
        attack.settings().entrySet().stream()
            .map(one -> one.getKey() + " " + one.getValue())
            .collect(Collectors.joining(", "));
    return settings.isEmpty() ? attack.budget().toString() : attack.budget() + ", " + settings;
  }
}
