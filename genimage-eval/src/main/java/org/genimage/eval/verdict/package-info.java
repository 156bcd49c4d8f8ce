/**
 * Verdicts that may be unsure: rules with proven bounds, and what they do on images.
 *
 * <p>For: choosing a {@link org.genimage.models.VerdictRule} on images that training has not seen,
 * and measuring it on others. May use: scores, statistics, models, data. Limits: trains nothing;
 * its bounds end where images are unlike those that a rule was chosen on.
 */
package org.genimage.eval.verdict;
