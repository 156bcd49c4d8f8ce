package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.genimage.data.image.ImageBatch;
import org.genimage.data.image.Pixels;
import org.genimage.models.networks.ResNet;
import org.genimage.models.networks.ResNet.Block;
import org.genimage.models.networks.ResNet.Stem;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;

class ResNetTest implements PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.resnet50();
  }

  @Override
  public String folder() {
    return "resnet50";
  }

  @Override
  public String place(String feature) {
    return feature.equals("stem") ? "act1" : feature;
  }

  /** The residual network of He et al. 2016, section 4.2, but for its widths and projections. */
  private static Blueprint small() {
    ResNet network =
        new ResNet(Block.BASIC, List.of(1, 1, 1), false, 2).stem(Stem.SMALL).headName("classifier");
    return new Blueprint("small", network, InputContract.crop(16), Head.NATURE_AI);
  }

  @Test
  void resNet_ofAnotherStemFewerStagesAndAnotherHead_hasTheirEntries() {
    Blueprint blueprint = small();

    List<Parameter> entries = blueprint.entries();

    assertThat(blueprint.headKeys()).containsExactly("classifier.weight", "classifier.bias");
    assertThat(entries.get(0).key()).isEqualTo("conv1.weight");
    assertThat(entries.get(0).shape()).containsExactly(64, 3, 3, 3);
    assertThat(entries)
        .extracting(Parameter::key)
        .contains("layer3.0.conv2.weight")
        .noneMatch(key -> key.startsWith("layer4.") || key.startsWith("fc."));
    assertThat(entries.get(entries.size() - 2).shape()).containsExactly(2, 256);
  }

  @Test
  void resNet_ofAnotherStem_scoresAndStartsFromABackboneWithTheSameStem() {
    Blueprint blueprint = small();
    Weights weights = blueprint.initialWeights(1);
    Pixels pixels = Pixels.of(1, 16, 16, new float[3 * 16 * 16]);
    try (DifferentiableDetector detector = blueprint.load(weights)) {
      assertThat(detector.score(pixels)[0])
          .isCloseTo(detector.score(pixels.toImages())[0], within(1e-6));
      assertThat(detector.score(ImageBatch.of(List.of(pixels.toImages().image(0))))[0])
          .isStrictlyBetween(0.0, 1.0);
    }
    Weights start = blueprint.startFrom(2, weights.without("classifier."));
    assertThat(start.get("conv1.weight").toFloats())
        .isEqualTo(weights.get("conv1.weight").toFloats());
    assertThat(start.get("classifier.weight").toFloats())
        .isEqualTo(blueprint.initialWeights(2).get("classifier.weight").toFloats());
  }

  @Test
  void resNet_withoutStagesOrName_isRefused() {
    ResNet network = new ResNet(Block.BASIC, List.of(1), false, 2);

    assertThatThrownBy(() -> network.depths(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a ResNet needs at least one stage and one block in each, got []");
    assertThatThrownBy(() -> network.headName(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the last layer of a ResNet needs a name, got none");
    assertThatThrownBy(() -> new Stem(2, 1, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a kernel of odd side");
  }
}
