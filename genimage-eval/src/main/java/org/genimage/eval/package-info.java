/**
 * Scores of a dataset and what follows from them: metrics, intervals, comparison, calibration.
 *
 * <p>For: measuring a detector. May use: the models and the data. Limits: draws nothing, trains
 * nothing, attacks nothing.
 *
 * <p>A score is the probability of {@link org.genimage.data.Label#AI}, in [0, 1]. Figures hold for
 * images like those that were scored; a score of one image is not evidence against a person.
 */
package org.genimage.eval;
