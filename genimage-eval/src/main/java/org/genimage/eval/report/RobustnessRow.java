package org.genimage.eval.report;

import org.genimage.eval.Proportion;

/**
 * A detector's accuracy before and after something was done to the images.
 *
 * @param attack what was done, such as {@code FGSM}
 * @param budget how much of it was allowed, such as {@code L∞ 8/255}
 * @param clean the accuracy on the images as they were
 * @param attacked the accuracy on the same images afterwards
 */
public record RobustnessRow(String attack, String budget, Proportion clean, Proportion attacked) {}
