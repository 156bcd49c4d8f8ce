/**
 * One image: reading files of every format, resampling, transforms and augmentation.
 *
 * <p>For: pixels that equal Pillow's, OpenCV's and timm's, byte for byte where the documentation
 * says so. May use: {@code data.formats}, {@code data.internal}. Limits: knows no label, no dataset
 * and no generator.
 *
 * <p>Images are 8-bit RGB in rows from the top, each row from the left, channels interleaved (HWC).
 * JPEG, PNG, WebP, GIF, BMP, PPM and TIFF files are read, of several frames the first; JPEG and PNG
 * files are written.
 */
package org.genimage.data.image;
