/**
 * Examines a dataset and reports damaged files, missing parts and file properties that give the
 * class away.
 *
 * <p>For: a check before training or evaluation. May use: {@code data} and {@code data.image}.
 * Limits: changes no image; what it advises to leave out goes into a quarantine list.
 */
package org.genimage.data.doctor;
