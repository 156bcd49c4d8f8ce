package org.genimage.data.archive;

import java.util.Set;

/**
 * What an archive may demand of its reader, and which archives are known by name.
 *
 * @param imageBytes the largest image file, in bytes
 * @param ratio how many times larger than in the archive an image file of more than 1 MiB may be
 * @param overlapping the archives, without {@code .zip}, whose entries may overlap
 * @param published the published archives, without {@code .zip}, in lower case
 */
public record Limits(
    long imageBytes, double ratio, Set<String> overlapping, Set<String> published) {}
