package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTreeTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":{\"b\":[1,-2,3000000000,123456789012345678901234567890,1.5e3,true,false,null]}}",
        "[]",
        "{}",
        " \"text \\u00e4 \\n\" ",
        "7",
        "null",
        "",
        " "
      })
  void read_givesTheTreeOfJacksonsMapper(String text) throws IOException {
    assertThat(JsonTree.read(text)).isEqualTo(new JsonMapper().readTree(text));
    assertThat(JsonTree.read(text.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(new JsonMapper().readTree(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"a\":1,\"a\":2}", "{} {}", "[1,]", "{\"a\":}", "{", "[", "text", "{\"a\" 1}"})
  void read_whatIsNoJsonOrMoreThanOneValue_isRefused(String text) {
    assertThatThrownBy(() -> JsonTree.read(text)).isInstanceOf(JsonProcessingException.class);
  }

  /** Each level takes a frame of the stack. */
  @Test
  void read_deeplyNested_isRefused() {
    assertThatThrownBy(() -> JsonTree.read("[".repeat(100_000)))
        .isInstanceOf(JsonProcessingException.class);
  }

  @Test
  void bytes_areThoseOfJacksonsMapper() throws IOException {
    Map<String, String> texts =
        new TreeMap<>(Map.of("b", "\u00e4\"\\\n\u0001", "a", "\ud83d\ude00"));
    List<Integer> integers = List.of(3, 0, Integer.MAX_VALUE);

    byte[] found =
        JsonTree.bytes(
            json -> {
              json.writeStartObject();
              JsonTree.texts(json, "texts", texts);
              json.writeFieldName("integers");
              JsonTree.integers(json, integers);
              json.writeEndObject();
            });

    Map<String, Object> same = new TreeMap<>(Comparator.reverseOrder());
    same.put("texts", texts);
    same.put("integers", integers);
    assertThat(found).isEqualTo(new JsonMapper().writeValueAsBytes(same));
  }
}
