/**
 * Training: recipes as values ({@link org.genimage.train.Recipe}), and the loop that follows one
 * ({@link org.genimage.train.GradientTrainer}) on the CPU or one GPU.
 */
package org.genimage.train;
