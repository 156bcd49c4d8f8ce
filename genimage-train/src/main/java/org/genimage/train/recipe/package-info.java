/**
 * Recipes as values: optimizer, schedule, loss, mixing, and the published recipes with origins.
 *
 * <p>For: saying how a detector is trained. May use: the models and the data. Limits: runs nothing.
 */
package org.genimage.train.recipe;
