package org.genimage.data.simulation;

import java.nio.file.Path;
import java.util.List;
import org.genimage.data.Generator;

/** A simulation in a process of its own, to be killed. */
final class KilledSimulation {

  static final int IMAGES = 80;

  private KilledSimulation() {}

  /** Writes the images into a folder, and a byte to standard output for each. */
  public static void main(String[] args) {
    simulation()
        .writeTo(
            Path.of(args[0]),
            (done, total) -> {
              System.out.write('.');
              System.out.flush();
            });
  }

  static SimulatedGenImage simulation() {
    return SimulatedGenImage.seeded(3)
        .imageSize(32)
        .generators(List.of(Generator.BIGGAN))
        .train(IMAGES / 4)
        .validation(IMAGES / 4);
  }
}
