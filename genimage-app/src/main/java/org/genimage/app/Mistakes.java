package org.genimage.app;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what is wrong with a command line, for people who meet the program for the first time. */
final class Mistakes {

  private static final Map<Class<?>, String> KINDS =
      Map.of(
          int.class, "a whole number",
          Integer.class, "a whole number",
          long.class, "a whole number",
          Long.class, "a whole number",
          double.class, "a number",
          Double.class, "a number",
          boolean.class, "true or false");

  private Mistakes() {}

  /** Returns a sentence about the mistake. */
  static String sentence(ParameterException problem) {
    CommandLine command = problem.getCommandLine();
    if (problem instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      return missing(command, missing);
    }
    if (problem instanceof UnmatchedArgumentException unmatched) {
      return unmatched(command, unmatched);
    }
    if (problem.getClass() == ParameterException.class
        && problem.getArgSpec() == null
        && !command.getSubcommands().isEmpty()) {
      return noCommand(command);
    }
    return wrongName(problem).or(() -> wrongKind(problem)).orElse(problem.getMessage());
  }

  /** Returns a line that says where more is said. */
  static String advice(ParameterException problem) {
    CommandLine command = problem.getCommandLine();
    String help =
        command.getSubcommands().isEmpty() ? "explains the command" : "lists all commands";
    return "'%s --help' %s.".formatted(command.getCommandSpec().qualifiedName(), help);
  }

  private static String noCommand(CommandLine command) {
    return "expected a command after '%s', found none; for example: %s"
        .formatted(command.getCommandSpec().qualifiedName(), example(command));
  }

  /** Returns the first example of a command's help, without its explanation. */
  private static String example(CommandLine command) {
    String[] footer = command.getCommandSpec().usageMessage().footer();
    return footer[2].strip().split(" {3}")[0];
  }

  private static String missing(CommandLine command, MissingParameterException problem) {
    ArgSpec argument = problem.getMissing().get(0);
    if (argument.isOption() && !argument.required()) {
      return "%s needs a value: %s"
          .formatted(((OptionSpec) argument).longestName(), text(argument));
    }
    return problem.getMissing().stream()
        .map(one -> "%s: %s".formatted(label(one), text(one)))
        .collect(
            Collectors.joining("; and ", command.getCommandSpec().qualifiedName() + " needs ", ""));
  }

  private static String label(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? option.longestName() + "=" + option.paramLabel()
        : argument.paramLabel();
  }

  private static String text(ArgSpec argument) {
    String text = String.join(" ", argument.description());
    int defaults = text.indexOf(" (default:");
    return defaults < 0 ? text : text.substring(0, defaults);
  }

  private static String unmatched(CommandLine command, UnmatchedArgumentException problem) {
    String found = problem.getUnmatched().get(0);
    String name = command.getCommandSpec().qualifiedName();
    List<String> near = problem.getSuggestions();
    if (problem.isUnknownOption()) {
      return "%s has no option '%s'".formatted(name, found)
          + (near.isEmpty() ? "" : "; did you mean %s?".formatted(String.join(" or ", near)));
    }
    if (command.getSubcommands().isEmpty()) {
      return "%s takes no argument '%s'; put names with blanks in quotes".formatted(name, found);
    }
    if (isFile(found) && command.getParent() == null) {
      return "expected a command, found the file '%s'; to score it: %s score %s"
          .formatted(found, name, found);
    }
    return "there is no command '%s %s'".formatted(name, found)
        + (near.isEmpty() ? "" : "; did you mean '%s %s'?".formatted(name, lastWord(near.get(0))));
  }

  private static boolean isFile(String name) {
    try {
      return Files.exists(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Returns the names that an option takes, as the help has them. */
  private static Optional<String> wrongName(ParameterException problem) {
    ArgSpec argument = problem.getArgSpec();
    if (argument == null
        || !problem.getMessage().contains("expected one of [")
        || argument.typeInfo().getEnumConstantNames() == null) {
      return Optional.empty();
    }
    String names =
        String.join(", ", argument.typeInfo().getEnumConstantNames())
            .toLowerCase(Locale.ROOT)
            .replace('_', '-');
    return Optional.of(
        "%s: expected one of %s, found '%s'"
            .formatted(label(argument).split("=")[0], names, problem.getValue()));
  }

  /** Returns what a value should be, where it is another kind of value: picocli speaks Java's. */
  private static Optional<String> wrongKind(ParameterException problem) {
    if (problem.getArgSpec() == null || !problem.getMessage().contains("' is not a")) {
      return Optional.empty();
    }
    ArgSpec argument = problem.getArgSpec();
    return argument.typeInfo().getAuxiliaryTypes().length == 0
        ? Optional.empty()
        : Optional.ofNullable(KINDS.get(argument.typeInfo().getAuxiliaryTypes()[0]))
            .map(
                kind ->
                    "%s: expected %s, found '%s'"
                        .formatted(
                            ((OptionSpec) argument).longestName(), kind, problem.getValue()));
  }

  private static String lastWord(String text) {
    return text.substring(text.lastIndexOf(' ') + 1);
  }
}
