/**
 * What a detector's scores are worth: metrics, an evaluation per generator, trivial baselines
 * beside it, and a report to show.
 *
 * <p>A score is the probability of {@link org.genimage.data.Label#AI}, in [0, 1], and counts as
 * "AI" above 0.5. The package sees detectors through {@link org.genimage.models.Detector} alone; it
 * neither trains nor attacks. Its numbers hold for images like those that were scored, not for
 * others, and a score about one image is not evidence against a person.
 */
package org.genimage.eval;
