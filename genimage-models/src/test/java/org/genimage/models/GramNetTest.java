package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.genimage.models.networks.GramNet;
import org.genimage.models.nn.Layers;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.TrainableVariables;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class GramNetTest implements PixelGradientContract, PublishedNetworkContract {

  private static final Map<String, String> PLACES =
      Map.of(
          "stem", "act1",
          "hidden", "fcnewr.1",
          "logits_before_log_softmax", "fcnewr.3");

  private static final Map<String, String> CONVOLUTIONS =
      Map.of(
          "input", "conv_interi_0",
          "stem", "conv_inter0_0",
          "maxpool", "conv_inter1_0",
          "layer1", "conv_inter2_0",
          "layer2", "conv_inter3_0",
          "layer3", "conv_inter4_0");

  private static final Map<String, String> LAST_CONVOLUTIONS =
      Map.of(
          "input", "gi_fc2",
          "stem", "g0_fc2",
          "maxpool", "g_fc2r",
          "layer1", "g2_fc2",
          "layer2", "g3_fc2",
          "layer3", "g4_fc2");

  @Override
  public Blueprint blueprint() {
    return Detectors.gramNet();
  }

  @Override
  public String folder() {
    return "gramnet";
  }

  @Override
  public String place(String feature) {
    String map = feature.substring(feature.indexOf('.') + 1);
    if (feature.startsWith("gram_conv.")) {
      return CONVOLUTIONS.get(map);
    }
    if (feature.startsWith("gram_matrix.")) {
      return CONVOLUTIONS.get(map) + ".gram";
    }
    if (feature.startsWith("gram_fc2.")) {
      return LAST_CONVOLUTIONS.get(map);
    }
    return PLACES.getOrDefault(feature, feature);
  }

  @Override
  public InputContract input(String preprocessing) {
    int side = Integer.parseInt(preprocessing.substring("resize".length()));
    InputContract published = blueprint().input();
    return new InputContract(
        new Resize.OpenCvSquare(side),
        side,
        published.channels(),
        published.mean(),
        published.std());
  }

  @Test
  void gram_ofCountedNumbers_isTheAuthors() {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      ModelScope scope = Graphs.SCORING.root(tf, new TrainableVariables());
      // PyTorch's arange(24) of shape [1, 2, 3, 4].
      float[] values = new float[24];
      for (int i = 0; i < values.length; i++) {
        values[i] = i / 2 + 12 * (i % 2);
      }
      var gram = GramNet.gram(scope.at("gram"), Layers.constant(tf, List.of(1, 3, 4, 2), values));
      try (var result = session.runner().fetch(gram).run()) {
        float[] found = new float[4];
        ((TFloat32) result.get(0)).copyTo(DataBuffers.of(found));
        assertThat(found)
            .containsExactly(new float[] {21.0833f, 54.0833f, 54.0833f, 159.0833f}, within(1e-4f));
      }
    }
  }
}
