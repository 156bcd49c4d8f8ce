package org.genimage.models.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.genimage.data.internal.NativeRuntime;
import org.junit.jupiter.api.Test;

class TensorFlowStartTest {

  /** Beside the reading of weights, a failure would be logged alone. */
  @Test
  void start_fillsAndRunsALayer() {
    NativeRuntime.prepare();

    assertThatCode(TensorFlowStart::start).doesNotThrowAnyException();
  }

  @Test
  void beside_returnsWhatTheWorkReturnsAndThrowsWhatItThrows() {
    for (int i = 0; i < 2; i++) {
      assertThat(TensorFlowStart.<String>beside(() -> "done")).isEqualTo("done");
      assertThatThrownBy(
              () ->
                  TensorFlowStart.beside(
                      () -> {
                        throw new IllegalStateException("not done");
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("not done");
    }
  }
}
