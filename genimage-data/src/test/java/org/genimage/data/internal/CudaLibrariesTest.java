package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class CudaLibrariesTest {

  @Test
  @EnabledOnOs(OS.LINUX)
  void problem_libraryThatOpens_isNoneEveryTime() {
    assertThat(CudaLibraries.problem("libm.so.6")).isEmpty();
    assertThat(CudaLibraries.problem("libm.so.6")).isEmpty();
  }

  @Test
  void problem_libraryThatIsMissing_isNamed() {
    assertThat(CudaLibraries.problem("libnowhere.so.1"))
        .hasValueSatisfying(problem -> assertThat(problem).contains("libnowhere.so.1"));
  }
}
