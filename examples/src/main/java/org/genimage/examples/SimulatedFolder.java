package org.genimage.examples;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.genimage.data.Generator;
import org.genimage.data.SimulatedGenImage;

/** A small simulated GenImage on disk, written once and whole. */
final class SimulatedFolder {

  private static final int SIDE = 80;
  private static final int TRAIN = 100;
  private static final int VALIDATION = 25;

  private SimulatedFolder() {}

  /** Returns the folder of this seed's images below {@code out}; writes them if it is missing. */
  static Path below(Path out, long seed, Terminal terminal) {
    Path folder = out.resolve("simulated-genimage-" + seed);
    if (Files.isDirectory(folder)) {
      terminal.say("using the simulated images in %s", folder);
      return folder;
    }
    Path partial = out.resolve("simulated-genimage-" + seed + ".partial");
    SimulatedGenImage images =
        SimulatedGenImage.seeded(seed).imageSize(SIDE).train(TRAIN).validation(VALIDATION);
    return terminal.during(
        "Simulating",
        2L * Generator.GENIMAGE.size() * (TRAIN + VALIDATION),
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

  private static void remove(Path folder) {
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
