package org.genimage.data.claims;

/**
 * One text of a file's metadata.
 *
 * @param source where it stands
 * @param key the name of the field, XMP with its usual prefix
 * @param value the whole value, at most a mebibyte
 */
record TextField(ClaimSource source, String key, String value) {}
