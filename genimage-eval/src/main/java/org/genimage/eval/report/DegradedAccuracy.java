package org.genimage.eval.report;

import org.genimage.eval.Degradation;
import org.genimage.eval.statistics.Proportion;

/**
 * A detector's accuracy on degraded images: one point of a curve.
 *
 * @param series the curve's name, such as a detector's or a generator's
 * @param degradation of the images; {@link Degradation#NONE} is the first point of the curve of
 *     each kind
 * @param accuracy on the degraded images
 */
public record DegradedAccuracy(String series, Degradation degradation, Proportion accuracy) {}
