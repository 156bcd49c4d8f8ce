package org.genimage.data.formats;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.primitives.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JpegSegmentsTest {

  private static final byte[] START = hex("ffd8ffda0002"); // a scan with an empty header

  static IntStream lengths() {
    return IntStream.rangeClosed(0, 20);
  }

  /** So that the marker stands at every place among eight bytes that are looked at together. */
  @ParameterizedTest
  @MethodSource("lengths")
  void walk_markerAfterCodedData_isFound(int length) {
    for (int value : new int[] {0x00, 0x7f, 0x80, 0xfe}) {
      byte[] file = Bytes.concat(START, coded(length, value), hex("fffffffe0003aa"), hex("ffd9"));
      List<String> seen = new ArrayList<>();

      int end =
          JpegSegments.walk(
                  ByteBuffer.wrap(file),
                  (marker, start, size) ->
                      seen.add(Integer.toHexString(marker) + "@" + start + "+" + size))
              .orElseThrow();

      assertThat(seen).containsExactly("ffda@6+0", "fffe@" + (length + 12) + "+1");
      assertThat(end).isEqualTo(file.length);
    }
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void isPlainAfterScan_whatFollowsTheData_decides(int length) {
    byte[] data = Bytes.concat(START, coded(length, 0xfe));

    assertThat(JpegSegments.isPlainAfterScan(Bytes.concat(data, hex("ffd9")))).isTrue();
    assertThat(JpegSegments.isPlainAfterScan(Bytes.concat(data, hex("ffffd9")))).isTrue();
    assertThat(JpegSegments.isPlainAfterScan(Bytes.concat(data, hex("ffda0002ffd9")))).isFalse();
    assertThat(JpegSegments.isPlainAfterScan(Bytes.concat(data, hex("ff")))).isFalse();
    assertThat(JpegSegments.isPlainAfterScan(data)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"ff00ffd9, true", "ffd0ff0012ffd7ffd9, true", "ff01ffd9, false", "ffc4ffd9, false"})
  void isPlainAfterScan_markers_areToldApart(String data, boolean plain) {
    assertThat(JpegSegments.isPlainAfterScan(Bytes.concat(START, hex(data)))).isEqualTo(plain);
  }

  /** Against the definition, byte by byte. */
  @Test
  void isPlainAfterScan_randomData_isByTheDefinition() {
    Random random = new Random(1);
    int plain = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] data = new byte[random.nextInt(40)];
      for (int k = 0; k < data.length; k++) {
        int[] often = {0xff, 0, 0xd0, 0xd9, random.nextInt(256)};
        data[k] = (byte) often[random.nextInt(5)];
      }
      boolean expected = isPlain(data);
      plain += expected ? 1 : 0;

      assertThat(JpegSegments.isPlainAfterScan(Bytes.concat(START, data)))
          .as(HexFormat.of().formatHex(data))
          .isEqualTo(expected);
    }
    assertThat(plain).isBetween(1_000, 19_000);
  }

  private static boolean isPlain(byte[] data) {
    String hex = HexFormat.ofDelimiter(" ").formatHex(data) + " ";
    return hex.matches("(?s)((?!ff)\\w\\w |ff (?=ff)|ff 00 |ff d[0-7] )*ff d9 .*");
  }

  private static byte[] coded(int length, int value) {
    byte[] data = new byte[length];
    Arrays.fill(data, (byte) value);
    return data;
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
