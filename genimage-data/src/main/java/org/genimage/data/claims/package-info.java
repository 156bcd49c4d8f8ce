/**
 * What an image file says of its own origin: C2PA manifests, IPTC's fields in XMP, parameters of
 * generators in texts and EXIF, the camera.
 *
 * <p>For: showing claims beside a score, never mixing them into it. May use: {@code data.image} for
 * its exception, {@code data.formats} and {@code data.internal}. Limits: verifies nothing, decodes
 * no image, follows no address and reads no other file; every size is compared with what is there
 * before memory is taken.
 *
 * <p>A container ({@code JpegFile}, {@code PngFile}, …) finds blocks of metadata. Readers of EXIF,
 * XMP, IPTC and C2PA read the blocks. {@code KnownTools} recognises the texts of AI tools.
 */
package org.genimage.data.claims;
