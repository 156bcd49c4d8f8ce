package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.ByteStreams;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NameListTest {

  @Test
  void of_names_returnsThem() throws IOException {
    Random random = new Random(1);
    List<String> names =
        Stream.concat(
                IntStream.range(0, 1000)
                    .mapToObj(i -> "%03d_sdv4_%05d.png".formatted(random.nextInt(1000), i)),
                Stream.of("", "a", "a", "é", "見.png", "x".repeat(300), "x".repeat(301)))
            .sorted(NaturalOrder.INSTANCE)
            .toList();

    NameList list = NameList.of(names);
    var out = ByteStreams.newDataOutput();
    list.write(out);

    assertThat(list).isEqualTo(names);
    assertThat(NameList.read(ByteStreams.newDataInput(out.toByteArray()))).isEqualTo(names);
    assertThat(NameList.of(List.of())).isEmpty();
    assertThatThrownBy(() -> list.get(names.size())).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void bytes_namesLikeGenImages_areFew() {
    Random random = new Random(1);
    List<String> names =
        IntStream.range(0, 160_000)
            .mapToObj(i -> "n%08d_%d.JPEG".formatted(2_000_000 + i / 160, random.nextInt(30_000)))
            .sorted(NaturalOrder.INSTANCE)
            .toList();

    assertThat(NameList.of(names).bytes() / 160_000.0).isBetween(5.0, 13.0);
  }

  @ParameterizedTest
  @CsvSource({
    "0, -1",
    "0, 2147483647",
    "4, 1",
    "8, -1",
    "8, 2147483647",
    "12, -1",
    "13, 2139062143"
  })
  void read_impossibleNumber_isRefused(int at, int value) throws IOException {
    var out = ByteStreams.newDataOutput();
    NameList.of(List.of("a.png", "b.png")).write(out);
    ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray()).putInt(at, value);

    assertThatThrownBy(
            () -> NameList.read(new DataInputStream(new ByteArrayInputStream(bytes.array()))))
        .isInstanceOf(IOException.class);
  }
}
