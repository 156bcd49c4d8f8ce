/** Programs that join genimage's modules, each one command. */
package org.genimage.examples;
