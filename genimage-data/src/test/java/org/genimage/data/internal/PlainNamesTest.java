package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainNamesTest {

  @ParameterizedTest
  @ValueSource(strings = {"ADM", "Stable Diffusion V1.4", "見", "...", "a..b", "=x", "1:2"})
  void isPlain_plainName_isTrue(String name) {
    assertThat(PlainNames.isPlain(name)).isTrue();
    assertThat(PlainNames.leadsOut(name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "/x",
        "a/b",
        "a\\b",
        "..",
        ".",
        "",
        " ",
        "C:x",
        "a\nb",
        "a\0",
        "x/../../y"
      })
  void isPlain_path_isFalse(String name) {
    assertThat(PlainNames.isPlain(name)).isFalse();
  }
}
