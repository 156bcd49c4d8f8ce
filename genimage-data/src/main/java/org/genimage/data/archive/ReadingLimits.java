package org.genimage.data.archive;

import java.util.Set;

/**
 * Limits that protect against decompression bombs, and the names of published archives.
 *
 * @param imageBytes the largest image file, in bytes
 * @param ratio the largest ratio of an image file's size to its compressed size; files of up to 1
 *     MiB are not checked
 * @param overlapping the archives, without {@code .zip}, whose entries may overlap
 * @param published the published archives, without {@code .zip}, in lower case
 */
public record ReadingLimits(
    long imageBytes, double ratio, Set<String> overlapping, Set<String> published) {}
