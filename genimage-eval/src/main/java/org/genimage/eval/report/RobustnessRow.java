package org.genimage.eval.report;

import org.genimage.eval.statistics.Proportion;

/**
 * A detector's accuracy before and after an attack.
 *
 * @param attack the attack's name, such as {@code FGSM}
 * @param budget the largest change that was allowed, such as {@code L∞ 8/255}
 * @param clean the accuracy before the attack
 * @param attacked the accuracy on the same images after the attack
 */
public record RobustnessRow(String attack, String budget, Proportion clean, Proportion attacked) {}
