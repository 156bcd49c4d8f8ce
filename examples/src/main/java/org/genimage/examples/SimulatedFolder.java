package org.genimage.examples;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.genimage.data.Generator;
import org.genimage.data.TestSet;
import org.genimage.data.simulation.SimulatedGenImage;

/** A small simulated GenImage on disk, written once and whole. */
final class SimulatedFolder {

  private static final int SIDE = 80;
  private static final int TRAIN = 100;
  private static final int VALIDATION = 25;

  private SimulatedFolder() {}

  /** Returns the folder of this seed's images below {@code out}; writes them if it is missing. */
  static Path below(Path out, long seed, Terminal terminal) {
    return below(out.resolve("simulated-genimage-" + seed), seed, SIDE, TRAIN, terminal);
  }

  /**
   * Returns the folder of images at least {@code side} pixels wide and high, of which {@code train}
   * per generator and label are training images; writes them if it is missing.
   */
  static Path of(Path out, long seed, int side, int train, Terminal terminal) {
    String name = "simulated-genimage-%d-%dpx-%d".formatted(seed, side, train);
    return below(out.resolve(name), seed, side, train, terminal);
  }

  /**
   * Returns the folder of such images with the paper's further test sets, and with GenImage's bias
   * of format and size if it is wanted; writes them if it is missing.
   */
  static Path ofTables(
      Path out, long seed, int side, int train, boolean publishedBias, Terminal terminal) {
    String name =
        "simulated-genimage-%d-%dpx-%d-tables%s"
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
    Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
    return terminal.during(
        "Simulating",
        count,
        progress -> {
          remove(partial);
          images.writeTo(partial, progress);
          return move(partial, folder);
        });
  }

  private static Path move(Path partial, Path folder) {
    try {
      return Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: the simulated images could not be moved there (%s); choose another --out"
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  /** Removes what an earlier run left, if it did. */
  static void remove(Path folder) {
    try {
      if (Files.exists(folder)) {
        MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s: what an earlier run left could not be removed (%s); remove it by hand"
              .formatted(folder, e.getMessage()),
          e);
    }
  }
}
