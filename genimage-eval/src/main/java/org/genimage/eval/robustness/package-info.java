/**
 * Robustness: a suite of named changes of images, each equal to the library call that it names.
 *
 * <p>For: scoring the same images after what happens to pictures on their way, always with the same
 * names, strengths and random numbers. May use: scores' degradations, images. Limits: no network
 * makes a change; codecs without an encoder that equals the named one, AVIF and JPEG 2000, are not
 * in the suite.
 */
package org.genimage.eval.robustness;
