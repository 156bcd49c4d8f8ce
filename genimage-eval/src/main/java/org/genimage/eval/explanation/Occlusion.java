package org.genimage.eval.explanation;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.genimage.data.image.Image;
import org.genimage.models.Detector;

/**
 * Hides one part of the view after the other and takes what this does to the score (Zeiler and
 * Fergus 2014). Works with every detector, needs no gradients, and says exactly what it does: a
 * value of the map is the change of the logits when the area around is hidden.
 *
 * <p>The view is divided into cells. Squares of two by two cells are hidden, at every place where
 * at least one of their cells lies in the view. A cell's value is the mean of the four squares that
 * cover it, each per cell that it hides; between the centres of cells, values are interpolated.
 * Costs {@code (cells + 1)^2 + 1} scorings.
 *
 * @param cells along each side, 2 to 64
 * @param fill what stands in place of hidden pixels
 * @param limit the time after which no finer grid is begun; none if longer than a year
 */
public record Occlusion(int cells, Fill fill, Duration limit) implements Explainer {

  private static final int FEWEST = 2;
  private static final int MOST = 64;
  private static final Duration NO_LIMIT = Duration.ofDays(10_000);

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if there are not 2 to 64 cells or the time is not positive
   */
  public Occlusion {
    checkArgument(
        cells >= FEWEST && cells <= MOST,
        "expected %s to %s cells along a side, found %s; choose such a number",
        FEWEST,
        MOST,
        cells);
    checkArgument(
        limit.compareTo(Duration.ZERO) > 0,
        "expected a time limit above zero, found %s; give it more",
        limit);
  }

  /** Returns the occlusion by blurred squares, without a limit of time. */
  public static Occlusion of(int cells) {
    return new Occlusion(cells, Fill.BLUR, NO_LIMIT);
  }

  /** Returns the same with another fill. */
  public Occlusion fill(Fill other) {
    return new Occlusion(cells, other, limit);
  }

  /**
   * Returns the same within a time, for services: after one scoring that is measured, it takes the
   * largest number of cells that is expected to fit, this one's at most and 2 at least. The map
   * then depends on the speed of the machine; {@link Explanation#scorings()} tells.
   */
  public Occlusion within(Duration time) {
    return new Occlusion(cells, fill, time);
  }

  @Override
  public Explanation explain(Detector detector, Image image) {
    long start = System.nanoTime();
    Image view = detector.input().prepare(image);
    int scorings = 1;
    double margin = Margins.of(detector, List.of(view))[0];
    int used = Math.min(cells, Math.max(1, Math.min(view.width(), view.height())));
    if (limit.compareTo(NO_LIMIT) < 0) {
      long before = System.nanoTime(); // the first scoring may have included a graph's making
      Margins.of(detector, List.of(view));
      scorings++;
      used = Math.min(used, fitting(System.nanoTime() - before, System.nanoTime() - start));
    }
    Grid grid = new Grid(view.width(), view.height(), used);
    byte[] hidden = fill.of(view).toArray();
    List<Image> views = new ArrayList<>();
    for (Grid.Square square : grid.squares()) {
      views.add(square.hide(view, hidden));
    }
    double[] margins = Margins.of(detector, views);
    scorings += views.size();
    float[] map = grid.map(margin, margins);
    return new Explanation(
        view,
        map,
        Margins.score(detector, margin),
        method(used, views.size()),
        effect(detector, margin, margins),
        scorings,
        Duration.ofNanos(System.nanoTime() - start));
  }

  private int fitting(long nanosEach, long spent) {
    double scorings = (limit.toNanos() - spent) / (double) Math.max(1, nanosEach);
    return (int) Math.max(FEWEST, Math.floor(Math.sqrt(Math.max(0, scorings)) - 1));
  }

  private String method(int used, int squares) {
    return "Each of %s overlapping squares, two of %s cells wide, was %s in turn."
        .formatted(squares, used, fill.words());
  }

  private static String effect(Detector detector, double margin, double[] margins) {
    double furthest = margin;
    for (double other : margins) {
      furthest = Math.abs(other - margin) > Math.abs(furthest - margin) ? other : furthest;
    }
    double before = Margins.score(detector, margin);
    double after = Margins.score(detector, furthest);
    return "Hiding the area that matters most changes the score from %s to %s.%s"
        .formatted(
            decimal(before),
            decimal(after),
            Math.abs(after - before) < 0.01 ? " No single area matters much." : "");
  }

  static String decimal(double score) {
    return String.format(Locale.ROOT, "%.3f", score);
  }
}
