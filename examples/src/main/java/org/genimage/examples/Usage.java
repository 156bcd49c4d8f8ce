package org.genimage.examples;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The command line of the short programs: paths in a fixed order, without options. */
final class Usage {

  private Usage() {}

  /**
   * Returns the arguments as paths.
   *
   * @param names of the arguments, for the message
   * @throws IllegalArgumentException if there are more or fewer arguments than names
   */
  static List<Path> paths(String[] arguments, String... names) {
    checkArgument(
        arguments.length == names.length,
        "expected the arguments %s, found %s; give one path for each",
        String.join(" ", names),
        arguments.length == 0 ? "none" : String.join(" ", arguments));
    return Arrays.stream(arguments).map(Path::of).toList();
  }
}
