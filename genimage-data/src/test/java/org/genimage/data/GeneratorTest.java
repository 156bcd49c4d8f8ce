package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GeneratorTest {

  @Test
  void genimage_constants_areEightWithNamesOfTheirOwn() {
    assertThat(Generator.GENIMAGE).hasSize(8).doesNotHaveDuplicates();
    assertThat(Generator.GENIMAGE).extracting(Generator::name).doesNotHaveDuplicates();
    assertThat(Generator.GENIMAGE).extracting(Generator::folder).doesNotHaveDuplicates();
    assertThat(Generator.GENIMAGE).extracting(Generator::archive).doesNotHaveDuplicates();
  }

  @Test
  void named_anyName_isEqualToItself() {
    assertThat(Generator.named("mine")).isEqualTo(Generator.named("mine")).hasToString("mine");
  }

  @Test
  void of_wrongComponents_isRefused() {
    assertThatThrownBy(() -> Generator.named(" "))
        .hasMessage("a generator's name must not be blank");
    assertThatThrownBy(() -> new Generator("mine", "a", "b", -1))
        .hasMessage("image side of mine must not be negative, got -1");
  }
}
