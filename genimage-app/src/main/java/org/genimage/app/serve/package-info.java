/**
 * {@code genimage serve}: scores images over HTTP.
 *
 * <p>For: programs and people that send images. May use: the commands' options, all modules.
 * Limits: no science; keeps no image.
 */
package org.genimage.app.serve;
