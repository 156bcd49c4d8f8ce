package org.genimage.app.command;

import java.nio.file.Path;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints which parts of GenImage a folder has, without reading an image. */
@Command(
    name = "scan",
    sortOptions = false,
    description = {
      "List which parts of GenImage a folder has, and count their images.",
      "It reads names, not images. To look for defects in the images, use 'genimage doctor'."
    },
    footer = {
      "",
      "Examples:",
      "  genimage scan GenImage",
      "  genimage scan GenImage --checksums checksums.csv"
    })
public final class ScanCommand implements Callable<Integer> {

  @Mixin private Options.Folder folder = new Options.Folder();

  @Option(
      names = "--index",
      paramLabel = "DIR",
      description = "keep a list of the files in this folder, so that the next run starts faster")
  private Optional<Path> index = Optional.empty();

  @Option(
      names = "--quarantine",
      paramLabel = "FILE",
      description =
          "leave out the images of this list, which 'genimage doctor --quarantine' writes")
  private Optional<Path> quarantine = Optional.empty();

  @Option(
      names = "--checksums",
      paramLabel = "FILE",
      description = "compare the archives with this list of MD5 sums")
  private Optional<Path> checksums = Optional.empty();

  @Spec private CommandSpec spec;

  private Terminal terminal;

  @Override
  public Integer call() {
    terminal = Terminal.of(spec);
    folder.check();
    boolean sound =
        checksums.isEmpty() || check(Options.opening(() -> ArchiveChecksums.read(checksums.get())));
    OpenOptions options = OpenOptions.DEFAULT;
    if (index.isPresent()) {
      options = options.index(index.get());
    }
    if (quarantine.isPresent()) {
      options = options.quarantine(Options.opening(() -> Quarantine.read(quarantine.get())));
    }
    OpenOptions all = options;
    GenImage data = Options.opening(() -> GenImage.open(folder.path(), all));
    data.missing().forEach(line -> terminal.print("missing: %s", line));
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
    return sound ? ExitCode.DONE : ExitCode.FAILED;
  }

  private boolean check(ArchiveChecksums list) {
    var problems =
        terminal.during("Checking archives", 0, progress -> list.problems(folder.path(), progress));
    problems.forEach(line -> terminal.print("%s", line));
    return problems.isEmpty();
  }

  private void say(String name, ImageDataset images) {
    long fake =
        IntStream.range(0, images.size()).filter(i -> images.sample(i).label() == Label.AI).count();
    terminal.print("%-30s %,10d natural %,10d AI", name, images.size() - fake, fake);
  }
}
