/**
 * Examines a dataset and reports what is damaged, missing or answers the question by itself.
 *
 * <p>For: a check before training or evaluation. May use: {@code data} and {@code data.image}.
 * Limits: changes no image; what it advises to leave out goes into a quarantine list.
 */
package org.genimage.data.doctor;
