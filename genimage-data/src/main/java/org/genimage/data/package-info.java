/**
 * Labels, generators and datasets of images, and how batches of them are loaded.
 *
 * <p>For: finding GenImage or images of one's own on disk, choosing some, and reading them ahead on
 * several threads. May use: {@code data.image} and the internal rooms of this module. Limits: knows
 * no detector and no TensorFlow graph; the doctor and the simulation use this room, not the
 * reverse.
 */
package org.genimage.data;
