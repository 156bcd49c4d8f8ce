package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.genimage.models.networks.Safe;
import org.junit.jupiter.api.Test;

class SafeTest implements WholeImagesContract, PublishedNetworkContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.safe();
  }

  @Override
  public String folder() {
    return "safe";
  }

  @Override
  public String place(String feature) {
    return feature.equals("stem") ? "act1" : feature;
  }

  @Override
  public double featureTolerance(String example) {
    return example.equals("odd") ? 1e-4 : 2e-5; // coordinates of the resize in 32 bits
  }

  @Override
  public InputContract whole() {
    return blueprint().input().resize(new Resize.Whole(1));
  }

  @Test
  void band_ofCountedNumbers_isTheLibrarys() {
    Counted band = Counted.of(5, 0, Safe::band);

    assertThat(band.toArray())
        .isDeepEqualTo(
            new double[][] {
              {-3, 3, -.5, -.5, .5},
              {3, -3, .5, .5, -.5},
              {-.5, .5, .5, -3, 3},
              {0, 0, 0, 0, 0},
              {.5, -.5, -.5, 3, -3}
            });
  }

  @Test
  void resized_bandOfCountedNumbers_isTheAuthors() {
    Counted front =
        Counted.of(
            5,
            0,
            (scope, x) -> Safe.resized(scope.tf(), Safe.band(scope, x), scope.tf().array(5, 6)));

    assertThat(front.rows()).isEqualTo(5);
    assertThat(front.row(0, 1))
        .containsExactly(new double[] {-3, 1.5, .9583, -.5, -.25, .5}, within(1e-4));
  }
}
