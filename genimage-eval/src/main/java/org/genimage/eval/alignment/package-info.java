/**
 * Formats made equal before scoring, and the published protocol beside the aligned one.
 *
 * <p>For: seeing what a detector owes to how files were stored. May use: {@code eval}, statistics,
 * the doctor's rules, models, data. Limits: changes images only as a user of Pillow would; trains
 * nothing.
 */
package org.genimage.eval.alignment;
