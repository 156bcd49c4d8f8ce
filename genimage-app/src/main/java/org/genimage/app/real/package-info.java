/**
 * The command {@code genimage real-images}: detectors that are trained on labelled images of one's
 * own, and measured on images that chose nothing.
 *
 * <p>For: recipes for windows of a few thousand images, cuts by source, and the table of all runs.
 * May use: all modules and the commands' shared options. Limits: no science.
 */
package org.genimage.app.real;
