package org.genimage.models;

import org.genimage.data.ImageDataset;
import org.genimage.models.weights.Weights;

/**
 * Finds weights for a blueprint. genimage-train implements it and offers the paper's recipes as a
 * {@linkplain java.util.ServiceLoader service}.
 */
@FunctionalInterface
public interface Trainer {

  /**
   * Trains from the blueprint's initial weights.
   *
   * @param blueprint what to train
   * @param data the training images
   * @return the trained weights, with provenance; nothing in them needs closing
   */
  Weights fit(Blueprint blueprint, ImageDataset data);
}
