/**
 * The tables of the papers as protocols: what to train on, what to test on, published figures.
 *
 * <p>For: reproducing and extending a table. May use: {@code eval}. Limits: training and attacks
 * come from the caller as functions.
 */
package org.genimage.eval.protocol;
