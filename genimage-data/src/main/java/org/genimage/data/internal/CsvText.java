package org.genimage.data.internal;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes lines of CSV (RFC 4180) that no spreadsheet runs. A text that a spreadsheet would take for
 * a formula begins with an apostrophe, which the spreadsheet shows; so does one that begins like
 * such a text. Who reads a cell that begins with an apostrophe and a formula removes the first
 * apostrophe, and has the text.
 */
public final class CsvText {

  /** How a formula begins, in full width, too, which Excel takes for the same. */
  private static final Pattern FORMULA =
      Pattern.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]");

  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

  /** What separates cells somewhere: in some countries that is a semicolon or a tab. */
  private static final Pattern SEPARATOR = Pattern.compile("[,;\"\t\r\n]");

  private CsvText() {}

  /** Returns a line, without its end. */
  public static String line(List<String> cells) {
    return cells.stream().map(CsvText::cell).collect(Collectors.joining(","));
  }

  private static String cell(String text) {
    boolean formula = FORMULA.matcher(text).lookingAt() && !NUMBER.matcher(text).matches();
    String safe = formula ? "'" + text : text;
    return SEPARATOR.matcher(safe).find() ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }
}
