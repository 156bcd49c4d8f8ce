package org.genimage.eval.protocol;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.genimage.data.Generator;

/**
 * The test images of a {@link Protocol}: validation images of GenImage, or a further test set.
 *
 * @param name in the paper, such as {@code ADM} or {@code CogView2}
 * @param generators the generators of the validation images; none for a further test set
 */
public record TestImages(String name, List<Generator> generators) {

  /** All of GenImage's validation images. */
  public static final TestImages GENIMAGE = new TestImages("GenImage", Generator.GENIMAGE);

  /**
   * Copies the list and checks the name.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public TestImages {
    checkArgument(!name.isBlank(), "the name of test images must not be blank");
    generators = List.copyOf(generators);
  }

  /** Returns a generator's validation images. */
  public static TestImages of(Generator generator) {
    return new TestImages(generator.name(), List.of(generator));
  }

  /**
   * Returns a further test set of the paper.
   *
   * @param name as in {@link org.genimage.data.TestSet}
   */
  public static TestImages named(String name) {
    return new TestImages(name, List.of());
  }

  @Override
  public String toString() {
    return name;
  }
}
