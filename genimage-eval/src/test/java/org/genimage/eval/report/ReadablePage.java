package org.genimage.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page needs so that people can read it with a screen reader or with keys alone. It checks
 * without a browser what axe-core checks in one: landmarks, headings, names of pictures and tables.
 */
public final class ReadablePage {

  private static final Pattern TAG =
      Pattern.compile("<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\"[^\"]*\"|[^\">])*)>");
  private static final Pattern ATTRIBUTE = Pattern.compile("([\\w-]+)=\"([^\"]*)\"");
  private static final Set<String> LANDMARKS = Set.of("header", "nav", "main");

  private final String html;
  private final Deque<Tag> open = new ArrayDeque<>();
  private final List<String> ids = new ArrayList<>();
  private final List<String> regions = new ArrayList<>();
  private final List<Integer> headings = new ArrayList<>();
  private String language = "";
  private int mains;

  /** A tag and its attributes as they are written, and where its content begins. */
  private record Tag(String name, String attributes, int end) {

    String value(String attribute) {
      Matcher found = ATTRIBUTE.matcher(attributes);
      while (found.find()) {
        if (found.group(1).equals(attribute)) {
          return found.group(2);
        }
      }
      return "";
    }

    @Override
    public String toString() {
      return "<" + name + attributes + ">";
    }
  }

  private ReadablePage(String html) {
    this.html = html;
  }

  /** Checks a whole page. */
  public static void check(String html) {
    new ReadablePage(html.replaceAll("(?s)<(script|style)>.*?</\\1>", "")).check();
  }

  private void check() {
    Matcher found = TAG.matcher(html);
    while (found.find()) {
      if (found.group(1).isEmpty()) {
        begin(new Tag(found.group(2), found.group(3), found.end()));
      } else {
        end(found.group(2), found.start());
      }
    }
    assertThat(language).as("language").isNotEmpty();
    assertThat(mains).as("landmarks of the main content").isEqualTo(1);
    assertThat(headings.get(0)).as("first heading").isEqualTo(1);
    for (int i = 1; i < headings.size(); i++) {
      int next = headings.get(i);
      assertThat(next).as("heading %s", i).isBetween(2, headings.get(i - 1) + 1);
    }
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(regions).as("names of regions").doesNotHaveDuplicates().doesNotContain("");
  }

  private void begin(Tag tag) {
    if (!tag.value("id").isEmpty()) {
      ids.add(tag.value("id"));
    }
    if (tag.value("role").equals("region")) {
      regions.add(tag.value("aria-label"));
    }
    if (!open.isEmpty() && open.peek().name().equals("body") && !tag.name().equals("a")) {
      assertThat(LANDMARKS).as("%s is in a landmark", tag).contains(tag.name());
    }
    switch (tag.name()) {
      case "html" -> language = tag.value("lang");
      case "main" -> mains++;
      case "img" -> assertThat(tag.value("alt")).as("name of %.80s", tag).isNotBlank();
      case "svg" -> {
        assertThat(tag.value("role")).as("role of %s", tag).isEqualTo("img");
        assertThat(tag.value("aria-label")).as("name of %s", tag).isNotBlank();
      }
      case "th" -> assertThat(tag.value("scope")).as("scope of %s", tag).isIn("col", "row");
      case "table" -> {
        Tag around = open.element();
        assertThat(around.value("tabindex"))
            .as("focus of %s around a table", around)
            .isEqualTo("0");
        assertThat(around.value("role")).as("role of %s", around).isEqualTo("region");
      }
      default -> {
        if (tag.name().matches("h[1-6]")) {
          headings.add(tag.name().charAt(1) - '0');
        }
      }
    }
    if (!Set.of("img", "meta", "br", "link").contains(tag.name())
        && !tag.attributes().endsWith("/")) {
      open.push(tag);
    }
  }

  private void end(String name, int at) {
    while (!open.isEmpty()) {
      Tag tag = open.pop();
      if (tag.name().equals(name)) {
        if (Set.of("th", "button", "a", "h1", "h2", "h3", "summary").contains(name)) {
          String content = html.substring(tag.end(), at);
          assertThat(content.replaceAll("<(?!img)[^>]*>", ""))
              .as("content of %s", tag)
              .isNotBlank();
        }
        return;
      }
    }
  }

  /**
   * Returns the contrast of two colours by WCAG 2.2, from 1 to 21.
   *
   * @param one such as {@code #fdfdfb}
   * @param other as well
   */
  static double contrast(String one, String other) {
    double first = luminance(one) + 0.05;
    double second = luminance(other) + 0.05;
    return Math.max(first, second) / Math.min(first, second);
  }

  private static double luminance(String colour) {
    String digits = colour.substring(1);
    if (digits.length() == 3) {
      digits = digits.replaceAll("(.)", "$1$1");
    }
    double sum = 0;
    for (Map.Entry<Integer, Double> part : Map.of(0, 0.2126, 2, 0.7152, 4, 0.0722).entrySet()) {
      int from = part.getKey();
      double share = Integer.parseInt(digits.substring(from, from + 2), 16) / 255.0;
      double linear = share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
      sum += part.getValue() * linear;
    }
    return sum;
  }
}
