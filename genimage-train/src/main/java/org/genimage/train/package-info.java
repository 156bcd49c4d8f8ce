/**
 * Training: recipes as values ({@link org.genimage.train.Recipe}), and the loop that follows one
 * ({@link org.genimage.train.GradientTrainer}) on one device, several, or several machines.
 */
package org.genimage.train;
