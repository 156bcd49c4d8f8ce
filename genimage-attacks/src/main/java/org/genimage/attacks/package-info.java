/**
 * Adversarial attacks: how far small changes of an image's pixels move a detector. An {@link
 * org.genimage.attacks.Attack} changes pixels, an {@link org.genimage.attacks.AttackRun} holds it
 * to its {@link org.genimage.attacks.Budget}, saves the images in 8 bits and scores them itself.
 *
 * <p>Attacks act on the detector's input, after resize and crop, and know the detector. A detector
 * that withstands them is not thereby safe: others may succeed.
 */
package org.genimage.attacks;
