package org.genimage.attacks;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.genimage.data.Label;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.Detector;

/**
 * Square Attack, Andriushchenko et al. 2020, algorithms 1 and 2: a random search that needs scores
 * alone. It tries vertical stripes, then squares whose values all move to the budget's bounds, and
 * keeps what brings the score nearer to the goal. The victim sees every try in 8 bits, as a
 * stranger would show it.
 *
 * @param queries tries per image
 * @param seed decides the tries, together with the image
 */
record Square(Budget budget, int queries, long seed) implements Attack<Detector> {

  /** The share of the image that a square covers at first. */
  private static final double FIRST_SHARE = 0.8;

  /** The tries, of 10,000, after which the share is halved. */
  private static final int[] HALVINGS = {10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000};

  Square {
    checkArgument(budget.norm() == Norm.LINF, "Square needs an L-inf budget, got %s", budget);
    checkArgument(queries > 0, "number of queries must be positive, got %s", queries);
  }

  @Override
  public String name() {
    return "Square";
  }

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("queries", Integer.toString(queries));
    settings.put("first share", Double.toString(FIRST_SHARE));
    settings.put("seed", Long.toString(seed));
    return settings;
  }

  @Override
  public boolean usesGradients() {
    return false;
  }

  @Override
  public Pixels perturb(Detector victim, Pixels pixels, Goal goal) {
    float[] before = Inputs.checked(victim, pixels, goal);
    int length = before.length / pixels.count();
    List<Search> all = new ArrayList<>();
    double[] scores = victim.score(pixels.toImages());
    for (int i = 0; i < pixels.count(); i++) {
      float[] image = Arrays.copyOfRange(before, i * length, (i + 1) * length);
      RandomGenerator random = Inputs.random(Seed.of(seed).at("squares"), image, 0, length);
      all.add(new Search(image, random, goal.wanted(i), scores[i]));
    }
    for (int query = 0; query < queries; query++) {
      List<Search> open = all.stream().filter(search -> !search.done).toList();
      if (open.isEmpty()) {
        break;
      }
      List<Image> tries = new ArrayList<>();
      for (Search search : open) {
        search.propose(query, pixels.width());
        tries.add(
            Pixels.of(1, pixels.height(), pixels.width(), search.proposal).toImages().image(0));
      }
      double[] answers = victim.score(ImageBatch.of(tries));
      for (int i = 0; i < answers.length; i++) {
        open.get(i).judge(answers[i]);
      }
    }
    float[] after = new float[before.length];
    for (int i = 0; i < all.size(); i++) {
      System.arraycopy(all.get(i).best, 0, after, i * length, length);
    }
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), after);
  }

  /** One image's search. */
  private final class Search {

    private final float[] image;
    private final RandomGenerator random;
    private final Label wanted;
    private float[] best;
    private float[] proposal;
    private double bestScore;
    private boolean done;

    private Search(float[] image, RandomGenerator random, Label wanted, double score) {
      this.image = image;
      this.random = random;
      this.wanted = wanted;
      best = image;
      keep(image, score);
    }

    private void judge(double score) {
      if ((wanted == Label.AI ? score : -score) > bestScore) {
        keep(proposal, score);
      }
    }

    private void keep(float[] pixels, double score) {
      best = pixels;
      bestScore = wanted == Label.AI ? score : -score;
      done = (score > Detector.THRESHOLD) == (wanted == Label.AI);
    }

    private void propose(int query, int side) {
      proposal = best.clone();
      if (query == 0) {
        for (int x = 0; x < side; x++) {
          fill(x, 0, 1, side, side);
        }
        return;
      }
      int square = Math.max(1, (int) Math.rint(Math.sqrt(share(query)) * side));
      int x = random.nextInt(side - square + 1);
      int y = random.nextInt(side - square + 1);
      fill(x, y, square, square, side);
    }

    /** Moves a rectangle to the budget's bounds, each channel to one of them. */
    private void fill(int left, int top, int width, int height, int side) {
      for (int channel = 0; channel < 3; channel++) {
        float change = (float) (random.nextBoolean() ? budget.size() : -budget.size());
        for (int y = top; y < top + height; y++) {
          for (int x = left; x < left + width; x++) {
            int i = 3 * (y * side + x) + channel;
            proposal[i] = Math.max(0, Math.min(1, image[i] + change));
          }
        }
      }
    }

    private double share(int query) {
      double share = FIRST_SHARE;
      for (int halving : HALVINGS) {
        share /= query * 10_000.0 / queries > halving ? 2 : 1;
      }
      return share;
    }
  }
}
