/**
 * Intervals, tests and bounds: counts and numbers in, probabilities out.
 *
 * <p>For: saying how certain a figure is, and whether two differ. May use: nothing of genimage.
 * Limits: knows neither images nor detectors nor scores.
 *
 * <p>Intervals are two-sided and hold 95 % unless a confidence is given. None has zero width.
 */
package org.genimage.eval.statistics;
