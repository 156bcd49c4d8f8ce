package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteStreams;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.genimage.data.fuzz.Fuzzer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NameListFuzzTest {

  @Test
  @Tag("fuzz")
  void read_damagedList_isRefusedOrComplete() throws IOException {
    List<String> names = IntStream.range(0, 40).mapToObj(i -> "n%05d_é.png".formatted(i)).toList();
    var out = ByteStreams.newDataOutput();
    NameList.of(names).write(out);

    Fuzzer.of(out.toByteArray())
        .allowing(IOException.class)
        .run(
            "names",
            input -> {
              DataInput in = new DataInputStream(new ByteArrayInputStream(input));
              assertThat(NameList.read(in)).allMatch(name -> name.length() < 1000);
            });
  }
}
