/**
 * Pillow's antialiased resize: what each pixel is made of, and the two passes that make it, in
 * plain Java or by the processor's vector instructions.
 *
 * <p>For: {@code data.image}; not exported. May use: no other room. Limits: arrays of bytes in and
 * out, equal to Pillow's on every byte whatever computes them; it knows no image or file.
 */
package org.genimage.data.resampling;
