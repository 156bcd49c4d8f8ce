package org.genimage.eval;

import org.genimage.data.Label;

/**
 * The score at which a logistic regression of the label on the logit is undecided, where both
 * labels are as frequent. With few images it varies less than the threshold of the best balanced
 * accuracy, because every image has a part in it.
 *
 * <p>Targets are Platt's (Probabilistic Outputs for Support Vector Machines, 1999): a little less
 * than 1 and more than 0, so that labels which the scores separate have a finite fit. Each label
 * weighs half of all images. Newton's method with halved steps, after Lin, Lin and Weng, A Note on
 * Platt's Probabilistic Outputs for Support Vector Machines, 2007.
 */
final class LogisticThreshold {

  private static final int STEPS = 100;
  private static final double SMALL = 1e-10;

  private final Ranking ranking;
  private final double[] logits;
  private final double natureWeight;
  private final double aiWeight;
  private final double natureTarget;
  private final double aiTarget;

  private LogisticThreshold(Ranking ranking) {
    this.ranking = ranking;
    logits = new double[ranking.places()];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = Temperature.logit(ranking.value(i));
    }
    double nature = ranking.count(Label.NATURE);
    double ai = ranking.count(Label.AI);
    double half = (nature + ai) / 2;
    natureWeight = half / nature;
    aiWeight = half / ai;
    natureTarget = 1 / (half + 2);
    aiTarget = (half + 1) / (half + 2);
  }

  /**
   * Returns the threshold.
   *
   * @param ranking of both labels
   * @return the best balanced accuracy's if higher scores do not go with AI images
   */
  static double of(Ranking ranking) {
    double[] line = new LogisticThreshold(ranking).fit();
    double logit = -line[1] / line[0];
    return line[0] > SMALL && Double.isFinite(logit)
        ? Temperature.sigmoid(logit)
        : Thresholds.forBalancedAccuracy(ranking);
  }

  /** Returns slope and intercept. */
  private double[] fit() {
    double[] line = {0, 0};
    double loss = loss(line);
    for (int step = 0; step < STEPS; step++) {
      double[] move = newton(line);
      double length = 1;
      double[] next = moved(line, move, length);
      while (loss(next) > loss && length > SMALL) {
        length /= 2;
        next = moved(line, move, length);
      }
      double change = Math.abs(next[0] - line[0]) + Math.abs(next[1] - line[1]);
      line = next;
      loss = loss(line);
      if (change < SMALL) {
        break;
      }
    }
    return line;
  }

  private static double[] moved(double[] line, double[] move, double length) {
    return new double[] {line[0] - length * move[0], line[1] - length * move[1]};
  }

  private double loss(double[] line) {
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      double z = line[0] * logits[i] + line[1];
      sum += weight(i) * Math.log1p(Math.exp(-Math.abs(z))) + weight(i) * Math.max(z, 0);
      sum -= wanted(i) * z;
    }
    return sum;
  }

  /** Returns the inverse of the second derivatives times the first. */
  private double[] newton(double[] line) {
    double slope = 0;
    double intercept = 0;
    double slopes = SMALL;
    double mixed = 0;
    double intercepts = SMALL;
    for (int i = 0; i < logits.length; i++) {
      double probability = Temperature.sigmoid(line[0] * logits[i] + line[1]);
      double error = weight(i) * probability - wanted(i);
      double curve = weight(i) * probability * (1 - probability);
      slope += error * logits[i];
      intercept += error;
      slopes += curve * logits[i] * logits[i];
      mixed += curve * logits[i];
      intercepts += curve;
    }
    double determinant = slopes * intercepts - mixed * mixed;
    return new double[] {
      (intercepts * slope - mixed * intercept) / determinant,
      (slopes * intercept - mixed * slope) / determinant
    };
  }

  /** Returns the weight of all images of one score. */
  private double weight(int place) {
    return natureWeight * ranking.count(place, Label.NATURE)
        + aiWeight * ranking.count(place, Label.AI);
  }

  /** Returns the weighted sum of their targets. */
  private double wanted(int place) {
    return natureWeight * natureTarget * ranking.count(place, Label.NATURE)
        + aiWeight * aiTarget * ranking.count(place, Label.AI);
  }
}
