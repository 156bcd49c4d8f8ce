/**
 * Images, labels, datasets and augmentation of the GenImage benchmark.
 *
 * <p>Images are 8-bit RGB in rows from the top, each row from the left, channels interleaved (HWC).
 * The package reads files and folders; it knows no detector. What it decodes are JPEG and PNG
 * files.
 */
package org.genimage.data;
