package org.genimage.examples;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.genimage.models.Blueprint;
import org.genimage.models.Detectors;
import org.genimage.models.weights.PublishedWeights;
import org.genimage.models.weights.Weights;

/** How each detector starts from published ImageNet weights. */
final class Backbones {

  /**
   * A backbone.
   *
   * @param keys turns the published keys into the detector's
   * @param fresh prefixes of the keys that start from random values: the classification head, and
   *     what the published network does not have
   */
  private record Backbone(UnaryOperator<Weights> keys, List<String> fresh) {}

  private static final Backbone USUAL = new Backbone(UnaryOperator.identity(), List.of("fc."));

  private static final Map<String, Backbone> OTHERS =
      ImmutableMap.of(
          Detectors.deitSmall().name(),
          new Backbone(UnaryOperator.identity(), List.of("head.")),
          Detectors.swinTiny().name(),
          new Backbone(PublishedWeights::swin, List.of("head.")),
          Detectors.f3Net().name(),
          new Backbone(
              PublishedWeights::f3netTrunks, List.of("fad_head.", "lfs_head.", "mix_block", "fc.")),
          Detectors.gramNet().name(),
          new Backbone(
              weights -> weights.without("fc."), List.of("conv_inter", "g", "scale.", "fcnewr.")));

  private Backbones() {}

  /** Returns the published weights in the detector's form, with a random classification head. */
  static Weights start(Blueprint blueprint, long seed, Weights published) {
    Backbone backbone = OTHERS.getOrDefault(blueprint.name(), USUAL);
    return blueprint.initialWeights(
        seed, backbone.keys().apply(published), backbone.fresh().toArray(String[]::new));
  }
}
