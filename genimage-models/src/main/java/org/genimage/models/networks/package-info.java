/**
 * The networks of the papers, one record each, with the keys of the published checkpoints.
 *
 * <p>For: the catalogue of detectors, and for building networks of one's own from these. May use:
 * {@code models.nn}. Limits: a network is a function from images to logits; it knows no weights, no
 * preprocessing and no file.
 */
package org.genimage.models.networks;
