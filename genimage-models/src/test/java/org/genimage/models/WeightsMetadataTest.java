package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.genimage.data.fuzz.Fuzzer;
import org.genimage.data.image.Filter;
import org.genimage.models.weights.Weights;
import org.genimage.models.weights.WeightsException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What weights say of their detector is taken as it is written, or refused. */
class WeightsMetadataTest {

  private static final Blueprint TINY = DetectorTest.TINY;
  private static final String INPUT = "genimage.input";
  private static final String REST =
      "\"channels\":\"RGB\",\"mean\":[0.5,0.25,0],\"std\":[1.0,2,0.5]}";

  private static Blueprint applied(Map<String, String> metadata) {
    return WeightsMetadata.apply(TINY, Weights.of(Map.of()).with(metadata));
  }

  private static Blueprint withInput(String json) {
    return applied(Map.of(INPUT, json));
  }

  @Test
  void input_ofEachResize_isReadAsItIsWritten() {
    for (Resize resize :
        List.of(
            new Resize.None(),
            new Resize.ShorterSide(10, Filter.BICUBIC),
            new Resize.Square(InputContract.MAX_SIDE, Filter.LANCZOS),
            new Resize.OpenCvSquare(1),
            new Resize.Tile(224),
            new Resize.Whole(2))) {
      InputContract input = InputContract.imagenet(resize, 9).channels(ChannelOrder.BGR);

      assertThat(InputMetadata.read(InputMetadata.write(input))).isEqualTo(input);
    }
    assertThat(withInput("{\"side\":8," + REST).input())
        .isEqualTo(
            new InputContract(
                new Resize.None(),
                8,
                ChannelOrder.RGB,
                List.of(0.5f, 0.25f, 0f),
                List.of(1f, 2f, 0.5f)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"8\"",
        "4294967304",
        "2147483647",
        "4097",
        "0",
        "-8",
        "8.5",
        "8.0",
        "null",
        "true",
        "[8]",
        "99999999999999999999999"
      })
  void input_sideThatIsNone_isRefused(String side) {
    assertThatThrownBy(() -> withInput("{\"side\":" + side + "," + REST))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "metadata genimage.input is not as genimage writes it: expected side to be a whole"
                + " number from 1 to 4096, found %s; correct it, or write the weights again",
            side);
    for (String resize :
        List.of("resize_shorter_side", "resize_square", "resize_opencv_square", "tile", "whole")) {
      assertThatThrownBy(() -> withInput("{\"%s\":%s,\"side\":8,%s".formatted(resize, side, REST)))
          .isInstanceOf(WeightsException.class)
          .hasMessageContaining("expected %s to be a whole number from 1 to 4096", resize);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"mean\":[\"0.485\",0,0],\"std\":[1,1,1] | mean to be three numbers, found"
            + " [\"0.485\",0,0]",
        "\"mean\":[null,0,0],\"std\":[1,1,1] | mean to be three numbers, found [null,0,0]",
        "\"mean\":[true,0,0],\"std\":[1,1,1] | mean to be three numbers, found [true,0,0]",
        "\"mean\":[0,0],\"std\":[1,1,1] | mean to be three numbers, found [0,0]",
        "\"mean\":[0,0,0,0],\"std\":[1,1,1] | mean to be three numbers, found [0,0,0,0]",
        "\"mean\":{\"a\":0,\"b\":0,\"c\":0},\"std\":[1,1,1] | mean to be three numbers, found {",
        "\"mean\":0.5,\"std\":[1,1,1] | mean to be three numbers, found 0.5",
        "\"std\":[1,1,1] | mean to be three numbers, found none",
        "\"mean\":[0,0,0] | std to be three numbers, found none",
        "\"mean\":[0,0,0],\"std\":[\"1\",1,1] | std to be three numbers, found [\"1\",1,1]",
        "\"mean\":[1e39,0,0],\"std\":[1,1,1] | mean must be from -1000 to 1000, got [Infinity,",
        "\"mean\":[0,-1001,0],\"std\":[1,1,1] | mean must be from -1000 to 1000, got [0.0, -1001.0",
        "\"mean\":[0,0,0],\"std\":[1,0,1] | standard deviation must be from 1e-6 to 1000, got"
            + " [1.0,",
        "\"mean\":[0,0,0],\"std\":[1,-1,1] | standard deviation must be from 1e-6 to 1000, got",
        "\"mean\":[0,0,0],\"std\":[1e-60,1,1] | standard deviation must be from 1e-6 to 1000, got",
        "\"mean\":[0,0,0],\"std\":[1e99,1,1] | standard deviation must be from 1e-6 to 1000, got",
        "\"mean\":[0,0,0],\"std\":[1,1,1],\"mean\":[0,0,0] | expected a JSON object, found {",
        "\"mean\":[NaN,0,0],\"std\":[1,1,1] | expected a JSON object, found {"
      })
  void input_statisticsThatAreNone_areRefused(String statistics, String reason) {
    assertThatThrownBy(() -> withInput("{\"side\":8,\"channels\":\"RGB\"," + statistics + "}"))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"resize_longer_side\":10 | found resize_longer_side",
        "\"Resize_square\":10,\"filter\":\"BICUBIC\" | found Resize_square",
        "\"crop\":true | found crop",
        "\"resize_square\":10 | expected filter to be one of [BILINEAR, BICUBIC, LANCZOS], found"
            + " none",
        "\"resize_square\":10,\"filter\":\"bicubic\" | expected filter to be one of",
        "\"resize_square\":10,\"filter\":1 | expected filter to be one of",
        "\"filter\":\"BICUBIC\" | expected a filter only with resize_shorter_side or resize_square",
        "\"whole\":1,\"filter\":\"BICUBIC\" | expected a filter only with",
        "\"whole\":1,\"tile\":9 | expected one resize",
        "\"resize_opencv_square\":9,\"filter\":\"BICUBIC\" | expected a filter only with",
        "\"resize_opencv_square\":9,\"resize_square\":9,\"filter\":\"BICUBIC\" | expected one"
            + " resize"
      })
  void input_fieldThatIsUnknownOrOutOfPlace_isRefused(String field, String reason) {
    assertThatThrownBy(() -> withInput("{" + field + ",\"side\":8," + REST))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"rgb\"", "\"GRB\"", "null", "0", "[\"RGB\"]", "\"\""})
  void input_channelsThatAreNone_areRefused(String channels) {
    assertThatThrownBy(
            () ->
                withInput(
                    "{\"side\":8,\"channels\":%s,\"mean\":[0,0,0],\"std\":[1,1,1]}"
                        .formatted(channels)))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("expected channels to be one of [RGB, BGR], found " + channels);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{", "[]", "8", "null", "\"{}\"", "{} {}", "text"})
  void input_thatIsNoObject_isRefused(String text) {
    assertThatThrownBy(() -> withInput(text))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("expected ");
  }

  @Test
  void input_ofAMegabyte_isRefusedInOneShortSentence() {
    assertThatThrownBy(() -> withInput("{\"side\":\"" + "8".repeat(1 << 20) + "\"," + REST))
        .isInstanceOf(WeightsException.class)
        .message()
        .hasSizeLessThan(300);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nature_ai", "NATURE_AI ", "2", "AI"})
  void head_thatIsNone_isRefused(String head) {
    assertThatThrownBy(() -> applied(Map.of("genimage.head", head)))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(
            "expected one of [NATURE_AI, AI_NATURE, AI_LOGIT, NATURE_LOGIT], found " + head);
  }

  @ParameterizedTest
  @CsvSource({"DeiT-S, 33", "Swin-T, 100", "F3Net, 3", "Spec, 1"})
  void input_thatTheNetworkCannotTake_isRefused(String detector, int side) {
    Blueprint blueprint = Detectors.named(detector);
    Weights weights =
        Weights.of(Map.of()).with(Map.of(INPUT, InputMetadata.write(InputContract.crop(side))));

    assertThatThrownBy(() -> blueprint.load(weights))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(
            "expected metadata genimage.input with an input that %s can take, found a side of %d",
            blueprint.name(), side);
  }

  @Test
  void keyOfGenimageThatIsUnknown_isRefused() {
    assertThatThrownBy(() -> applied(Map.of("genimage.treshold", "0.3")))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "expected only metadata that this version of genimage knows, found genimage.treshold"
                + " (nearest: genimage.threshold); correct the name, or let it begin otherwise than"
                + " genimage.");
    assertThat(applied(Map.of("treshold", "0.3", "genimage", "x"))).isEqualTo(TINY);
  }

  @Test
  void head_ofOtherOutputs_isRefused(@TempDir Path folder) {
    assertThatThrownBy(() -> applied(Map.of("genimage.head", "AI_LOGIT")))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            "expected metadata genimage.head of a head with 2 outputs, which tiny has, found"
                + " AI_LOGIT, which needs 1; load the weights into the variant that they are of");
    Path file = folder.resolve("tiny.safetensors");
    TINY.initialWeights(1).with(Map.of("genimage.head", "NATURE_LOGIT")).write(file);
    assertThatThrownBy(() -> TINY.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": expected metadata genimage.head");
    Path unknown = folder.resolve("unknown.safetensors");
    Weights.of(Map.of())
        .with(Map.of("genimage.detector", "ResNet-50", "genimage.head", "AI"))
        .write(unknown);
    assertThatThrownBy(() -> Detectors.load(unknown))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(unknown + ": metadata genimage.head is not as genimage writes it");
    assertThat(applied(Map.of("genimage.head", "AI_NATURE")).head()).isEqualTo(Head.AI_NATURE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " 1",
        "1f",
        "0x1p3",
        "NaN",
        "Infinity",
        "-1",
        "1,5",
        "one",
        "٠.٥",
        "1e",
        "1e9999",
        ".5"
      })
  void calibration_thatIsNoDecimalNumber_isRefused(String number) {
    for (String key : List.of("genimage.temperature", "genimage.threshold")) {
      assertThatThrownBy(() -> Weights.of(Map.of()).with(Map.of(key, number)).calibration())
          .isInstanceOf(WeightsException.class)
          .hasMessage(
              "expected metadata %s to be a decimal number, found %s; write it with"
                  + " Weights.calibrated",
              key, number);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0.5", "1e999, 0.5", "1, 1.5", "1, 2e0"})
  void calibration_outOfRange_isRefused(String temperature, String threshold) {
    Map<String, String> metadata =
        Map.of("genimage.temperature", temperature, "genimage.threshold", threshold);

    assertThatThrownBy(() -> Weights.of(Map.of()).with(metadata).calibration())
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith("expected metadata of a calibration, found others: ");
  }

  @Test
  @Tag("fuzz")
  void metadata_damaged_isReadOrRefused() {
    byte[][] seeds =
        Detectors.catalogue().stream()
            .map(
                one ->
                    InputMetadata.write(one.blueprint().input()).getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    Fuzzer.of(seeds)
        .allowing(WeightsException.class)
        .run(
            "metadata",
            input -> {
              String text = new String(input, StandardCharsets.ISO_8859_1);
              InputContract read = withInput(text).input();
              assertThat(InputMetadata.read(InputMetadata.write(read))).isEqualTo(read);
            });
    Fuzzer.of(bytes("1.7"), bytes("0.5"), bytes("1e-3"), bytes("NATURE_AI"))
        .allowing(WeightsException.class)
        .run(
            "calibration",
            input -> {
              String text = new String(input, StandardCharsets.ISO_8859_1);
              Weights.of(Map.of()).with(Map.of("genimage.temperature", text)).calibration();
              applied(Map.of("genimage.head", text));
            });
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
