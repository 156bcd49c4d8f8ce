package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTextTest {

  private static final List<String> TEXTS =
      List.of(
          "=1+1",
          "+1+1",
          "-photo.jpg",
          "@SUM(1)",
          "\t=1",
          "\r=1",
          "\n=1",
          "\uff1d1",
          "'=1",
          "''-photo.jpg",
          "'quoted'",
          "a,b;c",
          "say \"AI\"",
          "two\r\nlines",
          "-0.5",
          "+2e3",
          "",
          "photo.jpg");

  @Test
  void line_readByAnotherParserWithoutTheApostrophe_givesTheTexts() throws IOException {
    String[] cells =
        new CsvMapper()
            .readerForArrayOf(String.class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .<String[]>readValues(CsvText.line(TEXTS))
            .nextValue();

    assertThat(cells).noneMatch(cell -> cell.matches("(?s)[=+@\t\r\n\uff1d].*[^0-9e.].*"));
    assertThat(cells[2]).isEqualTo("'-photo.jpg");
    assertThat(Arrays.stream(cells).map(cell -> cell.replaceFirst("^'(?='*[=+\\-@\\s\uff1d])", "")))
        .containsExactlyElementsOf(TEXTS);
  }
}
