package org.genimage.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.genimage.data.Label;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;

/*
 * A bootstrap of images that are all decided rightly draws such images only, and finds no
 * uncertainty. But images that none of m was like may be as many as the share U of Clopper and
 * Pearson's upper bound of 0 out of m. So this share of each label's images is put at the wrong end
 * of the scores, and then at the right end; the metric of both is the interval. Each label's bound
 * fails with half of the probability that the interval may fail with.
 */

/** The interval of a metric whose bootstrap has no width. */
final class Extremes {

  /** By how much counts of images are multiplied, so that shares of few images are counts. */
  private static final long FINE = 1000;

  private Extremes() {}

  static Interval interval(Metric metric, Scores scores, double estimate, double level) {
    DoubleSummaryStatistics values =
        DoubleStream.of(
                estimate, value(metric, scores, level, true), value(metric, scores, level, false))
            .filter(value -> !Double.isNaN(value))
            .summaryStatistics();
    return new Interval(values.getMin(), values.getMax());
  }

  private static double value(Metric metric, Scores scores, double level, boolean wrong) {
    return metric.isOfRanking()
        ? metric.of(moved(scores.ranking(), level, wrong))
        : metric.of(moved(scores, level, wrong));
  }

  /** Returns the share of a label's images that may be unlike all of them. */
  private static double unseen(long images, double level) {
    return images == 0 ? 0 : new Proportion(0, images).upperBound((1 + level) / 2);
  }

  /** Returns the score of images of a label at their right or wrong end. */
  private static double end(Label label, boolean wrong) {
    return (label == Label.AI) == wrong ? 0 : 1;
  }

  private static Ranking moved(Ranking ranking, double level, boolean wrong) {
    int places = ranking.places();
    double[] values = new double[places + 2];
    for (int i = 0; i < places; i++) {
      values[i] = ranking.value(i);
    }
    values[places] = 0;
    values[places + 1] = 1;
    Ranking ends =
        Ranking.of(values, Collections.nCopies(values.length, Label.AI)).at(ranking.threshold());
    long[][] counts = new long[Label.values().length][];
    for (Label label : Label.values()) {
      long[] own = new long[ends.places()];
      for (int i = 0; i < places; i++) {
        own[ends.place(ranking.value(i))] += FINE * ranking.count(i, label);
      }
      long moved = Math.round(FINE * ranking.count(label) * unseen(ranking.count(label), level));
      take(own, moved, (label == Label.AI) == wrong);
      own[ends.place(end(label, wrong))] += moved;
      counts[label.index()] = own;
    }
    return ends.counts(counts[Label.AI.index()], counts[Label.NATURE.index()]);
  }

  /** Takes images away, those with the highest or the lowest scores first. */
  private static void take(long[] counts, long images, boolean highestFirst) {
    long left = images;
    for (int i = 0; i < counts.length; i++) {
      int place = highestFirst ? i : counts.length - 1 - i;
      long taken = Math.min(left, counts[place]);
      counts[place] -= taken;
      left -= taken;
    }
  }

  private static Scores moved(Scores scores, double level, boolean wrong) {
    List<Score> all = new ArrayList<>(scores.all());
    for (Label label : Label.values()) {
      int[] own = own(all, label, (label == Label.AI) == wrong);
      int moved = (int) Math.ceil(own.length * unseen(own.length, level));
      for (int i : Arrays.copyOf(own, moved)) {
        Score one = all.get(i);
        all.set(i, new Score(one.name(), one.generator(), label, end(label, wrong)));
      }
    }
    return scores.with(all);
  }

  /** Returns the places of a label's images, from the highest or the lowest score. */
  private static int[] own(List<Score> all, Label label, boolean highestFirst) {
    Comparator<Integer> rising = Comparator.comparingDouble(i -> all.get(i).value());
    return IntStream.range(0, all.size())
        .boxed()
        .filter(i -> all.get(i).label() == label)
        .sorted(highestFirst ? rising.reversed() : rising)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
