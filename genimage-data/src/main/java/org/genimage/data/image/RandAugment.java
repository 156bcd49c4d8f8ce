package org.genimage.data.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** RandAugment (Cubuk et al. 2020) as timm draws it. */
record RandAugment(int operations, double magnitude, double deviation, List<Filter> filters)
    implements Transform {

  private static final List<RandAugmentOp> OPS = List.of(RandAugmentOp.values());
  private static final double PROBABILITY = 0.5;

  RandAugment {
    checkArgument(operations > 0, "number of operations must be positive, got %s", operations);
    checkArgument(
        magnitude >= 0 && magnitude <= RandAugmentOp.MAX_MAGNITUDE,
        "magnitude must be from 0 to 10, got %s",
        magnitude);
    checkArgument(
        deviation >= 0, "deviation of the magnitude must not be negative, got %s", deviation);
    checkArgument(!filters.isEmpty(), "RandAugment needs at least one filter, got none");
    checkArgument(
        !filters.contains(Filter.LANCZOS),
        "RandAugment resamples bilinear or bicubic, got %s",
        filters);
  }

  /** One operation to apply. */
  record Step(RandAugmentOp op, double magnitude, int sign, Filter filter) {

    Image apply(Image image) {
      return op.apply(image, op.argument(magnitude, sign), filter);
    }
  }

  @Override
  public Image apply(Image image, RandomGenerator random) {
    for (Step step : steps(random)) {
      image = step.apply(image);
    }
    return image;
  }

  /** Draws what is done to an image. */
  List<Step> steps(RandomGenerator random) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < operations; i++) {
      RandAugmentOp op = OPS.get(random.nextInt(OPS.size()));
      if (random.nextDouble() < PROBABILITY) {
        double drawn = magnitude + deviation * random.nextGaussian();
        double strength = Math.max(0, Math.min(RandAugmentOp.MAX_MAGNITUDE, drawn));
        int sign = random.nextBoolean() ? 1 : -1;
        Filter filter = filters.get(random.nextInt(filters.size()));
        steps.add(new Step(op, strength, sign, filter));
      }
    }
    return steps;
  }
}
