package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetectorsTest {

  @Test
  void all_listsEveryFactory() throws ReflectiveOperationException {
    List<Blueprint> offered = new ArrayList<>();
    for (Method method : Detectors.class.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())
          && method.getReturnType() == Blueprint.class
          && method.getParameterCount() == 0) {
        offered.add((Blueprint) method.invoke(null));
      }
    }

    assertThat(Detectors.all())
        .containsExactlyInAnyOrderElementsOf(offered)
        .extracting(Blueprint::name)
        .doesNotHaveDuplicates();
  }

  @Test
  void named_ignoresCaseAndHyphens() {
    for (Blueprint each : Detectors.all()) {
      assertThat(Detectors.named(each.name()).name()).isEqualTo(each.name());
    }
    assertThat(Detectors.named("swin-t").name()).isEqualTo("Swin-T");
    assertThat(Detectors.named("RESNET50").name()).isEqualTo("ResNet-50");
  }

  @Test
  void named_unknown_listsAll() {
    assertThatThrownBy(() -> Detectors.named("resnet-18"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "detector must be one of ResNet-50, DeiT-S, Swin-T, CNNSpot, Spec, F3Net, GramNet, got"
                + " 'resnet-18'");
  }
}
