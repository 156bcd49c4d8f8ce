package org.genimage.app.leaderboard;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.genimage.attacks.Attack;
import org.genimage.eval.robustness.RobustnessSuite;
import org.genimage.models.DifferentiableDetector;

/**
 * What is measured of every detector on every set.
 *
 * @param folder where the pieces are kept
 * @param seed of draws and attacks
 * @param robust how many images are changed
 * @param suite the changes; empty for none
 * @param attacked how many images are attacked; 0 for none
 * @param attacks the attacks
 * @param threads how many parts of the images are attacked at a time
 */
record BoardPlan(
    Path folder,
    long seed,
    int robust,
    Optional<RobustnessSuite> suite,
    int attacked,
    List<Attack<? super DifferentiableDetector>> attacks,
    int threads) {

  /** Copies the list. */
  BoardPlan {
    attacks = List.copyOf(attacks);
  }
}
