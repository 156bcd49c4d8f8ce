package org.genimage.app.command;

import java.nio.file.Files;
import java.nio.file.Path;
import org.genimage.data.Generator;
import org.genimage.data.TestSet;
import org.genimage.data.simulation.SimulatedGenImage;

/** A small simulated GenImage on disk. It is written once and used again by later runs. */
public final class SimulatedFolder {

  private static final int SIDE = 80;
  private static final int TRAIN = 100;
  private static final int VALIDATION = 25;

  private SimulatedFolder() {}

  /** Returns the folder of this seed's images in {@code out}; writes it if it is missing. */
  public static Path below(Path out, long seed, Terminal terminal) {
    return below(out.resolve("simulated-genimage-" + seed), seed, SIDE, TRAIN, terminal);
  }

  /**
   * Returns a folder of images at least {@code side} pixels wide and high, with {@code train}
   * training images per generator and label; writes it if it is missing.
   */
  static Path of(Path out, long seed, int side, int train, Terminal terminal) {
    String name = "simulated-genimage-%s-%spx-%s".formatted(seed, side, train);
    return below(out.resolve(name), seed, side, train, terminal);
  }

  /**
   * Returns such a folder that also has the paper's further test sets and, if wanted, GenImage's
   * bias of format and size; writes it if it is missing.
   */
  static Path ofTables(
      Path out, long seed, int side, int train, boolean publishedBias, Terminal terminal) {
    String name =
        "simulated-genimage-%s-%spx-%s-tables%s"
            .formatted(seed, side, train, publishedBias ? "-biased" : "");
    SimulatedGenImage images =
        simulation(seed, side, train).testSets(TestSet.ALL).publishedBias(publishedBias);
    long count =
        2L * Generator.GENIMAGE.size() * (train + VALIDATION)
            + 2L * TestSet.ALL.size() * VALIDATION;
    return write(out.resolve(name), images, count, terminal);
  }

  private static Path below(Path folder, long seed, int side, int train, Terminal terminal) {
    long count = 2L * Generator.GENIMAGE.size() * (train + VALIDATION);
    return write(folder, simulation(seed, side, train), count, terminal);
  }

  private static SimulatedGenImage simulation(long seed, int side, int train) {
    return SimulatedGenImage.seeded(seed).imageSize(side).train(train).validation(VALIDATION);
  }

  private static Path write(Path folder, SimulatedGenImage images, long count, Terminal terminal) {
    if (Files.isDirectory(folder)) {
      terminal.say("using the simulated images in %s", folder);
      return folder;
    }
    return terminal.during(
        "Simulating images",
        count,
        progress -> {
          images.writeTo(folder, progress);
          return folder;
        });
  }
}
