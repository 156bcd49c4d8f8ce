package org.genimage.eval;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.genimage.data.Label;
import org.genimage.eval.statistics.Interval;
import org.genimage.eval.statistics.Proportion;
import org.genimage.models.weights.Calibration;

/**
 * How sure a calibration is that was fitted on few images: where threshold and temperature would
 * lie if as many other images had been drawn.
 *
 * <pre>{@code
 * CalibrationCertainty certainty =
 *     CalibrationCertainty.of(
 *         images -> Calibrations.forFalsePositiveRate(0.01, images), validation, Bootstrap.seeded(1));
 * }</pre>
 *
 * @param calibration fitted on all images
 * @param threshold the interval of the calibration's threshold, by the bootstrap's percentiles
 * @param temperature the interval of its temperature, likewise
 * @param falseAlarms the natural images above the threshold, out of those that it was fitted on.
 *     The rate of others is higher: the threshold was chosen on these
 * @param missed the AI images that are not above it, likewise
 */
public record CalibrationCertainty(
    Calibration calibration,
    Interval threshold,
    Interval temperature,
    Proportion falseAlarms,
    Proportion missed) {

  /**
   * Returns the certainty of a fit.
   *
   * @param fit such as {@link Calibrations#forBalancedAccuracy}; called for every resample, on
   *     several threads
   * @param validation the images that it was fitted on, of both labels
   * @param bootstrap 200 resamples or more give a fair picture
   * @throws IllegalArgumentException if a label has no image
   */
  public static CalibrationCertainty of(
      Function<Scores, Calibration> fit, Scores validation, Bootstrap bootstrap) {
    checkArgument(
        validation.count(Label.AI) > 0 && validation.count(Label.NATURE) > 0,
        "a calibration needs images of both labels, got %s natural and %s AI",
        validation.count(Label.NATURE),
        validation.count(Label.AI));
    Calibration calibration = fit.apply(validation);
    List<Interval> intervals =
        bootstrap.percentiles(
            List.of(
                Metric.ofScores("threshold", scores -> fit.apply(scores).threshold()),
                Metric.ofScores("temperature", scores -> fit.apply(scores).temperature())),
            validation);
    Scores decided =
        new Temperature(calibration.temperature()).scale(validation).at(calibration.threshold());
    return new CalibrationCertainty(
        calibration,
        intervals.get(0),
        intervals.get(1),
        decided.accuracy(Label.NATURE).others(),
        decided.accuracy(Label.AI).others());
  }

  /** Returns threshold, interval and what the images prove of false alarms in one sentence. */
  public String sentence() {
    return String.format(
        Locale.ROOT,
        "The threshold %.4f would lie between %.4f and %.4f (95 %%) with as many other images; %d of"
            + " %d natural images are above it, which proves a rate of at most %.1f %% (95 %%"
            + " confidence).",
        calibration.threshold(),
        threshold.low(),
        threshold.high(),
        falseAlarms.count(),
        falseAlarms.total(),
        100 * falseAlarms.upperBound(0.95));
  }
}
