package org.genimage.app;

import com.google.common.base.Preconditions;
import com.google.common.base.Throwables;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.genimage.app.command.ExitCode;
import org.genimage.app.command.Terminal;
import org.genimage.app.command.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Runs a command line and ends the Java runtime with its exit code. */
public final class Main {

  private static final String PACKAGES = "org.genimage.";

  /** Characters of a line of help. */
  private static final int WIDTH = 100;

  /** The parent of all loggers here; held, because loggers that nobody holds lose their level. */
  private static final Logger LOGGER = Logger.getLogger("org.genimage");

  /** Logs speed and time left, which on a terminal the progress line shows. */
  private static final Logger TRAINING = Logger.getLogger("org.genimage.train");

  /** The command that writes the names of all commands and options. */
  private static final String COMPLETION = "generate-completion";

  private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

  private Main() {}

  /** Runs {@code genimage} with these arguments. */
  public static void main(String[] arguments) {
    System.exit(commandLine(arguments).execute(arguments));
  }

  /** Returns the whole program, ready to be executed; a test gives it other streams. */
  public static CommandLine commandLine() {
    return commandLine(type -> true);
  }

  /**
   * Returns the program for some arguments. Commands that are not among them are there with name
   * and description alone, for help and suggestions: to read the options of all takes long.
   */
  static CommandLine commandLine(String... arguments) {
    Set<String> given = Set.copyOf(Arrays.asList(arguments));
    boolean all = given.contains(COMPLETION) || given.stream().anyMatch(one -> one.startsWith("@"));
    return commandLine(type -> all || given.contains(type.name()));
  }

  private static CommandLine commandLine(Predicate<Command> whole) {
    CommandLine program = new CommandLine(new Genimage());
    for (Class<?> type : Genimage.COMMANDS) {
      Command command = type.getAnnotation(Command.class);
      program.addSubcommand(
          command.name(), whole.test(command) ? new CommandLine(type) : outline(command));
    }
    program.getSubcommands().values().forEach(Main::addHelp);
    return program
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpWidth(WIDTH)
        .setExecutionStrategy(Main::run)
        .setParameterExceptionHandler(Main::usage)
        .setExecutionExceptionHandler(Main::failure);
  }

  private static CommandSpec outline(Command command) {
    CommandSpec spec = CommandSpec.create().name(command.name());
    spec.usageMessage()
        .header(command.header())
        .description(command.description())
        .hidden(command.hidden());
    return spec;
  }

  /** Every command has {@code --help}, and commands of commands, too. */
  private static void addHelp(CommandLine command) {
    command.getSubcommands().values().forEach(Main::addHelp);
    if (!command.isUsageHelpRequested() && command.getCommandSpec().findOption("--help") == null) {
      command
          .getCommandSpec()
          .addOption(
              CommandLine.Model.OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .description("show this help")
                  .build());
    }
  }

  /** Warnings are shown always; what else the modules log is shown with {@code --verbose}. */
  private static int run(CommandLine.ParseResult parsed) {
    if (System.getProperty(LOG_FORMAT) == null) {
      System.setProperty(LOG_FORMAT, "%4$s: %5$s%6$s%n");
    }
    Genimage root = (Genimage) parsed.commandSpec().root().userObject();
    LOGGER.setLevel(root.verbose() ? Level.INFO : Level.WARNING);
    if (!Terminal.isInteractive()) {
      TRAINING.setLevel(Level.INFO);
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int usage(ParameterException problem, String[] arguments) {
    CommandLine command = problem.getCommandLine();
    say(command.getErr(), Mistakes.sentence(problem));
    command.getErr().println(Mistakes.advice(problem));
    return ExitCode.USAGE;
  }

  private static int failure(
      Exception problem, CommandLine command, CommandLine.ParseResult parsed) {
    if (problem instanceof UsageException) {
      say(command.getErr(), problem.getMessage());
      return ExitCode.USAGE;
    }
    if (isForUsers(problem)) {
      say(command.getErr(), problem.getMessage());
    } else {
      command.getErr().println(Throwables.getStackTraceAsString(problem));
    }
    return ExitCode.FAILED;
  }

  private static void say(PrintWriter errors, String message) {
    errors.println("error: " + message);
    errors.flush();
  }

  /**
   * Returns whether the message is a sentence for users, which a stack trace would only hide: that
   * of genimage's own exceptions, and of refusals that genimage's code threw. What the JDK or a
   * library refuses is a fault.
   */
  static boolean isForUsers(Exception problem) {
    if (problem.getClass().getName().startsWith(PACKAGES)
        || problem instanceof UncheckedIOException) {
      return true;
    }
    boolean refusal =
        problem instanceof IllegalArgumentException
            || problem instanceof IllegalStateException
            || problem instanceof UnsupportedOperationException;
    return refusal
        && Arrays.stream(problem.getStackTrace())
            .map(StackTraceElement::getClassName)
            .filter(name -> !name.equals(Preconditions.class.getName()))
            .limit(1)
            .anyMatch(name -> name.startsWith(PACKAGES));
  }
}
