package org.genimage.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * A command line that was executed in this process.
 *
 * @param code its exit code
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
public record Run(int code, String out, String err) {

  /** Executes {@code genimage} with these arguments. */
  public static Run of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine program = Main.commandLine(arguments);
    program.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    program.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    int code = program.execute(arguments);
    return new Run(code, out.toString(), err.toString());
  }
}
