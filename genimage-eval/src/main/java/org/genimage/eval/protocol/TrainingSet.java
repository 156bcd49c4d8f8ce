package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.stream.Collectors;
import org.genimage.data.Generator;

/**
 * The training images of a {@link Protocol}: those of some generators.
 *
 * @param generators in the order of the paper's tables
 */
public record TrainingSet(List<Generator> generators) {

  /** All of GenImage. */
  public static final TrainingSet GENIMAGE = new TrainingSet(Generator.GENIMAGE);

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public TrainingSet {
    checkArgument(!generators.isEmpty(), "a training set needs at least one generator, got none");
    generators = List.copyOf(generators);
  }

  /** Returns the training images of these generators. */
  public static TrainingSet of(Generator... generators) {
    return new TrainingSet(List.of(generators));
  }

  /** Returns {@code GenImage} or the generators' names. */
  public String name() {
    return generators.equals(Generator.GENIMAGE)
        ? "GenImage"
        : generators.stream().map(Generator::name).collect(Collectors.joining(" + "));
  }

  @Override
  public String toString() {
    return name();
  }
}
