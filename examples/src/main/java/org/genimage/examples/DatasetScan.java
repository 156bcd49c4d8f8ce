package org.genimage.examples;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.genimage.data.ArchiveChecksums;
import org.genimage.data.GenImage;
import org.genimage.data.Generator;
import org.genimage.data.ImageDataset;
import org.genimage.data.Label;
import org.genimage.data.OpenOptions;
import org.genimage.data.Quarantine;
import org.genimage.data.Split;
import org.genimage.data.TestSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints which parts of GenImage a folder has, without reading an image. */
@Command(
    name = "scan",
    mixinStandardHelpOptions = true,
    description = "Prints which parts of GenImage a folder has, unpacked or in archives.")
final class DatasetScan implements Callable<Integer> {

  @Parameters(paramLabel = "DIR", description = "the benchmark's folder")
  private Path folder;

  @Option(
      names = "--index",
      paramLabel = "DIR",
      description = "keep an index there, so that the next run starts faster")
  private Optional<Path> index = Optional.empty();

  @Option(
      names = "--quarantine",
      paramLabel = "FILE",
      description = "a list of images to leave out")
  private Optional<Path> quarantine = Optional.empty();

  @Option(
      names = "--checksums",
      paramLabel = "FILE",
      description = "check the archives' volumes against this list of MD5 sums")
  private Optional<Path> checksums = Optional.empty();

  private final PrintStream out;
  private final Terminal terminal;

  private DatasetScan(PrintStream out, PrintStream errors) {
    this.out = out;
    this.terminal = new Terminal(errors);
  }

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(System.out, System.err, arguments));
  }

  static int run(PrintStream out, PrintStream errors, String... arguments) {
    return Program.run(new DatasetScan(out, errors), errors, arguments);
  }

  @Override
  public Integer call() {
    boolean sound = checksums.isEmpty() || check(ArchiveChecksums.read(checksums.get()));
    OpenOptions options = OpenOptions.DEFAULT;
    if (index.isPresent()) {
      options = options.index(index.get());
    }
    if (quarantine.isPresent()) {
      options = options.quarantine(Quarantine.read(quarantine.get()));
    }
    GenImage data = GenImage.open(folder, options);
    data.missing().forEach(line -> out.println("missing: " + line));
    for (Split split : Split.values()) {
      for (Generator generator : data.generators()) {
        if (data.has(split, generator)) {
          say(generator.name() + ", " + split.folder(), data.split(split, generator));
        }
      }
    }
    for (TestSet set : data.testSets()) {
      say(set.name(), data.testSet(set));
    }
    return sound ? 0 : 1;
  }

  private boolean check(ArchiveChecksums list) {
    var problems =
        terminal.during("Checking archives", 0, progress -> list.problems(folder, progress));
    problems.forEach(out::println);
    return problems.isEmpty();
  }

  private void say(String name, ImageDataset images) {
    long fake =
        IntStream.range(0, images.size()).filter(i -> images.sample(i).label() == Label.AI).count();
    out.printf(Locale.ROOT, "%-30s %,10d natural %,10d AI%n", name, images.size() - fake, fake);
  }
}
