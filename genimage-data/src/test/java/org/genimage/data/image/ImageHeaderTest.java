package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.io.ByteSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.genimage.data.reference.ReferenceData;
import org.genimage.data.simulation.SimulatedFiles;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageHeaderTest {

  private static final Pattern QUALITY = Pattern.compile(".*_q(\\d+)\\..*");

  static Stream<JsonNode> files() {
    return StreamSupport.stream(
            ReferenceData.json("images/decode.json").get("images").spliterator(), false)
        .filter(file -> file.get("outcome").asText().equals("ok"));
  }

  @Tag("reference")
  @ParameterizedTest
  @MethodSource("files")
  void read_soundFile_isAsPillowSays(JsonNode file) throws IOException {
    String name = file.get("file").asText();
    String format = file.get("format").asText();

    ImageHeader header = header(ReferenceData.bytes("images/" + name));

    assertThat(header.format()).isEqualToIgnoringCase(format);
    if (format.equals("JPEG") || format.equals("PNG")) {
      assertThat(header.width()).isEqualTo(file.get("width").asInt());
      assertThat(header.height()).isEqualTo(file.get("height").asInt());
    }
    if (format.equals("JPEG")) {
      assertThat(header.channels())
          .isEqualTo(
              switch (file.get("mode").asText()) {
                case "L" -> 1;
                case "CMYK" -> 4;
                default -> 3;
              });
      Matcher quality = QUALITY.matcher(name);
      if (quality.matches()) {
        assertThat(header.quality()).hasValue(Integer.parseInt(quality.group(1)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 49, 50, 75, 90, 95, 96, 97, 99, 100})
  void quality_ofJavasEncoder_isWhatItWasAskedFor(int quality) throws IOException {
    Image grey = Image.of(16, 16, new byte[768]);

    assertThat(header(SimulatedFiles.jpeg(grey, quality / 100f)).quality()).hasValue(quality);
  }

  @Test
  void read_cutAnywhere_tellsWhatItCan() throws IOException {
    for (String name : new String[] {"png_rgb.png", "jpeg_progressive_420_q75.jpg"}) {
      byte[] file = ReferenceData.bytes("images/" + name);
      for (int length = 0; length < Math.min(700, file.length); length++) {
        ImageHeader header = header(Arrays.copyOf(file, length));
        assertThat(header.width()).isNotNegative();
      }
    }
    assertThat(header(new byte[0]).format()).isEqualTo("unknown");
  }

  private static ImageHeader header(byte[] file) throws IOException {
    return ImageHeader.read(ByteSource.wrap(file).openStream());
  }
}
