package org.genimage.eval.report;

import org.genimage.eval.Degradation;
import org.genimage.eval.Proportion;

/**
 * A detector's accuracy on degraded images.
 *
 * @param series whose curve it belongs to: a detector, or a generator
 * @param degradation what was done; {@link Degradation#NONE}, where there is one, starts every
 *     curve of the series
 * @param accuracy on the degraded images
 */
public record DegradedAccuracy(String series, Degradation degradation, Proportion accuracy) {}
