/**
 * Programs that use several modules together. The short ones teach one idea each and take paths
 * alone: {@link org.genimage.examples.ScorePhoto} is a good first one. The others have options and
 * use picocli. Programs use the exported packages of the library only; nothing depends on them.
 */
package org.genimage.examples;
