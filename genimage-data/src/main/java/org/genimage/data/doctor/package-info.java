/**
 * Examines a dataset and reports damaged files, repeated images, missing parts and file properties
 * that give the class away.
 *
 * <p>For: a check before training or evaluation. May use: {@code data}, {@code data.image} and
 * {@code data.internal}. Limits: changes no image; what it advises to leave out goes into a
 * quarantine list.
 */
package org.genimage.data.doctor;
