package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import org.genimage.models.nn.Init;
import org.genimage.models.nn.Parameter;

/**
 * A moving average of a model's numbers, batch norms' running statistics among them, that starts at
 * their first values: after each step it keeps {@code decay} of itself (timm's {@code ModelEma}).
 *
 * @param decay from 0 to below 1
 * @param used whether validation and the trained weights take the average instead of the numbers
 *     themselves; else only checkpoints hold it
 */
public record Average(double decay, boolean used) {

  private static final String PREFIX = "average.";

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the decay is out of its range
   */
  public Average {
    checkArgument(decay >= 0 && decay < 1, "decay of an average must be in [0, 1), got %s", decay);
  }

  /** Returns the entry that holds the average of this one. */
  static Parameter of(Parameter entry) {
    return new Parameter(
        PREFIX + entry.key(), entry.shape(), entry.layout(), Init.ZEROS, Parameter.Role.BUFFER);
  }

  /** Returns whether an entry holds an average. */
  static boolean is(Parameter slot) {
    return slot.key().startsWith(PREFIX);
  }

  /** Returns the key of what an entry averages. */
  static String averaged(Parameter slot) {
    return slot.key().substring(PREFIX.length());
  }
}
