package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Strings;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.genimage.models.nn.Parameter;

/**
 * Which entries of a model keep their values.
 *
 * @param patterns regular expressions, each for whole keys
 */
record Frozen(List<String> patterns) {

  /** Nothing is frozen. */
  static final Frozen NONE = new Frozen(List.of());

  private static final int SHOWN = 5;

  /** Checks the patterns. */
  Frozen {
    patterns = List.copyOf(patterns);
    patterns.forEach(Pattern::compile);
  }

  /** Returns what these or others freeze. */
  Frozen and(Frozen others) {
    return new Frozen(Stream.concat(patterns.stream(), others.patterns.stream()).toList());
  }

  boolean covers(Parameter entry) {
    return patterns.stream().anyMatch(pattern -> Pattern.matches(pattern, entry.key()));
  }

  /**
   * Checks that every pattern matches a key and that a parameter can be trained.
   *
   * @throws IllegalArgumentException if not
   */
  void check(List<Parameter> entries) {
    for (String pattern : patterns) {
      checkArgument(
          entries.stream().anyMatch(entry -> Pattern.matches(pattern, entry.key())),
          "a pattern of frozen keys must match a whole key, %s matches none; the nearest are %s",
          pattern,
          nearest(pattern, entries));
    }
    checkArgument(
        entries.stream()
            .anyMatch(entry -> entry.role() == Parameter.Role.TRAINED && !covers(entry)),
        "at least one parameter must be trainable, got patterns that freeze all: %s",
        patterns);
  }

  private static List<String> nearest(String pattern, List<Parameter> entries) {
    return entries.stream()
        .map(Parameter::key)
        .sorted(Comparator.comparing(key -> -Strings.commonPrefix(pattern, key).length()))
        .limit(SHOWN)
        .toList();
  }
}
