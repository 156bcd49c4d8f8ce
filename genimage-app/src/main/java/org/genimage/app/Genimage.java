package org.genimage.app;

import java.util.List;
import org.genimage.app.command.AttackCommand;
import org.genimage.app.command.CompareCommand;
import org.genimage.app.command.DevicesCommand;
import org.genimage.app.command.DoctorCommand;
import org.genimage.app.command.EvaluateCommand;
import org.genimage.app.command.ExportCommand;
import org.genimage.app.command.PretrainedCommand;
import org.genimage.app.command.QuickstartCommand;
import org.genimage.app.command.ScanCommand;
import org.genimage.app.command.ScoreCommand;
import org.genimage.app.command.SimulateCommand;
import org.genimage.app.command.TablesCommand;
import org.genimage.app.command.TrainCommand;
import org.genimage.app.command.WeightsCommand;
import org.genimage.app.leaderboard.LeaderboardCommand;
import org.genimage.app.real.RealImagesCommand;
import org.genimage.app.serve.ServeCommand;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The root command. It only has subcommands; a new one is registered in {@link #COMMANDS}. */
@Command(
    name = "genimage",
    sortOptions = false,
    versionProvider = VersionProvider.class,
    mixinStandardHelpOptions = true,
    description = "Find out whether images were made by an AI, and how reliable the answer is.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything was done",
      "1:some inputs failed, or an error stopped the work",
      "2:the command line is wrong; nothing was begun",
      "3:doctor: natural and AI images differ in file format, size or quality, and that alone"
          + " tells which is which",
      "130:stopped with Ctrl-C"
    },
    footer = {
      "",
      "Examples:",
      "  genimage score photo.jpg           is this photograph real?",
      "  genimage score --help              all options of a command",
      "",
      "Results go to standard output, messages and progress to standard error. NO_COLOR=1 turns"
          + " colours off."
    })
final class Genimage {

  /** The classes of all commands, in the order of the help. */
  static final List<Class<?>> COMMANDS =
      List.of(
          ScoreCommand.class,
          ServeCommand.class,
          PretrainedCommand.class,
          WeightsCommand.class,
          QuickstartCommand.class,
          DoctorCommand.class,
          ScanCommand.class,
          SimulateCommand.class,
          TrainCommand.class,
          RealImagesCommand.class,
          EvaluateCommand.class,
          LeaderboardCommand.class,
          CompareCommand.class,
          TablesCommand.class,
          AttackCommand.class,
          ExportCommand.class,
          DevicesCommand.class,
          GenerateCompletion.class);

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "show more messages about what happens inside")
  private boolean verbose;

  boolean verbose() {
    return verbose;
  }
}
