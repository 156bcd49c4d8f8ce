package org.genimage.models;

import java.nio.file.Path;

/**
 * What a detector says of a file; {@link Detector#label(double)} says what that counts as.
 *
 * @param file as it was given
 * @param score the model's probability of AI, in [0, 1]
 */
public record FileScore(Path file, double score) {}
