package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;

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
}
