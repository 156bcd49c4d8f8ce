package org.genimage.app;

import org.genimage.app.command.DevicesCommand;
import org.genimage.app.command.ScoreCommand;
import org.genimage.app.serve.ServeCommand;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The root command. It only has subcommands; a new one is registered here. */
@Command(
    name = "genimage",
    sortOptions = false,
    versionProvider = VersionProvider.class,
    mixinStandardHelpOptions = true,
    description = "Find out whether images were made by an AI, and how reliable the answer is.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ScoreCommand.class,
      ServeCommand.class,
      DevicesCommand.class,
      GenerateCompletion.class
    },
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:some inputs failed, or an error stopped the work",
      "2:the command line is wrong; nothing was begun",
      "3:doctor: format, size or quality of the data answer the question alone",
      "130:interrupted"
    },
    footer = {
      "",
      "Examples:",
      "  genimage score photo.jpg           is this photograph real?",
      "  genimage score --help              all options of a command",
      "",
      "Data goes to standard output, everything else to standard error. NO_COLOR=1 turns colours"
          + " off."
    })
final class Genimage {

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Show what the modules log, too.")
  private boolean verbose;

  boolean verbose() {
    return verbose;
  }
}
