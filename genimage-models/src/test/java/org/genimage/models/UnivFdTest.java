package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.genimage.data.reference.ReferenceFill;
import org.genimage.models.networks.UnivFd;
import org.genimage.models.nn.Network;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * UnivFD's keys and preprocessing, and of its tower what comes before the third of 24 blocks, which
 * does not depend on the others. {@link UnivFdWholeTest} has the rest.
 */
class UnivFdTest implements UnivFdContract {

  private static final UnivFd SHALLOW = new UnivFd(14, 1024, 2, 16, 768, 1);
  private static final Map<String, Weights> FILLED = new HashMap<>();

  @Override
  public Blueprint blueprint() {
    return Detectors.univFd();
  }

  @Override
  public Network network() {
    return SHALLOW;
  }

  @Override
  public boolean compares(String feature) {
    return List.of("conv1", "tokens", "ln_pre").contains(feature)
        || feature.startsWith("resblocks.0")
        || feature.equals("resblocks.1");
  }

  /** Two kinds of graphs have the same two fills. */
  @Override
  public Weights filled(JsonNode overrides, ReferenceFill fill) {
    return FILLED.computeIfAbsent(
        overrides.toString(), key -> NetworkContract.filled(shallow(), overrides, fill));
  }

  @AfterAll
  static void forgetFills() {
    FILLED.clear();
  }

  private static Blueprint shallow() {
    Blueprint whole = Detectors.univFd();
    return new Blueprint(whole.name(), SHALLOW, whole.input(), whole.head());
  }

  @Test
  void shallowNetwork_isTheWholeOneWithFewerBlocks() {
    assertThat(((UnivFd) blueprint().network()).depth(2)).isEqualTo(SHALLOW);
  }

  /** The authors draw the head's weights with a deviation of 0.02; its bias is PyTorch's. */
  @Test
  void initialWeights_ofTheHead_areTheAuthors() {
    Weights weights = shallow().initialWeights(7);
    double[] values = NetworkContract.doubles(weights.get("fc.weight").toFloats());
    double mean = Arrays.stream(values).average().orElseThrow();

    assertThat(values).hasSize(768);
    assertThat(NetworkContract.deviation(values, mean))
        .isCloseTo(0.02, within(5 * 0.02 / Math.sqrt(2.0 * 768)));
    assertThat(mean).isCloseTo(0, within(5 * 0.02 / Math.sqrt(768)));
    assertThat(Math.abs(weights.get("fc.bias").toFloats()[0]))
        .isLessThan((float) Math.sqrt(1.0 / 768));
    assertThat(biases().distinct().count()).isGreaterThan(90);
  }

  private static DoubleStream biases() {
    Blueprint tiny =
        new Blueprint("tiny", new UnivFd(8, 8, 1, 2, 768, 1), InputContract.crop(8), Head.AI_LOGIT);
    return IntStream.range(0, 100)
        .mapToDouble(seed -> tiny.initialWeights(seed).get("fc.bias").toFloats()[0])
        .peek(bias -> assertThat(Math.abs(bias)).isLessThan(Math.sqrt(1.0 / 768)));
  }
}
