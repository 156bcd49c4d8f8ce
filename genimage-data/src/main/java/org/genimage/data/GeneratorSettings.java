package org.genimage.data;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How GenImage's images of one generator were made, as far as the paper's supplement (section G)
 * says. Settings that it does not state are empty.
 *
 * @param guidanceScale the scale of the guidance; for ADM, of the classifier guidance
 * @param sampler the sampler's name
 * @param steps the sampling steps
 * @param seed the random seed
 */
public record GeneratorSettings(
    OptionalDouble guidanceScale, Optional<String> sampler, OptionalInt steps, OptionalLong seed) {

  /** No setting is stated. */
  public static final GeneratorSettings UNKNOWN =
      new GeneratorSettings(
          OptionalDouble.empty(), Optional.empty(), OptionalInt.empty(), OptionalLong.empty());

  /** Returns these settings with a guidance scale. */
  public GeneratorSettings guidanceScale(double scale) {
    return new GeneratorSettings(OptionalDouble.of(scale), sampler, steps, seed);
  }

  /** Returns these settings with a sampler. */
  public GeneratorSettings sampler(String name) {
    return new GeneratorSettings(guidanceScale, Optional.of(name), steps, seed);
  }

  /** Returns these settings with a number of steps. */
  public GeneratorSettings steps(int count) {
    return new GeneratorSettings(guidanceScale, sampler, OptionalInt.of(count), seed);
  }

  /** Returns these settings with a seed. */
  public GeneratorSettings seed(long number) {
    return new GeneratorSettings(guidanceScale, sampler, steps, OptionalLong.of(number));
  }

  @Override
  public String toString() {
    return "guidance scale %s, sampler %s, steps %s, seed %s"
        .formatted(
            guidanceScale.isPresent() ? guidanceScale.getAsDouble() : "unknown",
            sampler.orElse("unknown"),
            steps.isPresent() ? steps.getAsInt() : "unknown",
            seed.isPresent() ? seed.getAsLong() : "unknown");
  }
}
