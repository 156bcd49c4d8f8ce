/**
 * Whether a training step fits into memory: the limit, the measured peak, the decision, and room in
 * one piece.
 *
 * <p>For: refusing a step that the system would end without a word, or dividing it. May use: {@code
 * data.internal}. Limits: knows no graph and no recipe; the CPU's memory alone.
 */
package org.genimage.train.memory;
