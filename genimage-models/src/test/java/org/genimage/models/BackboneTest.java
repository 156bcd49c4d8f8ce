package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.genimage.models.internal.KeyFit;
import org.genimage.models.networks.F3NetVariant;
import org.genimage.models.networks.ResNet;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightArray;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The lines of docs/weights.md that start from ImageNet, on files of the published layout. */
class BackboneTest {

  @TempDir private Path folder;

  @Test
  void cnnSpot_startsFromResNet50() {
    Path file = imageNet(Detectors.cnnSpot(), "fc.weight", 2048);
    long seed = 1;

    Weights start = Detectors.cnnSpot().startFrom(seed, Weights.read(file));

    assertStart(Detectors.cnnSpot(), start, "fc.");
  }

  @Test
  void spec_startsFromResNet34() {
    Path file = imageNet(Detectors.spec(), "fc.weight", 512);
    long seed = 1;

    Weights start = Detectors.spec().startFrom(seed, Weights.read(file));

    assertStart(Detectors.spec(), start, "fc.");
  }

  @Test
  void swin_startsFromEitherSpelling() {
    Blueprint swin = Detectors.swinTiny();
    Path file = imageNet(swin, "head.weight", 768);
    Weights original = Weights.read(file).without("fc.");

    Weights start = swin.startFrom(1, original);

    assertStart(swin, start, "head.");
    Weights timm =
        original.renamed(
            Map.of(
                "layers.2.downsample.norm.weight", "layers.3.downsample.norm.weight",
                "layers.2.downsample.norm.bias", "layers.3.downsample.norm.bias",
                "layers.2.downsample.reduction.weight", "layers.3.downsample.reduction.weight",
                "layers.1.downsample.norm.weight", "layers.2.downsample.norm.weight",
                "layers.1.downsample.norm.bias", "layers.2.downsample.norm.bias",
                "layers.1.downsample.reduction.weight", "layers.2.downsample.reduction.weight",
                "layers.0.downsample.norm.weight", "layers.1.downsample.norm.weight",
                "layers.0.downsample.norm.bias", "layers.1.downsample.norm.bias",
                "layers.0.downsample.reduction.weight", "layers.1.downsample.reduction.weight"));
    assertThat(swin.startFrom(1, timm).keys()).isEqualTo(start.keys());
  }

  @Test
  void gramNet_startsFromResNet18() {
    Blueprint trunk =
        new Blueprint(
            "ResNet-18",
            new ResNet(ResNet.Block.BASIC, List.of(2, 2, 2, 2), false, 2),
            InputContract.crop(224),
            Head.NATURE_AI);
    Path file = imageNet(trunk, "fc.weight", 512);
    long seed = 1;

    Weights start = Detectors.gramNet().startFrom(seed, Weights.read(file));

    assertStart(Detectors.gramNet(), start, "conv_inter", "g", "scale.", "fcnewr.");
  }

  @Test
  void f3Net_startsFromXception() {
    Path file = xception();
    long seed = 1;

    Weights start = Detectors.f3Net().startFrom(seed, Weights.read(file));

    assertStart(Detectors.f3Net(), start, "fad_head.", "lfs_head.", "mix_block", "fc.");
    assertThat(start.get("fad_excep.conv1.weight").toFloats()).containsOnly(0.25f);
    assertThat(start.get("lfs_excep.conv1.weight").toFloats()).containsOnly(0.5f);
  }

  @ParameterizedTest
  @EnumSource(
      value = F3NetVariant.class,
      names = {"FAD", "LFS", "BOTH", "ORIGINAL"})
  void f3NetVariants_startFromXception(F3NetVariant variant) {
    Blueprint blueprint = Detectors.f3Net(variant, Head.AI_LOGIT);
    String[] fresh = {"FAD_head.", "LFS_head.", "FAD_xcep.fc.", "LFS_xcep.fc.", "xcep.fc.", "fc."};

    Weights start = blueprint.startFrom(1, Weights.read(xception()));

    assertStart(blueprint, start, fresh);
  }

  /** Returns a file of all ones under the names and shapes of an ImageNet classifier. */
  private Path imageNet(Blueprint like, String head, int features) {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : like.entries()) {
      if (entry.role().required()) {
        arrays.put(entry.key(), ones(entry.shape()));
      }
    }
    arrays.put(head, ones(List.of(1000, features)));
    arrays.put("fc.bias", ones(List.of(1000)));
    return written(arrays);
  }

  /** Returns a file as Cadene's, whose pointwise kernels have two sides. */
  private Path xception() {
    Map<String, WeightArray> arrays = new LinkedHashMap<>();
    for (Parameter entry : Detectors.f3Net(F3NetVariant.ORIGINAL, Head.AI_LOGIT).entries()) {
      if (entry.role().required() && entry.key().startsWith("xcep.")) {
        List<Integer> shape = entry.shape();
        arrays.put(
            entry.key().substring("xcep.".length()),
            ones(entry.key().endsWith("pointwise.weight") ? shape.subList(0, 2) : shape));
      }
    }
    arrays.put("fc.weight", ones(List.of(1000, 2048)));
    arrays.put("fc.bias", ones(List.of(1000)));
    return written(arrays);
  }

  private static WeightArray ones(List<Integer> shape) {
    float[] values = new float[shape.stream().reduce(1, (a, b) -> a * b)];
    Arrays.fill(values, 1);
    return WeightArray.of(shape, values);
  }

  private Path written(Map<String, WeightArray> arrays) {
    Path file = folder.resolve("imagenet.safetensors");
    Weights.of(arrays).write(file);
    return file;
  }

  private static void assertStart(Blueprint blueprint, Weights start, String... fresh) {
    KeyFit.of(blueprint.entries(), start).verify(blueprint.name(), "");
    Weights random = blueprint.initialWeights(1);
    for (Parameter entry : blueprint.entries()) {
      float[] values = start.get(entry.key()).floats();
      boolean published = start.without(fresh).keys().contains(entry.key());
      if (!published) {
        assertThat(values).as(entry.key()).isEqualTo(random.get(entry.key()).floats());
      } else if (entry.role().required() && !entry.key().endsWith("conv1.weight")) {
        assertThat(values[values.length / 2]).as(entry.key()).isEqualTo(1);
      }
    }
    assertThat(start.metadata()).isEqualTo(random.metadata());
  }

  @Test
  void load_withoutAFile_saysWhereWeightsAre() {
    Path file = folder.resolve("resnet50.safetensors");

    assertThatThrownBy(() -> Detectors.resnet50().load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            file
                + ": expected weights of ResNet-50, found no file; train some, or see"
                + " docs/weights.md for what is published");
  }
}
