/**
 * Folders of images, on disk or in split ZIP archives that are read in place.
 *
 * <p>For: the rest of this module; not exported. May use: {@code data.internal}. Limits: lists
 * names and returns bytes; it knows no label, generator or image.
 */
package org.genimage.data.archive;
