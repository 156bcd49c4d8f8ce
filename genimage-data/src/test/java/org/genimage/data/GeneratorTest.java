package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
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
  void published_sums_areThePapers() {
    assertThat(sum(Split.TRAIN, Label.AI)).isEqualTo(1_300_000);
    assertThat(sum(Split.VALIDATION, Label.AI)).isEqualTo(50_000);
    assertThat(sum(Split.VALIDATION, Label.NATURE)).isEqualTo(50_000);
    assertThat(Generator.GENIMAGE).allMatch(g -> g.published(Split.TRAIN, Label.NATURE).isEmpty());
    assertThat(Generator.named("mine").published(Split.TRAIN, Label.AI)).isEmpty();
  }

  @Test
  void settings_notStated_areUnknown() {
    assertThat(Generator.ADM.settings())
        .hasToString("guidance scale 10.0, sampler DDIM, steps 1000, seed unknown");
    assertThat(Generator.STABLE_DIFFUSION_V1_4.settings().seed()).hasValue(42);
    assertThat(Generator.BIGGAN.settings())
        .isEqualTo(GeneratorSettings.UNKNOWN)
        .hasToString("guidance scale unknown, sampler unknown, steps unknown, seed unknown");
  }

  @Test
  void named_anyName_isEqualToItself() {
    assertThat(Generator.named("mine")).isEqualTo(Generator.named("mine")).hasToString("mine");
  }

  @Test
  void release_ofKnownGenerators_hasKindAndSource() {
    assertThat(Generator.GENIMAGE)
        .allSatisfy(generator -> assertThat(generator.release()).isPresent());
    assertThat(Generator.MIDJOURNEY.release().orElseThrow())
        .hasToString(
            "2023-03-15 (UNKNOWN, AI-GenBench, deepfake_timeline.csv at 2332e50)"); // version 5
    assertThat(Generator.ADM.release().orElseThrow().kind()).isEqualTo(Release.Kind.CODE);
    assertThat(Generator.named("dalle-mini").release().orElseThrow().date())
        .isEqualTo(LocalDate.of(2021, 7, 2));
    assertThat(Generator.named("Stable-Diffusion-2.1").release())
        .isEqualTo(Generator.named("SD2.1").release());
    assertThat(Generator.named("mine").release()).isEmpty();
    Release mine = new Release(LocalDate.of(2024, 1, 1), Release.Kind.SERVICE, "my notes");
    assertThat(Generator.named("mine").release(mine).release()).contains(mine);
    assertThatThrownBy(() -> new Release(LocalDate.EPOCH, Release.Kind.PAPER, " "))
        .hasMessage("the date of a release must have a source, got none");
  }

  @Test
  void of_wrongComponents_isRefused() {
    assertThatThrownBy(() -> Generator.named(" "))
        .hasMessage("a generator's name must not be blank");
    assertThatThrownBy(() -> new Generator("mine", "a", "b", -1))
        .hasMessage("image side of mine must not be negative, got -1");
  }

  private static int sum(Split split, Label label) {
    return Generator.GENIMAGE.stream()
        .mapToInt(generator -> generator.published(split, label).orElseThrow())
        .sum();
  }
}
