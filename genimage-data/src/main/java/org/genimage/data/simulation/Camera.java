package org.genimage.data.simulation;

import java.util.random.RandomGenerator;

/** What a camera does to a scene before the file is encoded. */
final class Camera {

  private Camera() {}

  /** Returns the scene through a lens, on a sensor with shot noise, sharpened by the firmware. */
  static FloatImage photograph(FloatImage scene, RandomGenerator random) {
    float noise = (float) StrictMath.exp(random.nextDouble(StrictMath.log(3), StrictMath.log(9)));
    return scene
        .blurred(random.nextFloat(0.35f, 0.7f))
        .noisy(noise, random)
        .blurred(random.nextFloat(0.15f, 0.55f))
        .sharpened(1, random.nextFloat(0.2f, 1));
  }
}
