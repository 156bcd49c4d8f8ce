package org.genimage.app.command;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.TensorFlow;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What a report says of its own origin. */
public final class RunManifest {

  /** Options that change no result. */
  private static final Set<String> LEFT_OUT = Set.of("--verbose");

  private RunManifest() {}

  /** Returns the command that runs this one again, and the software and machine that it ran on. */
  public static Map<String, String> of(CommandSpec spec) {
    Build build = Build.current();
    return ImmutableMap.of(
        "command", command(spec),
        "genimage", "%s, commit %s".formatted(build.version(), build.commit()),
        "Java", System.getProperty("java.version"),
        "TensorFlow", TensorFlow.version(),
        "processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
  }

  /** Returns the command with all its options, defaults too. */
  static String command(CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of(spec.qualifiedName()));
    for (OptionSpec option : spec.options()) {
      Object value = option.getValue();
      if (value instanceof Optional<?> optional) {
        value = optional.orElse(null);
      }
      if (value == null
          || option.usageHelp()
          || LEFT_OUT.contains(option.longestName())
          || value instanceof Collection<?> several && several.isEmpty()) {
        continue;
      }
      if (value instanceof Boolean on) {
        if (on) {
          words.add(option.longestName());
        }
      } else if (value instanceof Collection<?> several && option.splitRegex().isEmpty()) {
        several.forEach(one -> words.add(option.longestName() + " " + word(one)));
      } else {
        words.add(option.longestName() + " " + word(value));
      }
    }
    return String.join(" ", words);
  }

  private static String word(Object value) {
    String text =
        value instanceof Collection<?> several
            ? several.stream().map(Object::toString).collect(Collectors.joining(","))
            : value.toString();
    return text.matches("[\\w./:,+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
