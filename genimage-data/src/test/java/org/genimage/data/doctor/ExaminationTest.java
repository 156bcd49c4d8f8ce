package org.genimage.data.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteSource;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.genimage.data.Generator;
import org.genimage.data.Label;
import org.genimage.data.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExaminationTest {

  @Test
  void of_imageThatExhaustsMemory_isCorrupt() {
    ByteSource content =
        new ByteSource() {
          @Override
          public InputStream openStream() {
            throw new OutOfMemoryError("Java heap space");
          }
        };

    Examination found =
        Examination.of(new Sample("a.png", content, Label.NATURE, Generator.BIGGAN));

    assertThat(found.defects()).containsExactly(Defect.CORRUPT);
    assertThat(found.reason()).contains("a file that needs more memory than is left");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void of_endlessDevice_isCorrupt(@TempDir Path folder) throws Exception {
    Path device = Files.createSymbolicLink(folder.resolve("a.png"), Path.of("/dev/zero"));

    Examination found = Examination.of(Sample.of(device, Label.NATURE, Generator.BIGGAN));

    assertThat(found.defects()).containsExactly(Defect.CORRUPT);
    assertThat(found.reason()).contains("a named pipe, a device or a socket; leave it out");
  }
}
