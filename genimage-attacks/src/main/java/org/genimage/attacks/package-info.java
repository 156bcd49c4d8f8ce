/**
 * Adversarial attacks through the whole detector, their budgets, and runs that score the result.
 *
 * <p>For: measuring how easily a detector is fooled. May use: the models and the data. Limits:
 * knows neither training nor evaluation.
 *
 * <p>Attacks act on the detector's input, after resize and crop, and know the detector. A detector
 * that withstands them is not thereby safe: others may succeed.
 */
package org.genimage.attacks;
