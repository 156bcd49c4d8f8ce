/**
 * The program {@code genimage}: its root command, and where a command line begins and ends.
 *
 * <p>For: people and scripts at a shell. May use: the commands, the service. Limits: no work is
 * done here, and nothing of TensorFlow is loaded here.
 */
package org.genimage.app;
