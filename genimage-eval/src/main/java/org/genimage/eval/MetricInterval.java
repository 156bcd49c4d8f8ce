package org.genimage.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.genimage.data.Label;
import org.genimage.eval.statistics.BalancedAccuracy;
import org.genimage.eval.statistics.DeLong;
import org.genimage.eval.statistics.Interval;

/**
 * A metric's value with the interval that suits it: Wilson's for shares of images, that of two
 * shares for balanced accuracy, DeLong's for the area under the ROC curve, and the bootstrap's for
 * all others.
 *
 * @param metric what is measured
 * @param value of the metric; NaN where it is undefined
 * @param interval of the value; NaN where it is undefined, and never of zero width
 * @param method how the interval was found, in one or two words, such as {@code Wilson}
 */
public record MetricInterval(Metric metric, double value, Interval interval, String method) {

  /**
   * Returns metrics with their intervals, in order.
   *
   * @param bootstrap for the metrics without a formula, and the confidence of all
   */
  public static List<MetricInterval> of(List<Metric> metrics, Scores scores, Bootstrap bootstrap) {
    Map<Metric, MetricInterval> found = new HashMap<>();
    List<Metric> rest = new ArrayList<>();
    for (Metric metric : metrics) {
      Optional<MetricInterval> exact = byFormula(metric, scores.ranking(), bootstrap.level());
      exact.ifPresent(one -> found.put(metric, one));
      if (exact.isEmpty()) {
        rest.add(metric);
      }
    }
    List<Interval> drawn = rest.isEmpty() ? List.of() : bootstrap.intervals(rest, scores);
    for (int i = 0; i < drawn.size(); i++) {
      Metric metric = rest.get(i);
      found.put(metric, new MetricInterval(metric, metric.of(scores), drawn.get(i), "bootstrap"));
    }
    return metrics.stream().map(found::get).toList();
  }

  private static Optional<MetricInterval> byFormula(Metric metric, Ranking ranking, double level) {
    boolean ai = ranking.count(Label.AI) > 0;
    boolean nature = ranking.count(Label.NATURE) > 0;
    if (metric == Metrics.ACCURACY) {
      return Optional.of(of(metric, ranking, ranking.accuracy().wilson(level), "Wilson"));
    }
    if ((metric == Metrics.AI_ACCURACY || metric == Metrics.RECALL) && ai) {
      return Optional.of(of(metric, ranking, ranking.accuracy(Label.AI).wilson(level), "Wilson"));
    }
    if (metric == Metrics.NATURE_ACCURACY && nature) {
      return Optional.of(
          of(metric, ranking, ranking.accuracy(Label.NATURE).wilson(level), "Wilson"));
    }
    if (metric == Metrics.BALANCED_ACCURACY && ai && nature) {
      BalancedAccuracy accuracy =
          new BalancedAccuracy(ranking.accuracy(Label.NATURE), ranking.accuracy(Label.AI));
      return Optional.of(of(metric, ranking, accuracy.interval(level), "Wilson, two shares"));
    }
    if (metric == Metrics.ROC_AUC && ai && nature) {
      return Optional.of(of(metric, ranking, area(ranking).interval(level), "DeLong"));
    }
    return Optional.empty();
  }

  private static MetricInterval of(
      Metric metric, Ranking ranking, Interval interval, String method) {
    return new MetricInterval(metric, metric.of(ranking), interval, method);
  }

  private static DeLong area(Ranking ranking) {
    return DeLong.of(values(ranking, Label.AI), values(ranking, Label.NATURE));
  }

  private static double[] values(Ranking ranking, Label label) {
    double[] values = new double[Math.toIntExact(ranking.count(label))];
    int next = 0;
    for (int place = 0; place < ranking.places(); place++) {
      for (long i = 0; i < ranking.count(place, label); i++) {
        values[next++] = ranking.value(place);
      }
    }
    return values;
  }
}
