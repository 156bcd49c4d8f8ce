/**
 * Short programs that use several modules together. They teach one idea each and take paths alone:
 * {@link org.genimage.examples.ScorePhoto} is a good first one. They use the exported packages of
 * the library only; nothing depends on them. Programs with options are commands of {@code
 * genimage}.
 */
package org.genimage.examples;
