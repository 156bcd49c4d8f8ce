package app;

import java.util.List;
import org.genimage.models.Blueprint;
import org.genimage.models.Head;
import org.genimage.models.InputContract;
import org.genimage.models.networks.ResNet;
import org.genimage.models.networks.VisionTransformer;
import org.genimage.models.nn.Activation;
import org.genimage.models.nn.AttentionKeys;
import org.genimage.models.nn.Network;

/** Detectors of networks of one's own, and of parts of genimage's. */
final class OwnDetectors {

  private OwnDetectors() {}

  /** Returns a detector with a layer of its own. */
  static Blueprint channelGates() {
    return detector("Channel gates", new ChannelGates(8));
  }

  /** Returns a detector with a normalisation of its own. */
  static Blueprint scaleNorm() {
    return detector("Scale norm", new ScaleNorm(8));
  }

  /** Returns a small ResNet: another stem, two stages, another name of the last layer. */
  static Blueprint smallResNet() {
    Network network =
        new ResNet(ResNet.Block.BASIC, List.of(1, 1), false, 2)
            .stem(ResNet.Stem.SMALL)
            .headName("classifier");
    return detector("Small ResNet", network);
  }

  /** Returns a small vision transformer with CLIP's non-linearity, first norm and spelling. */
  static Blueprint clipLike(AttentionKeys keys) {
    Network network =
        new VisionTransformer(16, 24, 2, 2, 2)
            .activation(Activation.QUICK_GELU)
            .normFirst(true)
            .attention(keys);
    return detector("CLIP-like " + keys, network);
  }

  private static Blueprint detector(String name, Network network) {
    return new Blueprint(name, network, InputContract.crop(64), Head.NATURE_AI);
  }
}
