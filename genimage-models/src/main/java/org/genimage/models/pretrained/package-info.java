/**
 * Published weights of others, downloaded once into a folder and checked: from nothing to a
 * detector in one line.
 *
 * <p>For: finding, downloading, checking and loading the weights that their authors published under
 * a licence that allows it. May use: {@code models} and {@code models.weights}. Limits: the only
 * room that uses the network, and only when weights are asked for that are not there yet; every
 * address stands in {@code pretrained.json}.
 */
package org.genimage.models.pretrained;
