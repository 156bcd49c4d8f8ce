package org.genimage.models.small;

import java.util.Collections;
import java.util.List;
import org.genimage.models.Blueprint;
import org.genimage.models.CatalogueEntry;
import org.genimage.models.Detectors;
import org.genimage.models.InputContract;
import org.genimage.models.Resize;
import org.genimage.models.networks.CnnSpot;
import org.genimage.models.networks.CommunityForensics;
import org.genimage.models.networks.ResNet;
import org.genimage.models.networks.Spec;
import org.genimage.models.networks.SwinTransformer;
import org.genimage.models.networks.UnivFd;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.nn.Network;

/**
 * The catalogue's detectors, small enough that a test can walk them all: every layer, but small
 * inputs, and where a network repeats a block many times few blocks, of few channels.
 */
public final class SmallDetectors {

  /** Height and width of the inputs in pixels, where the network takes any. */
  public static final int SIDE = 64;

  private SmallDetectors() {}

  /** Returns all of them, in the catalogue's order. */
  public static List<Blueprint> all() {
    return Detectors.catalogue().stream()
        .map(CatalogueEntry::blueprint)
        .map(SmallDetectors::of)
        .toList();
  }

  /** Returns all of them with their own inputs, in the catalogue's order. */
  public static List<Blueprint> shallow() {
    return Detectors.catalogue().stream()
        .map(CatalogueEntry::blueprint)
        .map(SmallDetectors::shallow)
        .toList();
  }

  /**
   * Returns a detector with few blocks and channels and a small input, to which images are only
   * cropped.
   */
  public static Blueprint of(Blueprint blueprint) {
    Blueprint shallow = shallow(blueprint);
    InputContract input = shallow.input();
    return shallow.input(
        new InputContract(
            new Resize.None(), side(shallow), input.channels(), input.mean(), input.std()));
  }

  /** Swin-T's windows fit in multiples of its own side, and UnivFD's patches have 14 pixels. */
  private static int side(Blueprint blueprint) {
    return switch (blueprint.name()) {
      case "Swin-T" -> blueprint.input().side();
      case "UnivFD" -> 56;
      default -> SIDE;
    };
  }

  /** Returns a detector with few blocks and channels and its own input. */
  public static Blueprint shallow(Blueprint blueprint) {
    return new Blueprint(
        blueprint.name(), shallow(blueprint.network()), blueprint.input(), blueprint.head());
  }

  private static Network shallow(Network network) {
    if (network instanceof UnivFd) {
      return new UnivFd(14, 64, 2, 2, 32, 1);
    }
    if (network instanceof CommunityForensics) {
      return new CommunityForensics(new VisionTransformer(16, 64, 2, 2, 1));
    }
    if (network instanceof VisionTransformer transformer) {
      return transformer.depth(2);
    }
    if (network instanceof SwinTransformer swin) {
      List<Integer> pairs = Collections.nCopies(swin.depths().size(), 2);
      return new SwinTransformer(
          swin.patch(), swin.width(), pairs, swin.heads(), swin.window(), swin.outputs());
    }
    if (network instanceof ResNet resNet) {
      return shallow(resNet);
    }
    if (network instanceof CnnSpot spot) {
      return new CnnSpot(shallow(spot.backbone()));
    }
    return network instanceof Spec spec
        ? new Spec(spec.variant(), shallow(spec.classifier()))
        : network;
  }

  /** The first block of a stage has a shortcut of its own, the others have none. */
  private static ResNet shallow(ResNet network) {
    return network.depths(network.depths().stream().map(depth -> Math.min(depth, 2)).toList());
  }
}
