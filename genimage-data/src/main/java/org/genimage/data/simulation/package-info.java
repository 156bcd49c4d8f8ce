/**
 * A small simulated GenImage: natural scenes, and pipelines that leave traces as generators do.
 *
 * <p>For: trying every step without the real benchmark. May use: {@code data} and {@code
 * data.image}. Limits: its figures say nothing about real generators.
 */
package org.genimage.data.simulation;
