package org.genimage.models;

import java.nio.file.Path;
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

  /**
   * Trains as {@link #fit(Blueprint, ImageDataset)} does and saves checkpoints. If the folder holds
   * a checkpoint of the same training, training resumes from it.
   *
   * @param blueprint what to train
   * @param data the training images
   * @param folder for the checkpoints; created if it does not exist
   * @return the trained weights, with provenance; nothing in them needs closing
   * @throws org.genimage.models.weights.WeightsException if a checkpoint cannot be written, or
   *     belongs to another training
   * @throws UnsupportedOperationException if this trainer saves no checkpoints
   */
  default Weights fit(Blueprint blueprint, ImageDataset data, Path folder) {
    throw new UnsupportedOperationException(
        "%s saves no checkpoints; train without a folder".formatted(getClass().getSimpleName()));
  }
}
