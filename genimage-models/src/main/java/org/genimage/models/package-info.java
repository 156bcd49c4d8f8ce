/**
 * Detectors of AI-made images: what they are ({@link org.genimage.models.Blueprint}), their numbers
 * ({@link org.genimage.models.Weights}) and what the two make together ({@link
 * org.genimage.models.Detector}).
 *
 * <p>A score is a number, not a proof: it says how much an image resembles the AI-made images of
 * the training data, and nothing about images unlike them.
 */
package org.genimage.models;
