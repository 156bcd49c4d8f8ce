package org.genimage.eval.report;

import com.google.common.html.HtmlEscapers;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.genimage.eval.statistics.Interval;

/** Text and numbers for a {@link Section}, the same in every locale. */
public final class Html {

  private static final String NONE = "–";

  private Html() {}

  /** Returns a text with {@code <}, {@code >}, {@code &} and both quotes escaped. */
  public static String escape(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }

  /** Returns a count with commas between thousands, such as {@code 12,000}. */
  public static String count(long number) {
    return format("%,d", number);
  }

  /** Returns a number with as many decimals as it needs, three at most. */
  public static String number(double value) {
    return format("%.3f", value).replaceFirst("\\.?0+$", "");
  }

  /** Returns a share in [0, 1] in per cent with one decimal; a dash for NaN. */
  public static String percent(double share) {
    return Double.isNaN(share) ? NONE : format("%.1f\u202f%%", 100 * share);
  }

  /** Returns a number with three decimals; a dash for NaN. */
  public static String decimal(double value) {
    return Double.isNaN(value) ? NONE : format("%.3f", value);
  }

  /** Returns both ends of an interval of shares in per cent with one decimal; a dash for NaN. */
  public static String interval(Interval interval) {
    return Double.isNaN(interval.low())
        ? NONE
        : format("%.1f – %.1f", 100 * interval.low(), 100 * interval.high());
  }

  static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }

  static <T> String join(List<T> parts, Function<T, String> html) {
    return join(parts, "", html);
  }

  static <T> String join(List<T> parts, String separator, Function<T, String> html) {
    return parts.stream().map(html).collect(Collectors.joining(separator));
  }
}
