/**
 * The commands of {@code genimage}, one class each, and the options that they share.
 *
 * <p>For: checking arguments, joining the modules, and printing what they found. May use: all
 * modules. Limits: no science; a command that computes something of its own belongs into a module.
 * Data goes to standard output, everything else to standard error.
 */
package org.genimage.app.command;
