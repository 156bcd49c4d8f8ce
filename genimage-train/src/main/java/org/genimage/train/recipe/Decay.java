package org.genimage.train.recipe;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import org.genimage.models.nn.Parameter;

/**
 * Weight decay, and the parameters that are excluded from it.
 *
 * @param rate at least 0
 * @param matricesOnly whether parameters of one dimension are excluded: biases, norms, scales
 *     (timm)
 * @param spared last parts of keys of other excluded parameters, such as {@code pos_embed}
 */
public record Decay(double rate, boolean matricesOnly, List<String> spared) {

  /** Nothing decays. */
  public static final Decay NONE = of(0);

  /**
   * Checks the components and copies the list.
   *
   * @throws IllegalArgumentException if the rate is negative
   */
  public Decay {
    checkArgument(rate >= 0, "weight decay must not be negative, got %s", rate);
    spared = List.copyOf(spared);
  }

  /** Returns decay of every parameter, as in PyTorch's optimizers. */
  public static Decay of(double rate) {
    return new Decay(rate, false, List.of());
  }

  /**
   * Returns decay of parameters with more than one dimension, as in timm.
   *
   * @param spared last parts of keys of other excluded parameters
   */
  public static Decay ofMatrices(double rate, String... spared) {
    return new Decay(rate, true, List.of(spared));
  }

  /** Returns whether a parameter decays. */
  public boolean reaches(Parameter parameter) {
    String last = parameter.key().substring(parameter.key().lastIndexOf('.') + 1);
    return rate > 0 && !(matricesOnly && parameter.shape().size() <= 1) && !spared.contains(last);
  }
}
