package org.genimage.eval.report;

import com.google.common.html.HtmlEscapers;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.genimage.eval.Interval;

/** Text for the report, the same in every locale. */
final class Html {

  private Html() {}

  static String escape(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }

  static String format(String pattern, Object... arguments) {
    return String.format(Locale.ROOT, pattern, arguments);
  }

  static String count(long number) {
    return format("%,d", number);
  }

  /** Returns a number with as many decimals as it needs, three at most. */
  static String number(double value) {
    return format("%.3f", value).replaceFirst("\\.?0+$", "");
  }

  static String percent(double share) {
    return Double.isNaN(share) ? "–" : format("%.1f\u202f%%", 100 * share);
  }

  static String decimal(double value) {
    return Double.isNaN(value) ? "–" : format("%.3f", value);
  }

  static String interval(Interval interval) {
    if (Double.isNaN(interval.low())) {
      return "–";
    }
    return format("%.1f – %.1f", 100 * interval.low(), 100 * interval.high());
  }

  static <T> String join(List<T> parts, Function<T, String> html) {
    return join(parts, "", html);
  }

  static <T> String join(List<T> parts, String separator, Function<T, String> html) {
    return parts.stream().map(html).collect(Collectors.joining(separator));
  }
}
