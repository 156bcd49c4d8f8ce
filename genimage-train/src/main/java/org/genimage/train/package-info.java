/**
 * Training loops: one device, several devices, several machines; checkpoints and listeners.
 *
 * <p>For: turning a blueprint and a dataset into weights. May use: {@code train.recipe}, {@code
 * train.memory}, the models and the data. Limits: knows no metric beyond accuracy, and no attack.
 */
package org.genimage.train;
