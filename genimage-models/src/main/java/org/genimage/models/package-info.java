/**
 * Detectors: blueprints, what their inputs and outputs mean, scores and gradients.
 *
 * <p>For: making a detector from a blueprint and weights, and asking it for scores. May use: {@code
 * models.networks}, {@code models.nn}, {@code models.weights}, {@code models.internal}. Limits:
 * knows no dataset and no training; {@link org.genimage.models.Trainer} is found as a service.
 *
 * <p>A score is a number, not a proof: it says how much an image resembles the AI-made images of
 * the training data, and nothing about images unlike them.
 */
package org.genimage.models;
