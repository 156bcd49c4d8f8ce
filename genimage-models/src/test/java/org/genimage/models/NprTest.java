package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ascii;
import org.genimage.models.networks.Npr;
import org.junit.jupiter.api.Test;

class NprTest implements WholeImagesContract, PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.npr();
  }

  @Override
  public String folder() {
    return "npr";
  }

  @Override
  public String place(String feature) {
    return feature.equals("stem") ? "act1" : feature;
  }

  @Override
  public InputContract input(String preprocessing) {
    return NprProtocol.valueOf(Ascii.toUpperCase(preprocessing)).input();
  }

  @Override
  public InputContract whole() {
    return NprProtocol.NATIVE.input();
  }

  @Test
  void relationships_ofCountedNumbers_areTheAuthors() {
    Counted found = Counted.of(4, 0, (scope, x) -> Npr.relationships(scope.tf(), x));

    assertThat(found.toArray())
        .isDeepEqualTo(
            new double[][] {
              {0, 5, 0, -2, 0, -2},
              {3, 2, -2, -3, 0, -1},
              {0, 0, 0, 0, 0, 0},
              {-4, -3, -2, -1, 0, -6}
            });
  }

  @Test
  void network_ofAnOddSide_isRefused() {
    Blueprint odd = Detectors.npr().input(InputContract.crop(63));

    assertThatThrownBy(odd::entries)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("NPR needs images of even sides, got [1, 63, 63, 3]");
  }
}
