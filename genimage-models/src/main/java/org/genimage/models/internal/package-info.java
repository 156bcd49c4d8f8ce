/**
 * How graphs are computed: weights as variables or constants, kernels, sessions.
 *
 * <p>Exported to genimage's own modules only. May use: {@code models.nn} and {@code
 * models.weights}. Limits: knows no detector; may change in every release.
 */
package org.genimage.models.internal;
