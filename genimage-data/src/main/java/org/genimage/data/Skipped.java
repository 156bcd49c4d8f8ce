package org.genimage.data;

/**
 * An image that was left out because it could not be read.
 *
 * @param sample the image
 * @param reason what was expected and what was found, with the file's name
 */
public record Skipped(Sample sample, String reason) {}
