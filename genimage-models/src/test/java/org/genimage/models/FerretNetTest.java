package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.genimage.models.networks.FerretNet;
import org.junit.jupiter.api.Test;

class FerretNetTest implements FerretNetContract, PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.ferretNet();
  }

  @Override
  public String folder() {
    return "ferretnet";
  }

  /** Zero is in the middle of these numbers, as mean grey is. */
  @Test
  void median_ofCountedNumbers_isTheAuthors() {
    Counted residual =
        Counted.of(5, 3, (scope, x) -> scope.tf().math.sub(x, FerretNet.median(scope.tf(), x)));

    assertThat(residual.toArray())
        .isDeepEqualTo(
            new double[][] {
              {-3, 2, 0, -2, 3, 1},
              {0, -1, -2, -6, 1, 1},
              {3, 3, 3, 1, 1, 3},
              {-1, -1, 0, -1, 1, -3},
              {2, -3, -1, 1, 3, -2}
            });
  }

  @Test
  void network_ofNoWidthOrStage_isRefused() {
    assertThatThrownBy(() -> new FerretNet(3, List.of(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a FerretNet's width must be positive and even, got 3");
    assertThatThrownBy(() -> new FerretNet(4, List.of(1, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a FerretNet needs at least one stage and one block in each, got [1, 0]");
  }
}
