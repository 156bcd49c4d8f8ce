/**
 * Images, labels, datasets and augmentation of the GenImage benchmark.
 *
 * <p>Images are 8-bit RGB in rows from the top, each row from the left, channels interleaved (HWC).
 * The package reads files and folders; it knows no detector. It decodes JPEG, PNG, WebP, GIF, BMP
 * and TIFF files, of several frames the first, and writes JPEG and PNG files.
 */
package org.genimage.data;
